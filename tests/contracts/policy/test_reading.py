"""YAML and JSON texts: values, lines, and what no document may hold."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.policy.reading import Float, Floats, Reading, read_text

LIMIT = 16 * 1024 * 1024


def read(text: bytes | str, floats: Floats = "refuse") -> Reading:
    return read_text(text, floats=floats, limit=LIMIT)


def said(text: bytes | str, floats: Floats = "refuse") -> list[str]:
    return [str(problem) for problem in read(text, floats).problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("on", "on"),
        ("yes", "yes"),
        ("NO", "NO"),
        ("17:30", "17:30"),
        ("2026-12-24", "2026-12-24"),
        ("2026-03-13T17:00:00-04:00", "2026-03-13T17:00:00-04:00"),
        ("~", None),
        ("null", None),
        ("12", 12),
        ("-3", -3),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("017", 17),
        ("'12'", "12"),
        ('"true"', "true"),
        ("|\n  a\n  b\n", "a\nb\n"),
        ("{a: [1, two]}", {"a": [1, "two"]}),
        ("1: a\ntrue: b\nnull: c\n2026-01-01: d", {"1": "a", "true": "b", "null": "c", "2026-01-01": "d"}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("\ufeffa: b", {"a": "b"}),
        ('{"a": [1, true, null, "x"]}', {"a": [1, True, None, "x"]}),
        ('{"a":\t1}', {"a": 1}),
        ('{"a": 1,}', {"a": 1}),
        ("[a, b]", ["a", "b"]),
        ('"\\ud83d\\ude00"', "\U0001f600"),
    ],
)
def test_value_of_yaml_1_2(text: str, value: Any) -> None:
    reading = read(text)
    assert (reading.value, reading.problems) == (value, ())
    assert type(reading.value) is type(value)


@pytest.mark.parametrize("text", ["a: 99.9", '{"a": 99.9}'])
def test_float_is_refused_or_kept_as_text(text: str) -> None:
    assert said(text) == ['line 1: a: 99.9 is a float, which is not exact: write "99.9"']
    kept = read(text, "keep")
    assert kept.problems == ()
    assert kept.value == {"a": "99.9"}
    assert isinstance(kept.value["a"], Float)


@pytest.mark.parametrize("text", ["a: 1e3", '{"a": 1e3}'])
def test_float_with_exponent(text: str) -> None:
    assert said(text) == ["line 1: a: 1e3 is a number with an exponent, write it out as a decimal in quotes"]


@pytest.mark.parametrize("floats", ["refuse", "keep"])
@pytest.mark.parametrize(
    ("text", "number"),
    [("a: .nan", ".nan"), ("a: -.inf", "-.inf"), ('{"a": NaN}', "NaN"), ('{"a": -Infinity}', "-Infinity")],
)
def test_no_number_is_always_refused(text: str, number: str, floats: Floats) -> None:
    expected = f"line 1: a: {number} is no number that can be worked with, write a decimal in quotes"
    assert said(text, floats) == [expected]


@pytest.mark.parametrize("text", ["a: " + "9" * 5000, '{"a": ' + "9" * 5000 + "}"])
def test_number_of_endless_length(text: str) -> None:
    assert said(text) == [
        "line 1: a: 99999999999999999999... is a number of 5000 digits, at most 40 are read",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3", ['line 3: a: the key "a" is given twice, first on line 1']),
        ("x:\n  a: 1\n  'a': 3", ['line 3: x.a: the key "a" is given twice, first on line 2']),
        ('{"a": 1,\n"a": 2}', ['line 2: a: the key "a" is given twice, first on line 1']),
        ('{"a.b": 1, "a": {"b": 2}}', []),
        ("a: !!str 1", ["line 1: a: the tag !!str is not read, write plain values"]),
        (
            "a: !python/object:os.system x",
            ["line 1: a: the tag !python/object:os.system is not read, write plain values"],
        ),
        ("!x a: 1", ["line 1: the tag !x is not read, write the key as text"]),
        ("- &a [*a]", ["line 1: [0][0]: *a stands within &a, so it would hold itself"]),
        ("a: *b", ["line 1: a: *b stands for nothing, no &b comes before it"]),
        ("<<: {a: 1}", ['line 1: "<<" merges mappings in YAML 1.1 only, write the keys out']),
        ("[a]: b", ["line 1: a list or a mapping stands where a key is expected, write the key as text"]),
        (": b", ["line 1: an empty key stands here, write a name"]),
        ('{"": 1}', ["line 1: an empty key stands here, write a name"]),
        ("a: 1\n---\nb: 2", ["line 2: a second document begins here, one is expected"]),
        ("", ["line 1: the text is empty, a document is expected"]),
        ("# nothing\n", ["line 1: the text is empty, a document is expected"]),
        (b"a: b\nc: \xff", ["line 2: the text is not UTF-8 here, save it in that encoding"]),
        ("a\n\ud800", ["line 2: half a surrogate pair stands here, which is no character"]),
        ("a: b\nc: \x07", ["line 2: the control character U+0007 stands here, only text is expected"]),
        ('a: "\\0"', ["line 1: a: the text holds U+0000, which is no character that can be shown"]),
        ('{"a": "\\u0000"}', ["line 1: a: the text holds U+0000, which is no character that can be shown"]),
        ('["\\ud83d"]', ["line 1: [0]: the text holds U+D83D, which is no character that can be shown"]),
    ],
)
def test_what_no_document_may_hold(text: bytes | str, expected: list[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n\t- b", "line 2: the text is not YAML: a tab stands where only spaces may, indent with spaces"),
        ("a: @b", "line 1: the text is not YAML: a value cannot begin with this character, put the text in quotes"),
        ("a: b: c", 'line 1: the text is not YAML: a second ": " stands in one line, put the text in quotes'),
        ('a: b\nc: "d\n', "line 2: the text is not YAML: quotes that open here are never closed"),
        ("a: 1\n b: 2", 'line 2: the text is not YAML: a second ": " stands in one line, put the text in quotes'),
        ("- a\nb: c", "line 2: the text is not YAML: the indentation fits none of the lines above"),
        (
            "a: [1, 2\nb: 3",
            'line 2: the text is not YAML: a list in brackets needs "," between its entries and "]" at its end',
        ),
        ("{a: 1", 'line 1: the text is not YAML: a mapping in braces needs "," between its entries and "}" at its end'),
        ("a: b\nc", 'line 2: the text is not YAML: a key without its ":" stands here'),
        ('"a" b', "line 1: the text is not YAML: text follows where the document has already ended"),
        ('"\\UFFFFFFFF"', "line 1: the text after this is not YAML, nor is it text with known escapes"),
        ('{"a":\n1 "b": 2}', "line 2: the text is not JSON: expecting ',' delimiter, column 3"),
    ],
)
def test_syntax_error_has_its_line_and_plain_words(text: str, expected: str) -> None:
    assert said(text) == [expected]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nsupport\n  x: 2", 2),
        ("a: 1\nsupport\nb: 2", 2),
        ("a: 1\nsupport\n  - x\nb: 2", 2),
        ("a: 1\nsupport # hours\n  # and clocks\n  x: 2", 2),
        ("a: 1\nb:\n  support\n\n  x: 2", 3),
        ("a: 1\nb:\n  support # hours\n  # and clocks\n  x: {y: 2}", 3),
        ("a: 1\r\nb:\r\n  support\r\n  x: 2", 3),
        ("a: 1\nb:\n  c: 2\n  support\n    - x\n    - y: 3", 4),
        ("a: 1\nb:\n  support\n  x: [2,\n  3: 4", 3),
    ],
)
def test_a_key_without_its_colon_is_named_at_its_own_line(text: str, line: int) -> None:
    assert said(text) == [f'line {line}: the text is not YAML: a key without its ":" stands here']


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: some\n  more\n  b: 2", 3),  # the word above is the rest of a value
        ("a:\n  one\n  more\n  b: 2", 4),  # of two words none is a key for sure
        ("a:\n  - one\n  b: 2", 3),
        ("a: |\n  word\n b: 2", 3),
        ("a:\n  word\n  b: c: d", 3),
    ],
)
def test_where_no_key_lacks_its_colon_for_sure_the_line_is_that_of_the_error(text: str, line: int) -> None:
    (problem,) = said(text)
    assert problem.startswith(f"line {line}: the text is not YAML: ")
    assert "without its" not in problem


def test_all_problems_are_reported_together_by_line() -> None:
    assert said("a: 1.5\nb: !x y\na: .nan\nc: *d\ne: [") == [
        'line 1: a: 1.5 is a float, which is not exact: write "1.5"',
        "line 2: b: the tag !x is not read, write plain values",
        'line 3: a: the key "a" is given twice, first on line 1',
        "line 3: a: .nan is no number that can be worked with, write a decimal in quotes",
        "line 4: c: *d stands for nothing, no &d comes before it",
        "line 5: the text is not YAML: expected the node content, but found '<stream end>'",
    ]


def test_text_over_the_limit() -> None:
    reading = read_text("x" * 300_000, floats="refuse", limit=256 * 1024)
    assert [str(problem) for problem in reading.problems] == [
        "line 1: the text is 292 KiB long, at most 256 KiB are read"
    ]
    assert read_text("a: " + "x" * 97, floats="refuse", limit=100).problems == ()
    assert [problem.code for problem in read_text("a: " + "x" * 98, floats="refuse", limit=100).problems] == [
        "too_large"
    ]


def test_long_text_that_begins_as_json_is_not_tried_as_yaml() -> None:
    text = '{"a": [' + "1, " * 400_000 + "}"
    assert [problem.code for problem in read(text).problems] == ["syntax"]
    assert said(text)[0].startswith("line 1: the text is not JSON: ")


YAML_TEXT = """\
# the first line
support:
  severities:
    high:
      response: {within: 4h}
credits:
  - for: availability
    schedule:
      pay: 1/12
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("", 2),
        ("support.severities.high.response.within", 5),
        ("support.severities.high.response.calendar", 5),
        ("support.severities.low", 3),
        ("credits", 6),
        ("credits[0]", 7),
        ("credits[0].schedule", 8),
        ("credits[0].schedule.pay", 9),
        ("credits[7].schedule", 6),
        ("nowhere", 2),
    ],
)
def test_line_of_path_or_nearest_parent(path: str, line: int) -> None:
    assert read(YAML_TEXT).places.line(path) == line


JSON_TEXT = '{\n\t"a": {\n\t\t"b": [1,\n\t\t\t{"c": "}\\""}],\n"d": []},\n"e.f": {"g": 1}}'


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("", 1),
        ("a", 2),
        ("a.b", 3),
        ("a.b[0]", 3),
        ("a.b[1]", 4),
        ("a.b[1].c", 4),
        ("a.d", 5),
        ("e.f.g", 6),
        ("a.x", 2),
    ],
)
def test_line_in_json_with_tabs(path: str, line: int) -> None:
    assert read(JSON_TEXT).places.line(path) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[" * 10_000, 1),
        ('{"a":' * 10_000, 1),
        ("[" * 60 + "]" * 60, 1),
        ('{"a":\n' * 51 + "1" + "}" * 51, 51),
        ("".join(" " * n + "a:\n" for n in range(60)), 51),
        ("- " * 60 + "a", 1),
    ],
)
def test_nesting_deeper_than_fifty_levels(text: str, line: int) -> None:
    problem = read(text).problems[0]
    assert (problem.line, problem.code) == (line, "depth")
    assert problem.message == "the text is nested deeper than 50 levels"


def test_nesting_of_fifty_levels_is_read() -> None:
    assert read("[" * 50 + "]" * 50).problems == ()
    assert read('{"a":' * 50 + "1" + "}" * 50).problems == ()


def test_nesting_by_aliases() -> None:
    text = "a: &a " + "[" * 30 + "]" * 30 + "\nb: " + "[" * 30 + "*a" + "]" * 30
    assert [problem.message for problem in read(text).problems] == ["with *a the text is nested deeper than 50 levels"]


def test_aliases_that_expand_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert said("\n".join(lines)) == ["line 5: a4[0]: aliases make the text expand to more than 20000 values"]


@given(st.text() | st.binary() | st.text(alphabet="{}[]:,-&*!|>'\"#%@`?<~ \n\tab01.\\ux"))
@settings(max_examples=300)
def test_no_text_raises(text: str | bytes) -> None:
    reading = read(text)
    assert reading.value is not None or reading.problems or read("~").value is None
    assert all(problem.line >= 1 for problem in reading.problems)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"])),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1), inner)
    ),
    max_leaves=20,
)


@given(values)
@settings(max_examples=150)
def test_json_means_the_same_as_the_same_text_read_as_yaml(value: Any) -> None:
    text = json.dumps({"a": value})
    assert read(text).value == {"a": value}
    assert read("# not JSON\n" + text).value == {"a": value}
