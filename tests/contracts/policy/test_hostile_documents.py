"""Documents made to take long or much: the work that each of them makes is bounded by its length."""

from collections.abc import Callable
from cProfile import Profile

import pytest

from contracts.policy.documents import document_problems

from .policies import document

# The longest text that is read has 256 KiB; at so many calls for each character it is answered within seconds.
MOST_CALLS = 400
SEVERITIES = "support:\n default_severity: s0\n severities:\n"


def many(line: Callable[[int], str], count: int) -> str:
    return "".join(line(n) for n in range(count))


HOSTILE = {
    "brackets": "[" * 10_000,
    "braces": '{"a":' * 10_000,
    "laughs": "a0: &a0 x\n" + many(lambda n: f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n", 30),
    "a key without its colon": "a:\n  b\n  c: " + "[" * 100_000,
    "aliases": document("x: &a [" + "a, " * 20 + "]\ny: [" + "*a, " * 12_000 + "]\n"),
    "unknown keys": document(many(lambda n: f"k{n}: 1\n", 5_000)),
    "floats": document("x: [" + "1.5, " * 10_000 + "]"),
    "keys given twice": "a: 1\n" * 10_000,
    "tags": "- !!str a\n" * 4_000,
    "zones": document("calendars:\n" + many(lambda n: f" c{n}: {{timezone: Eu/B{n}}}\n", 100)),
    "codes": document("calendars: {c: {holidays: [" + "XY-Z, " * 8_000 + "]}}"),
    "calendars by name": document("notices:\n" + many(lambda n: f" n{n}: {{lead: 1d, outside: x{n}}}\n", 1_200)),
    "severities and credits": document(
        SEVERITIES
        + many(lambda n: f"  s{n}: {{response: {{within: 1h}}}}\n", 600)
        + "credits:\n"
        + " - {for: response, schedule: {pay: 1%}}\n" * 600
    ),
    "severities by name": document(
        SEVERITIES
        + many(lambda n: f"  s{n}: {{}}\n", 1_200)
        + "promises: {a: {text: a, kept: attested, per: ticket, severities: ["
        + many(lambda n: f"x{n}, ", 5_000)
        + "]}}"
    ),
    "plans": document(SEVERITIES + many(lambda n: f"  s{n}: {{}}\n", 1_200)).replace(
        "{standard: {name: Standard}}", "{" + many(lambda n: f"p{n}: {{}}, ", 100) + "}"
    ),
    "warnings": document(SEVERITIES + many(lambda n: f"  S{n}: {{}}\n", 1_200)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_document_makes_no_more_work_than_it_is_long(text: str) -> None:
    profile = Profile(builtins=False)
    problems = profile.runcall(document_problems, text)
    assert sum(entry.callcount for entry in profile.getstats()) < MOST_CALLS * len(text)
    assert problems == () or problems[0].line >= 1


def test_no_number_of_warnings_hides_an_error() -> None:
    text = document(SEVERITIES + many(lambda n: f"  S{n}: {{}}\n", 300)).replace("s0", "S0")
    assert len(document_problems(text)) == 200
    assert not any(not problem.warning for problem in document_problems(text))
    errors = [
        problem
        for problem in document_problems(text + "promises: {a: {text: a, kept: attested}}")
        if not problem.warning
    ]
    assert [problem.code for problem in errors] == ["attested"]
