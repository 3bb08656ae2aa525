"""The shape of the source, read from its syntax trees: sizes, names, docstrings, and what a calculation may use."""

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = {"manage.py", "slaportal", "contracts", "tickets", "uptime", "credits"}
TOP_LEVEL = SOURCE | {
    "templates",
    "tests",
    "docs",
    "requirements.txt",
    "requirements-dev.txt",
    "docker-compose.yml",
    "README.md",
    "pyproject.toml",
    "Makefile",
    "Dockerfile",
}
NOT_OURS = {"var", "mutants", "__pycache__", "node_modules"}
DRAWERS = {"utils", "helpers", "common", "core", "misc", "base", "services"}
CALCULATION = (
    "contracts/policy/**/*.py",
    *(f"tickets/{name}.py" for name in ("history", "timing", "clocks", "approaching", "lifecycle", "explanation")),
    *(f"uptime/{name}.py" for name in ("exclusions", "availability", "performance", "explanation", "backups")),
    *(f"credits/{name}.py" for name in ("assessment", "claims", "explanation")),
    *(f"slaportal/{name}.py" for name in ("intervals", "money")),
)
JOINS_PATHS = "contracts/policy/documents.py"
LONGEST_FUNCTION, LONGEST_FILE = 50, 400

Finding = tuple[int, str]
Rule = Callable[[ast.Module], Iterator[Finding]]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "monotonic", "perf_counter"},
}
GIVE_FLOATS = {"total_seconds", "timestamp"}


def long_functions(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {lines} lines, {LONGEST_FUNCTION} are allowed"


def missing_docstrings(tree: ast.Module) -> Iterator[Finding]:
    if tree.body and not ast.get_docstring(tree):
        yield 1, "the module has no docstring"
    yield from _undocumented(tree.body)


def _undocumented(body: Iterable[ast.stmt]) -> Iterator[Finding]:
    """The public classes and functions without a docstring; Django's Meta says what it is by its name."""
    for node in body:
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)) or node.name.startswith("_") or node.name == "Meta":
            continue
        if not ast.get_docstring(node):
            yield node.lineno, f"{node.name} has no docstring"
        if isinstance(node, ast.ClassDef):
            yield from _undocumented(node.body)


def imports_in_functions(tree: ast.Module) -> Iterator[Finding]:
    for function in ast.walk(tree):
        if isinstance(function, FUNCTIONS):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield node.lineno, f"{function.name} imports"


def floats(tree: ast.Module) -> Iterator[Finding]:
    """All but the `cutoff` of difflib, by which words are alike: no figure of an agreement goes near it."""
    likeness = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "cutoff"}
    for node in ast.walk(tree):
        if id(node) in likeness:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield node.lineno, f"{node.value} is a float"
        elif isinstance(node, ast.Name) and node.id == "float":
            yield node.lineno, "float is named"
        elif isinstance(node, ast.Attribute) and node.attr in GIVE_FLOATS:
            yield node.lineno, f"{node.attr} gives a float"


def divisions(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield node.lineno, "/ makes floats of whole numbers, write Fraction(a, b) or //"


def django(tree: ast.Module) -> Iterator[Finding]:
    for line, module, _ in _imported(tree):
        if module.split(".")[0] == "django":
            yield line, f"{module} is imported"


def clocks(tree: ast.Module) -> Iterator[Finding]:
    for line, module, name in _imported(tree):
        if module == "time" and name in CLOCKS["time"]:
            yield line, f"the clock is imported: {module}.{name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            if node.attr in CLOCKS.get(owner.rpartition(".")[2], ()):
                yield node.lineno, f"the clock is read: {owner}.{node.attr}"


def _imported(tree: ast.Module) -> Iterator[tuple[int, str, str | None]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((node.lineno, node.module or "", alias.name) for alias in node.names)


def in_a_drawer(path: str) -> bool:
    """Whether the file or a directory above it is named after nothing."""
    return not DRAWERS.isdisjoint(PurePosixPath(path).with_suffix("").parts)


def strangers(names: Iterable[str]) -> list[str]:
    """What does not belong at the top level."""
    return sorted(name for name in names if not name.startswith(".") and name not in TOP_LEVEL | NOT_OURS)


def python_files(directory: Path = ROOT) -> Iterator[Path]:
    """All our Python, tracked or not yet, but for migrations, which are generated."""
    for path in sorted(directory.iterdir()):
        if path.is_dir():
            if not path.name.startswith(".") and path.name not in NOT_OURS | {"migrations"}:
                yield from python_files(path)
        elif path.suffix == ".py":
            yield path


FILES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in python_files()}
TREES = {name: ast.parse(text, name) for name, text in FILES.items()}
SOURCES = [name for name in FILES if name.split("/")[0] in SOURCE]
CALCULATIONS = sorted(
    {path.relative_to(ROOT).as_posix() for pattern in CALCULATION for path in ROOT.glob(pattern)} & FILES.keys()
)


def found(rule: Rule, names: Iterable[str]) -> list[str]:
    """What a rule finds in those files, as `file:line: what`."""
    return [f"{name}:{line}: {what}" for name in names for line, what in rule(TREES[name])]


def found_in(rule: Rule, text: str) -> list[int]:
    """The lines in which a rule finds something."""
    return [line for line, _ in rule(ast.parse(text))]


def test_functions_are_short() -> None:
    assert found(long_functions, FILES) == []


def test_files_are_short() -> None:
    lines = {name: text.count("\n") for name, text in FILES.items()}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_whatever_is_public_in_the_source_says_what_it_is() -> None:
    assert found(missing_docstrings, SOURCES) == []


def test_every_module_of_the_tests_says_what_it_knows() -> None:
    tests = [name for name in FILES if name.startswith("tests/")]
    assert [name for name in tests if FILES[name].strip() and not ast.get_docstring(TREES[name])] == []


def test_no_file_is_a_drawer() -> None:
    assert [name for name in FILES if in_a_drawer(name)] == []


def test_the_top_level_holds_what_the_architecture_names() -> None:
    assert strangers(path.name for path in ROOT.iterdir()) == []


def test_nothing_is_imported_within_a_function() -> None:
    assert found(imports_in_functions, SOURCES) == []


@pytest.mark.parametrize("rule", [floats, django, clocks])
def test_calculation_knows_no_floats_no_framework_and_no_clock(rule: Rule) -> None:
    assert found(rule, CALCULATIONS) == []


def test_calculation_divides_by_fractions() -> None:
    assert found(divisions, (name for name in CALCULATIONS if name != JOINS_PATHS)) == []


def test_every_pattern_of_the_calculation_names_files() -> None:
    """A module that is renamed takes its rules with it."""
    assert [pattern for pattern in CALCULATION if not list(ROOT.glob(pattern))] == []
    assert JOINS_PATHS in CALCULATIONS
    assert {name.split("/")[0] for name in SOURCES} == SOURCE


@pytest.mark.parametrize(
    ("rule", "text", "lines"),
    [
        (long_functions, "def f():\n" + "    x = 1\n" * 50, [1]),
        (long_functions, "class A:\n    async def f(self):\n" + "        x = 1\n" * 50, [2]),
        (long_functions, "def f():\n" + "    x = 1\n" * 49, []),
        (missing_docstrings, "import re\n", [1]),
        (missing_docstrings, "", []),
        (missing_docstrings, '"""A module."""\ndef f(): pass\nclass A: pass\n', [2, 3]),
        (missing_docstrings, '"""A module."""\nclass A:\n    """A."""\n    def f(self): pass\n', [4]),
        (missing_docstrings, '"""A module."""\nclass A:\n    """A."""\n    class Meta: pass\n', []),
        (missing_docstrings, '"""A module."""\ndef _f(): pass\nclass _A:\n    def f(self): pass\n', []),
        (imports_in_functions, "def f():\n    import re\n", [2]),
        (
            imports_in_functions,
            "class A:\n    async def f(self):\n        if self:\n            from re import sub\n",
            [4],
        ),
        (imports_in_functions, "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import re\n", []),
        (floats, "x = 0.1\n", [1]),
        (floats, "x = 1e3 + 2j\n", [1, 1]),
        (floats, "def f(x: float) -> int: ...\n", [1]),
        (floats, "x = (a - b).total_seconds()\n", [1]),
        (floats, "near = get_close_matches(word, known, n=1, cutoff=0.6)\n", []),
        (floats, "f(0.6, share=0.5, cutoff=g(0.4))\n", [1, 1, 1]),
        (floats, "x = '0.1' + str(Decimal('0.1')) + Float('1')\n", []),
        (divisions, "x = 1 / 2\n", [1]),
        (divisions, "x = 1\nx /= 2\n", [2]),
        (divisions, "x = 1 // 2 + Fraction(1, 2)\n", []),
        (django, "import django\n", [1]),
        (django, "from django.utils import timezone\n", [1]),
        (django, "import djangonaut\nfrom contracts import policy\n", []),
        (clocks, "now = datetime.now(UTC)\n", [1]),
        (clocks, "now = datetime.datetime.utcnow()\n", [1]),
        (clocks, "today = date.today()\n", [1]),
        (clocks, "import time\nx = time.time()\n", [2]),
        (clocks, "from time import time\n", [1]),
        (clocks, "from datetime import time\nx = time() and self.now\n", []),
    ],
)
def test_a_rule_finds_what_it_forbids_and_nothing_else(rule: Rule, text: str, lines: list[int]) -> None:
    assert found_in(rule, text) == lines


def test_a_drawer_is_known_wherever_it_stands() -> None:
    assert in_a_drawer("tickets/utils.py")
    assert in_a_drawer("slaportal/common/money.py")
    assert not in_a_drawer("contracts/baseline.py")


def test_a_stranger_at_the_top_level_is_found() -> None:
    assert strangers([*TOP_LEVEL, ".gitignore", "var", "notes.txt", "scripts"]) == ["notes.txt", "scripts"]
