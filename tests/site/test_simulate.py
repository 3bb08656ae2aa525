"""`manage.py simulate` as its user meets it: exit codes, the JSON shape, the words, and what it says of wrong files."""

import json
import subprocess
import sys
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from slaportal.intervals import read_instant
from slaportal.site.simulate.figures import cut_off, plain, seconds
from slaportal.site.simulate.telling.words import at, folded, length

ROOT = Path(__file__).parent.parent.parent
POLICY: dict[str, Any] = {
    "format": "slaportal/1",
    "provider": {"key": "acme", "name": "Acme"},
    "title": "Agreement",
    "timezone": "UTC",
    "currency": "USD",
    "support": {"default_severity": "low", "severities": {"low": {"response": {"within": "4h"}}}},
    "availability": {"target": "99.9"},
    "credits": [{"for": "availability", "schedule": {"pay": "10%"}}],
    "plans": {"only": {}},
}
OPENED = {"at": "2026-03-02T09:00:00Z", "type": "opened"}


def scenario(**parts: Any) -> dict[str, Any]:
    return {"name": "A case", "policy": POLICY, "now": "2026-03-02T10:00:00Z", **parts}


def run(tmp_path: Path, *contents: Any, as_json: bool = False) -> tuple[int, str, str]:
    files = []
    for number, content in enumerate(contents):
        file = tmp_path / f"{number}.yaml"
        file.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
        files.append(str(file))
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("simulate", *files, json=as_json, stdout=out, stderr=err)
    assert isinstance(left.value.code, int)
    return left.value.code, out.getvalue(), err.getvalue()


def test_json_has_exactly_the_documented_shape(tmp_path: Path) -> None:
    month = {
        "period": "2026-02",
        "fee": {"monthly": "100.00"},
        "outages": [{"start": "2026-02-03T00:00:00Z", "end": "2026-02-03T01:00:00.5Z"}],
    }
    code, out, err = run(tmp_path, scenario(ticket={"events": [OPENED]}, month=month), as_json=True)
    assert (code, err) == (0, "")
    assert json.loads(out) == [
        {
            "name": "A case",
            "clocks": {
                "response": {
                    "state": "running",
                    "outcome": "pending",
                    "due": "2026-03-02T13:00:00Z",
                    "aim": None,
                    "elapsed_s": 3600,
                    "remaining_s": 10800,
                    "stopped_at": None,
                    "breached_at": None,
                }
            },
            "availability": {
                "percent": "99.851169",
                "target": "99.9",
                "met": False,
                "counted_downtime_s": 3600.5,
                "excluded_downtime_s": 0,
                "coverage_percent": "100.000000",
                "denominator_s": 2419200,
                "allowed_downtime_s": 2419.2,
            },
            "performance": {},
            "credits": [{"for": "availability", "status": "granted", "amount": "10.00", "claim_by": None}],
            "failures": [],
        }
    ]


def test_several_files_come_in_order(tmp_path: Path) -> None:
    code, out, _ = run(
        tmp_path, scenario(name="one"), {"scenarios": [scenario(name="two"), scenario(name="three")]}, as_json=True
    )
    assert code == 0
    assert [result["name"] for result in json.loads(out)] == ["one", "two", "three"]


def test_expectation_that_does_not_hold_exits_1_and_names_it(tmp_path: Path) -> None:
    expect = {"clocks": {"response": {"due": "2026-03-02T12:00:00Z", "state": "paused"}, "update": {}}, "credits": [{}]}
    code, out, _ = run(tmp_path, scenario(ticket={"events": [OPENED]}, expect=expect), as_json=True)
    assert code == 1
    assert json.loads(out)[0]["failures"] == [
        "clocks.response.state: expected paused, got running",
        "clocks.response.due: expected 2026-03-02T12:00:00Z, got 2026-03-02T13:00:00Z",
        "clocks.update: expected, but there is none",
        "credits: expected 1, got 0",
    ]


def test_empty_clocks_expect_that_none_runs(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, scenario(ticket={"events": [OPENED]}, expect={"clocks": {}}))
    assert code == 1
    assert "DOES NOT HOLD  clocks: expected none, got response" in out
    assert out.endswith("1 scenario, 1 does not hold.\n")


def test_text_tells_why(tmp_path: Path) -> None:
    month = {"period": "2026-02", "outages": [{"start": "2026-02-03T00:00:00Z", "end": "2026-02-03T01:00:00Z"}]}
    code, out, _ = run(tmp_path, scenario(ticket={"events": [OPENED]}, month=month))
    assert code == 0
    assert "First response: running, due Mon 2 Mar 2026 13:00 UTC." in out
    assert "Mon 2 Mar 2026 09:00 UTC + 1 h: running" in out
    assert "Availability 2026-02: 99.851190 %, promised 99.9 %: MISSED; guaranteed." in out
    assert "1 h counted" in out
    assert "No fee was given" in out


WRONG: list[tuple[str, Any, list[str]]] = [
    ("unknown key", scenario(tickets={}), [':38: tickets: unknown key "tickets", did you mean "ticket"?']),
    ("naive instant", scenario(now="2026-03-02T10:00:00"), [": now: ", "has no offset"]),
    ("no policy", scenario(policy="spiriom"), ['there is no policy "spiriom", did you mean "spirion"?']),
    ("unknown plan", scenario(plan="gold"), [': plan: there is no plan "gold"']),
    ("not a scenario", "- a\n- b\n", [":1: a list stands where a scenario"]),
    ("not YAML", "name: 'x\n", [":1: "]),
    (
        "misfit",
        scenario(ticket={"events": [{"at": "2026-03-02T09:00:00Z", "type": "agent_reply"}]}),
        ["ticket.events[0]: An agent's reply comes before the ticket was opened."],
    ),
    (
        "unknown severity",
        scenario(ticket={"events": [{**OPENED, "severity": "lox"}]}),
        ['ticket.events[0].severity: there is no severity "lox", did you mean "low"?'],
    ),
    ("period of another kind", scenario(month={"period": "2026-Q1"}), ["month.period:", "is a quarter"]),
    (
        "outage backwards",
        scenario(
            month={"period": "2026-02", "outages": [{"start": "2026-02-03T00:00:00Z", "end": "2026-02-02T00:00:00Z"}]}
        ),
        ["outages[0]: it ends before it starts"],
    ),
    (
        "unknown metric",
        scenario(month={"period": "2026-02", "samples": {"latency": ["1"]}}),
        ['month.samples.latency: the policy has no metric "latency"'],
    ),
    (
        "policy inside",
        scenario(policy={**POLICY, "availability": {"target": 99.9}}),
        ["policy.availability.target: ", 'write "99.9"'],
    ),
    (
        "instant out of range",
        scenario(now="0001-01-01T00:00:00+14:00"),
        [': now: "0001-01-01T00:00:00+14:00" is out of range, years go from 1900 to 2300'],
    ),
    (
        "instant that is none",
        scenario(ticket={"events": [{"at": {}, "type": "opened"}]}),
        ["ticket.events[0].at: a mapping is not an instant, write it as"],
    ),
    (
        "currency",
        scenario(month={"period": "2026-02", "fee": {"monthly": "1", "currency": "usd"}}),
        ['month.fee.currency: "usd" is not a currency of ISO 4217, write its three capital letters as EUR'],
    ),
    (
        "beyond the calendars",
        scenario(
            now="2300-12-31T00:00:00Z",
            policy={
                **POLICY,
                "calendars": {"day": {"hours": {"mon": "09:00-10:00"}}},
                "support": {
                    "default_severity": "low",
                    "severities": {"low": {"response": {"within": "4h", "calendar": "day"}}},
                },
            },
            ticket={"events": [{"at": "2300-12-20T00:00:00Z", "type": "opened"}]},
        ),
        ["ticket: Calendars know the years 1900 to 2300 only."],
    ),
]


@pytest.mark.parametrize(
    ("content", "said"), [(content, said) for _, content, said in WRONG], ids=[name for name, *_ in WRONG]
)
def test_wrong_file_exits_2_and_names_file_line_and_path(tmp_path: Path, content: Any, said: list[str]) -> None:
    code, out, err = run(tmp_path, scenario(name="good"), content, as_json=True)
    assert code == 2
    assert out == ""
    assert err.startswith(f"{tmp_path}/1.yaml:")
    for words in said:
        assert words in err


def test_everything_wrong_is_named_at_once(tmp_path: Path) -> None:
    _, _, err = run(tmp_path, {"scenarios": [scenario(plan="gold"), scenario(now="today"), scenario()]}, "[]")
    assert len(err.strip().splitlines()) == 3


def test_missing_file_exits_2() -> None:
    err = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("simulate", "nowhere.yaml", stdout=StringIO(), stderr=err)
    assert left.value.code == 2
    assert "nowhere.yaml:1: the file cannot be read" in err.getvalue()


def test_policy_beside_the_file_is_found_and_its_errors_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "format: slaportal/1\nprovider: {key: a, name: A}\ntitle: T\ntimezone: Nowhere\nplans: {p: {}}\n"
    )
    code, _, err = run(tmp_path, scenario(policy="mine.yaml"))
    assert code == 2
    assert err.startswith(f"{tmp_path}/mine.yaml:4: timezone: ")


def test_simulate_needs_no_database_and_starts_nothing() -> None:
    file = ROOT / "contracts/policies/scenarios/secpod.yaml"
    done = subprocess.run(
        [sys.executable, "manage.py", "simulate", str(file)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("6 scenarios, all hold.\n")


def test_reader_who_leaves_early_is_no_error() -> None:
    file = ROOT / "tests/scenarios/rules.yaml"
    command = f"set -o pipefail; {sys.executable} manage.py simulate {file} | true"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_figures_are_cut_off_and_not_rounded() -> None:
    assert cut_off(Fraction(998999999, 10000000)) == "99.899999"
    assert cut_off(Fraction(-1, 3)) == "-0.333333"
    assert plain(Fraction(52)) == "52"
    assert (seconds(2_584_800_000), seconds(3_000_000)) == (2584.8, 3)


def test_words_are_those_a_person_reads() -> None:
    assert length(8_115_000_000) == "2 h 15 min 15 s"
    assert length(-500_000) == "-0.5 s"
    assert (
        at(read_instant("2026-03-13T21:40:01.5Z"), ZoneInfo("America/New_York"))
        == "Fri 13 Mar 2026 17:40:01.500000 EDT"
    )
    assert all(len(line) <= 120 for line in folded("word " * 100, "    "))
