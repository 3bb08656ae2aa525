"""Policies and scenarios over the API: versions, validation line by line, publishing with scenarios, simulation."""

import hashlib
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from contracts.models import PolicyVersion
from contracts.policy.documents import shipped_policy
from slaportal.site.api import simulating
from slaportal.site.api.simulating import EXAMPLE
from slaportal.site.publishing import shipped_scenarios
from tests.api.conftest import Programs
from tests.api.test_calls import refused
from tests.tickets.office import HOUR, MONDAY
from tests.world import World

TEXT = shipped_policy("spirion").text
SCENARIOS = (shipped_scenarios("spirion") or b"").decode()
FIRST = "2026-01-01T00:00:00Z"
FAILING = EXAMPLE.replace("outcome: breached", "outcome: met")


def body_of(**more: Any) -> dict[str, Any]:
    """A first version; what it warns of was read."""
    return {"policy": "cloud", "text": TEXT, "effective_from": FIRST, **more}


def confirmed(programs: Programs, **more: Any) -> dict[str, Any]:
    told = programs("admin").post("policies/validate/", {"text": more.get("text", TEXT)}).said
    return body_of(warned_of=told["warned_of"], **more)


# Versions -------------------------------------------------------------------------------------------------------------


def test_publishing_and_reading(world: World, programs: Programs) -> None:
    admin = programs("admin")
    with time_machine.travel(MONDAY, tick=False):
        made = admin.post("policies/", confirmed(programs, scenarios=SCENARIOS, note="As signed."))
        assert made.status_code == 201, made.content
        assert made.headers["Location"] == f"/api/v1/policies/{made.said['id']}/"
        same = admin.post("policies/", confirmed(programs, effective_from="2026-04-01T00:00:00Z"))
        refused(same, 409, "policy_unchanged")
        early = confirmed(programs, text=TEXT + "\n", effective_from="2026-03-01T00:00:00Z")
        assert set(refused(admin.post("policies/", early), 400, "effective_too_early")) == {"effective_from"}
        second = admin.post(
            "policies/", {**early, "effective_from": "2026-04-01T00:00:00+02:00", "without_scenarios_of": 1}
        ).said
        listed = admin.get("policies/?policy=cloud").said["items"]
    assert [(row["number"], row["state"]) for row in listed] == [(2, "coming"), (1, "now")]
    assert second["effective_from"] == "2026-03-31T22:00:00Z"
    assert listed[1] == {name: value for name, value in made.said.items() if name not in ("text", "plans")}
    one = admin.get(f"policies/{made.said['id']}/").said
    assert (one["text"], one["digest"]) == (TEXT, hashlib.sha256(TEXT.encode()).hexdigest())
    assert (one["publisher"], one["note"], one["plans"]) == (
        *("CANARY-member-admin", "As signed."),
        [{"key": "saas", "name": "SaaS Subscription"}],
    )
    with time_machine.travel(MONDAY + 24 * 30 * HOUR, tick=False):
        states = [row["state"] for row in admin.get("policies/?ordering=id").said["items"]]
    assert states == ["past", "now"]


@pytest.mark.parametrize("who", ["agent", "lead", "amy", "ann"])
def test_only_administrators(world: World, programs: Programs, who: str) -> None:
    for path, body in (("policies/", body_of()), ("policies/validate/", {"text": TEXT})):
        refused(programs(who).post(path, body), 403, "role_not_allowed")
    refused(programs(who).get("policies/"), 403, "role_not_allowed")
    with world.inside("admin"):
        assert not PolicyVersion.objects.exists()


def test_another_provider_sees_none(world: World, programs: Programs) -> None:
    made = programs("admin").post("policies/", confirmed(programs)).said
    refused(programs("cora").get(f"policies/{made['id']}/"), 404, "not_found")
    assert programs("cora").get("policies/").said["items"] == []
    answer = programs("cora").post("simulate/", {"text": EXAMPLE, "version": made["id"]})
    assert set(refused(answer, 400, "version_unknown")) == {"version"}


# Publishing -----------------------------------------------------------------------------------------------------------


def test_nothing_is_published_that_fails_its_scenarios(world: World, programs: Programs) -> None:
    answer = programs("admin").post("policies/", confirmed(programs, scenarios=FAILING))
    fields = refused(answer, 400, "scenarios_failed")
    assert fields == {"expect.clocks.response.outcome": "expected met, got breached"}
    refused(programs("admin").post("policies/", confirmed(programs, scenarios="name: x")), 400, "scenario_refused")
    refused(programs("admin").post("policies/", body_of(text="format: 1")), 400, "policy_refused")
    refused(programs("admin").post("policies/", body_of(text="format: 1", warned_of="x")), 400, "policy_refused")
    with world.inside("admin"):
        assert not PolicyVersion.objects.exists()


def test_scenarios_are_dropped_only_by_naming_the_version_that_had_them(world: World, programs: Programs) -> None:
    admin = programs("admin")
    with time_machine.travel(MONDAY, tick=False):
        assert admin.post("policies/", confirmed(programs, scenarios=SCENARIOS)).status_code == 201
        later = confirmed(programs, text=TEXT + "\n", effective_from="2026-04-01T00:00:00Z")
        for said in ({}, {"without_scenarios_of": 2}):
            assert set(refused(admin.post("policies/", {**later, **said}), 409, "scenarios_dropped")) == {"scenarios"}
        refused(admin.post("policies/", {**later, "without_scenarios_of": True}), 400, "invalid")
        warned = {"text": later["text"], "policy": later["policy"]}
        assert admin.post("policies/validate/", warned).said["drops_scenarios_of"] == 1
        assert admin.post("policies/validate/", {**warned, "scenarios": SCENARIOS}).said["drops_scenarios_of"] is None
        assert admin.post("policies/validate/", {**warned, "policy": "another"}).said["drops_scenarios_of"] is None
        assert admin.post("policies/", {**later, "without_scenarios_of": 1}).said["number"] == 2
        assert admin.post("policies/validate/", warned).said["drops_scenarios_of"] is None


def test_only_warnings_that_were_read_are_confirmed(world: World, programs: Programs) -> None:
    """Proofpoint has some; the digest of another text's warnings does not stand for them."""
    admin = programs("admin")
    texts = {key: shipped_policy(key).text for key in ("procirrus", "spirion", "secpod", "infopromo", "proofpoint")}
    told = {key: admin.post("policies/validate/", {"text": text}).said for key, text in texts.items()}
    warned = [key for key in texts if told[key]["warnings"]]
    assert warned
    assert all(bool(said["warned_of"]) == bool(said["warnings"]) and said["publishable"] for said in told.values())
    key = warned[0]
    for warned_of in ("", "0" * 64):
        answer = admin.post("policies/", body_of(text=texts[key], warned_of=warned_of))
        refused(answer, 409, "warnings_unconfirmed")
    answer = admin.post("policies/", body_of(text=texts[key], warned_of=told[key]["warned_of"]))
    assert answer.status_code == 201


# Validating -----------------------------------------------------------------------------------------------------------


def test_what_is_wrong_is_named_by_its_line(world: World, programs: Programs) -> None:
    lines = TEXT.split("\n")
    number = next(place for place, line in enumerate(lines, start=1) if line.startswith("plans:"))
    lines[number - 1] = "plan:"
    said = programs("admin").post("policies/validate/", {"text": "\n".join(lines)}).said
    assert (said["publishable"], said["digest"], said["plans"], said["scenarios"]) == (False, None, [], [])
    assert (number, "plan", "plan:") in [(e["line"], e["path"], e["quoted"]) for e in said["errors"]]
    with world.inside("admin"):
        assert not PolicyVersion.objects.exists()


def test_scenarios_are_tried(world: World, programs: Programs) -> None:
    admin = programs("admin")
    said = admin.post("policies/validate/", {"text": TEXT, "scenarios": SCENARIOS}).said
    assert said["publishable"] is True
    assert len(said["scenarios"]) > 3
    assert not [tried for tried in said["scenarios"] if tried["failures"]]
    failing = admin.post("policies/validate/", {"text": TEXT, "scenarios": FAILING}).said
    assert (failing["publishable"], failing["scenarios"][0]["line"]) == (False, 1)
    assert failing["scenarios"][0]["failures"] == ["clocks.response.outcome: expected met, got breached"]
    wrong = admin.post("policies/validate/", {"text": TEXT, "scenarios": "name: x\nnow: never"}).said
    assert wrong["publishable"] is False
    assert (2, "now: never") in [(e["line"], e["quoted"]) for e in wrong["scenario_errors"]]


@pytest.mark.parametrize("text", ["é" * (300 * 1024), ""])
def test_a_text_that_is_too_long_or_none(world: World, programs: Programs, text: str) -> None:
    assert set(refused(programs("admin").post("policies/validate/", {"text": text}), 400, "invalid")) == {"text"}


# Simulating -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["spirion", "infopromo", "procirrus", "proofpoint", "secpod"])
def test_simulate_says_what_the_command_says(world: World, programs: Programs, key: str, tmp_path: Path) -> None:
    text = (shipped_scenarios(key) or b"").decode()
    said = programs("agent").post("simulate/", {"text": text}).said
    file, out = tmp_path / "one.yaml", StringIO()
    file.write_text(text)
    with pytest.raises(SystemExit) as ended:
        call_command("simulate", str(file), "--json", stdout=out)
    assert said["holds"] is (ended.value.code == 0)
    assert said["scenarios"] == with_text_seconds(json.loads(out.getvalue()))


def with_text_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: str(of) if name.endswith("_s") else with_text_seconds(of) for name, of in value.items()}
    return [with_text_seconds(each) for each in value] if isinstance(value, list) else value


def test_a_published_version_is_tested_in_the_place_of_a_shipped_one(world: World, programs: Programs) -> None:
    made = programs("admin").post("policies/", confirmed(programs)).said
    text = EXAMPLE.replace("policy: spirion", "policy: cloud")
    said = programs("lead").post("simulate/", {"text": text, "version": made["id"]}).said
    assert (said["holds"], said["scenarios"][0]["clocks"]["response"]["elapsed_s"]) == (True, "18000")
    refused(programs("lead").post("simulate/", {"text": text}), 400, "scenario_refused")


def test_a_scenario_that_does_not_hold_and_one_that_is_none(world: World, programs: Programs) -> None:
    said = programs("agent").post("simulate/", {"text": FAILING}).said
    assert (said["holds"], len(said["scenarios"][0]["failures"])) == (False, 1)
    answer = programs("agent").post("simulate/", {"text": EXAMPLE.replace("critical", "dreadful")})
    refused(answer, 400, "scenario_refused")
    assert "scenarios:7: ticket.events[0].severity" in answer.said["message"]


def test_simulation_is_bounded(world: World, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    long = EXAMPLE + "#" * 64 * 1024
    assert set(refused(programs("agent").post("simulate/", {"text": long}), 400, "invalid")) == {"text"}
    monkeypatch.setattr(simulating, "LONGEST", -1)
    answer = programs("agent").post("simulate/", {"text": EXAMPLE})
    assert set(refused(answer, 422, "simulation_too_long")) == {"text"}


@pytest.mark.parametrize("who", ["amy", "ann"])
def test_customers_simulate_nothing(world: World, programs: Programs, who: str) -> None:
    refused(programs(who).post("simulate/", {"text": EXAMPLE}), 403, "role_not_allowed")
