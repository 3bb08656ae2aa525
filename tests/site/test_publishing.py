"""Publishing runs the document's scenarios, and `manage.py load_policies` publishes the shipped ones by it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from contracts.models import Change, PolicyVersion
from contracts.policy.documents import shipped_policies, shipped_policy
from slaportal.audit.models import Event
from slaportal.people.actions.organisations import create_provider
from slaportal.refusal import Refusal
from slaportal.site.publishing import publish_with_scenarios, shipped_scenarios
from slaportal.site.simulate.files import WrongFiles
from slaportal.tenancy.models import Provider
from slaportal.tenancy.scope import STAFF, scope
from tests.conftest import logged_in_as
from tests.world import World

THEN = datetime(2026, 9, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEXT = """\
format: slaportal/1
provider: {key: spirion, name: Spirion}
title: Agreement
timezone: UTC
support:
  default_severity: low
  severities:
    low:
      response: {within: 4h}
plans:
  only: {}
"""
# Warned of: nothing has the clock that would be paused.
WARNED = TEXT.replace("  severities:\n", "  pause: {resolution: [waiting_on_customer]}\n  severities:\n")
FOUR_HOURS = """\
scenarios:
  - name: Four hours
    now: 2026-03-02T10:00:00Z
    ticket: {events: [{at: 2026-03-02T09:00:00Z, type: opened}]}
    expect: {clocks: {response: {due: 2026-03-02T13:00:00Z, state: running}}}
"""
FAILING = """\
scenarios:
  - name: Three hours
    policy: spirion
    now: 2026-03-02T10:00:00Z
    ticket: {events: [{at: 2026-03-02T09:00:00Z, type: opened}]}
    expect: {clocks: {response: {due: 2026-03-02T12:00:00Z, state: paused}, update: {}}}
  - name: It holds
    now: 2026-03-02T10:00:00Z
    ticket: {events: [{at: 2026-03-02T09:00:00Z, type: opened}]}
    expect: {clocks: {response: {state: running}}}
  - name: A month that was promised
    policy: sla
    now: 2026-03-02T10:00:00Z
    month: {period: 2026-02}
    expect: {availability: {met: true}}
"""


def publish(world: World, text: str, scenarios: str | None, who: str = "admin", **more: Any) -> PolicyVersion:
    return publish_with_scenarios(
        text,
        scenarios,
        provider=world.providers["p1"],
        policy="sla",
        actor=world.members[who],
        at=NOW,
        **{"effective_from": THEN, **more},
    )


def refused(world: World, text: str, scenarios: str | None, who: str = "admin", **more: Any) -> Refusal:
    """The refusal, after which there is no trace of anything."""
    with world.inside(who):
        with pytest.raises(Refusal) as caught:
            publish(world, text, scenarios, who, **more)
        assert not PolicyVersion.objects.exists()
        assert not Change.objects.exists()
        assert not Event.objects.filter(action="policy_published").exists()
    return caught.value


def test_what_its_scenarios_say_is_published(world: World) -> None:
    with world.inside("admin"):
        version = publish(world, TEXT, FOUR_HOURS, note="Agreed in March", retime=True)
        assert (version.number, version.text, version.note) == (1, TEXT, "Agreed in March")
        assert Change.objects.get().retime


@pytest.mark.parametrize("policy", ["", "spirion", "sla"])
def test_the_given_document_is_tested_and_not_the_shipped_one(world: World, policy: str) -> None:
    """The shipped policy of that key has neither this severity nor these four hours."""
    named = FOUR_HOURS.replace("    now:", f"    policy: {policy}\n    now:") if policy else FOUR_HOURS
    with world.inside("admin"):
        assert publish(world, TEXT, named).number == 1
    edited = TEXT.replace("within: 4h", "within: 5h")
    with world.inside("admin"), pytest.raises(Refusal, match="expected 2026-03-02T13:00:00Z, got 2026-03-02T14"):
        publish(world, edited, named)


def test_every_failure_of_every_scenario_is_named_and_nothing_is_done(world: World) -> None:
    refusal = refused(world, TEXT, FAILING)
    assert refusal.code == "scenarios_failed"
    assert refusal.message.splitlines() == [
        "2 of 3 scenarios do not hold, so nothing was published:",
        "Three hours (line 2):",
        "  clocks.response.state: expected paused, got running",
        "  clocks.response.due: expected 2026-03-02T12:00:00Z, got 2026-03-02T13:00:00Z",
        "  clocks.update: expected, but there is none",
        "A month that was promised (line 11):",
        "  availability: expected, but there is none",
    ]
    assert refusal.fields == {
        "scenarios[0].expect.clocks.response.state": "expected paused, got running",
        "scenarios[0].expect.clocks.response.due": "expected 2026-03-02T12:00:00Z, got 2026-03-02T13:00:00Z",
        "scenarios[0].expect.clocks.update": "expected, but there is none",
        "scenarios[2].expect.availability": "expected, but there is none",
    }


OTHER = "these scenarios test the policy they come with"
WRONG = [
    (FOUR_HOURS.replace("    now:", "    policy: infopromo\n    now:"), ["scenarios:3: scenarios[0].policy: ", OTHER]),
    (FOUR_HOURS.replace("    now:", "    policy: {format: x}\n    now:"), ["scenarios:3: ", "written out", OTHER]),
    (FOUR_HOURS.replace("ticket:", "tickets:"), ['scenarios:4: scenarios[0].tickets: unknown key "tickets"']),
    (FOUR_HOURS.replace("type: opened", "type: agent_reply"), ["scenarios:4: scenarios[0].ticket.events[0]: "]),
    (FOUR_HOURS.replace("    now:", "    plan: gold\n    now:"), ['scenarios[0].plan: there is no plan "gold"']),
    (FOUR_HOURS + FOUR_HOURS, ["scenarios:6: "]),
    ("", ["scenarios:1: the text is empty"]),
    ("scenarios: 'x", ["scenarios:1: "]),
]


@pytest.mark.parametrize(("scenarios", "said"), WRONG)
def test_scenarios_that_are_none_are_refused(world: World, scenarios: str, said: list[str]) -> None:
    refusal = refused(world, TEXT, scenarios)
    assert isinstance(refusal, WrongFiles)
    for words in said:
        assert words in refusal.message


def test_warnings_are_confirmed_first(world: World) -> None:
    refusal = refused(world, WARNED, FOUR_HOURS)
    assert refusal.code == "warnings_unconfirmed"
    assert "line 7: warning: support.pause.resolution: " in refusal.message
    assert list(refusal.fields) == ["support.pause.resolution"]
    with world.inside("admin"):
        assert publish(world, WARNED, FOUR_HOURS, confirm_warnings=True).text == WARNED


def test_a_faulty_document_is_refused_as_everywhere(world: World) -> None:
    refusal = refused(world, TEXT.replace("4h", "4 cows"), FOUR_HOURS, confirm_warnings=True)
    assert refusal.code == "policy_refused"
    assert "line 9" in refusal.message


@pytest.mark.parametrize("who", ["agent", "lead"])
def test_only_administrators_publish_and_nobody_else_runs_anything(world: World, who: str) -> None:
    assert refused(world, "no policy", "no scenarios", who).code == "role_not_allowed"


def test_without_scenarios_it_is_published_too(world: World) -> None:
    with world.inside("admin"):
        assert publish(world, TEXT, None).number == 1


@pytest.mark.parametrize("key", shipped_policies())
def test_every_shipped_policy_can_be_published_with_its_scenarios(world: World, key: str) -> None:
    scenarios = shipped_scenarios(key)
    assert scenarios
    with world.inside("admin"):
        text = shipped_policy(key).text
        assert publish(world, text, scenarios.decode(), confirm_warnings=True).digest == shipped_policy(key).digest


def test_there_are_no_scenarios_of_what_is_not_shipped() -> None:
    with pytest.raises(Refusal) as caught:
        shipped_scenarios("../spirion")
    assert caught.value.code == "unknown_policy"


def test_load_policies_is_repeatable(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with logged_in_as("portal_jobs"):
        call_command("load_policies")
        said = capsys.readouterr().out
        assert "CANARY-provider-p1: no policy of this short name is shipped." in said
        assert "spirion: no provider has this short name." in said
        pk = create_provider("spirion", "Spirion")
        for said in ("version 1 published, in force from 2026-09-01 00:00", "unchanged, version 1 is the shipped text"):
            call_command("load_policies", since=THEN.isoformat())
            assert f"Spirion: {said}" in capsys.readouterr().out
        with scope(STAFF, provider=pk):
            version = PolicyVersion.objects.get()
            assert (version.policy, version.digest) == ("spirion", shipped_policy("spirion").digest)
            assert version.publisher_name == "load_policies"
            assert version.scenarios.text.encode() == shipped_scenarios("spirion")
            assert len(version.scenarios.names) == version.scenarios.text.count("\n  - name: ")


def test_load_policies_names_who_was_refused_and_goes_on(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Spirion has announced a version of its own for a later day, so the shipped one cannot come before it."""
    with logged_in_as("portal_jobs"):
        pk = create_provider("spirion", "Spirion")
        create_provider("infopromo", "Infopromo")
        with scope(STAFF, provider=pk):
            document, later = shipped_policy("spirion").text + "\n# newer\n", datetime(2100, 1, 1, tzinfo=UTC)
            publish_with_scenarios(
                document,
                None,
                provider=Provider.objects.get(pk=pk),
                policy="spirion",
                effective_from=later,
                actor="test",
                at=timezone.now(),
            )
        with pytest.raises(CommandError, match="Spirion: A new version takes effect after 2100-01-01"):
            call_command("load_policies")
        assert "Infopromo: version 1 published" in capsys.readouterr().out


@pytest.mark.parametrize("since", ["yesterday", "2026-09-01", "2026-09-31T00:00:00Z", "2026-09-01T00:00:00"])
def test_load_policies_wants_an_instant(world: World, since: str) -> None:
    with pytest.raises(CommandError, match="is no instant"):
        call_command("load_policies", since=since)


def test_scenarios_are_not_dropped_unless_that_is_said(world: World) -> None:
    """Also where they were emptied to a list of none; after a version without any nothing is asked."""
    later: dict[str, Any] = {"effective_from": NOW + HOUR}
    with world.inside("admin"):
        first = publish(world, TEXT, FOUR_HOURS)
        for scenarios in (None, "scenarios: []\n"):
            for said in (None, 7):
                with pytest.raises(Refusal) as caught:
                    publish(world, f"{TEXT}# 2\n", scenarios, without_scenarios_of=said, **later)
                assert (caught.value.code, caught.value.status) == ("scenarios_dropped", 409)
                assert "Version 1 was published by 1 scenario," in caught.value.message
                assert set(caught.value.fields) == {"scenarios"}
        assert PolicyVersion.objects.get() == first
        assert Change.objects.count() == Event.objects.filter(action="policy_published").count() == 1

        assert publish(world, f"{TEXT}# 2\n", None, without_scenarios_of=1, **later).number == 2
        assert publish(world, f"{TEXT}# 3\n", None, effective_from=NOW + 2 * HOUR).number == 3


def test_what_cannot_be_published_at_all_is_not_asked_about(world: World) -> None:
    with world.inside("admin"):
        publish(world, TEXT, FOUR_HOURS)
        for text, since, code in ((TEXT, NOW + HOUR, "policy_unchanged"), (f"{TEXT}#\n", THEN, "effective_too_early")):
            with pytest.raises(Refusal) as caught:
                publish(world, text, None, effective_from=since)
            assert caught.value.code == code
