"""Policy versions: numbered, in force one after the other, never changed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from contracts.actions.policies import publish_policy
from contracts.models import Change, PolicyVersion
from contracts.policy.documents import Document, read_document, shipped_policy
from contracts.queries import document_of, version_in_force
from slaportal.audit.models import Event
from slaportal.people.actions.organisations import create_provider
from slaportal.refusal import Refusal
from tests.conftest import logged_in_as
from tests.world import World

THEN = datetime(2026, 9, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
FIRST = shipped_policy("spirion")
SECOND = read_document(FIRST.text + "\n# newer\n")


def publish(
    world: World, document: Document = FIRST, effective_from: datetime = THEN, who: str = "admin"
) -> PolicyVersion:
    return publish_policy(
        document,
        provider=world.providers["p1"],
        policy="sla",
        effective_from=effective_from,
        actor=world.members[who],
        at=NOW,
    )


def test_the_first_version_may_lie_in_the_past_and_leaves_its_traces(world: World) -> None:
    with world.inside("admin"):
        version = publish(world)
        assert (version.number, version.digest, version.publisher_name) == (1, FIRST.digest, "CANARY-member-admin")
        change = Change.objects.get()
        assert (change.what, change.target_id, change.since) == ("policy", version.pk, THEN)
        event = Event.objects.get(action="policy_published")
        assert event.after
        assert event.after["digest"] == FIRST.digest
        assert document_of(version) == FIRST


def test_each_is_in_force_until_the_next(world: World) -> None:
    with world.inside("admin"):
        publish(world)
        publish(world, SECOND, LATER)
        pk = world.providers["p1"].pk
        assert version_in_force(pk, "sla", LATER - timedelta(microseconds=1)).number == 1
        assert version_in_force(pk, "sla", LATER).number == 2
        with pytest.raises(Refusal) as refused:
            version_in_force(pk, "sla", THEN - timedelta(microseconds=1))
        assert refused.value.code == "no_policy"


@pytest.mark.parametrize("effective_from", [NOW - timedelta(seconds=1), THEN])
def test_a_later_version_does_not_reach_back(world: World, effective_from: datetime) -> None:
    with world.inside("admin"):
        publish(world)
        with pytest.raises(Refusal) as refused:
            publish(world, SECOND, effective_from)
    assert refused.value.code == "effective_too_early"
    assert "effective_from" in refused.value.fields


def test_the_same_text_is_no_new_version(world: World) -> None:
    with world.inside("admin"):
        publish(world)
        with pytest.raises(Refusal) as refused:
            publish(world, FIRST, LATER)
    assert refused.value.code == "policy_unchanged"


@pytest.mark.parametrize("who", ["agent", "lead"])
def test_only_administrators_publish(world: World, who: str) -> None:
    with world.inside(who), pytest.raises(Refusal) as refused:
        publish(world, who=who)
    assert refused.value.code == "role_not_allowed"


@pytest.mark.parametrize(
    "statement", ["UPDATE contracts_policyversion SET text = 'x'", "DELETE FROM contracts_policyversion"]
)
def test_nobody_changes_it_not_even_the_owner(world: World, statement: str) -> None:
    with world.inside("admin"):
        publish(world)
    refused = pytest.raises(DatabaseError, match="stays")
    with logged_in_as("portal_owner"), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_load_policies_is_repeatable(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with logged_in_as("portal_jobs"):
        call_command("load_policies")
        assert "no policy of this short name is shipped" in capsys.readouterr().out
        for said in ("version 1 published, in force from 2026-09-01 00:00", "version 1 is the shipped text already"):
            make_spirion(world)
            call_command("load_policies", since=THEN.isoformat())
            assert f"Spirion: {said}" in capsys.readouterr().out


def make_spirion(world: World) -> None:
    if "spirion" not in world.ids:
        world.ids["spirion"] = create_provider("spirion", "Spirion")


def test_customers_read_the_policies_they_subscribe_to(lived_in: World) -> None:
    with lived_in.inside("admin"):
        publish_policy(
            SECOND,
            provider=lived_in.providers["p1"],
            policy="other",
            effective_from=THEN,
            actor=lived_in.members["admin"],
            at=timezone.now(),
        )
        assert {version.policy for version in PolicyVersion.objects.all()} == {"sla", "other"}
    with lived_in.inside("ann"):
        assert {version.policy for version in PolicyVersion.objects.all()} == {"sla"}
