"""Policy versions: numbered, in force one after the other, never changed."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from contracts.actions.policies import publish_policy
from contracts.models import Change, PolicyVersion, PublishedScenarios
from contracts.policy.documents import Document, agreement_of, read_document, shipped_policy
from contracts.queries import document_of, version_in_force
from slaportal.audit.models import Event
from slaportal.refusal import Refusal
from tests.conftest import logged_in_as
from tests.world import World

THEN = datetime(2026, 9, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
FIRST = shipped_policy("spirion")
SECOND = read_document(FIRST.text + "\n# newer\n")


def publish(
    world: World,
    document: Document = FIRST,
    effective_from: datetime = THEN,
    who: str = "admin",
    *,
    retime: bool = False,
) -> PolicyVersion:
    return publish_policy(
        document,
        provider=world.providers["p1"],
        policy="sla",
        effective_from=effective_from,
        actor=world.members[who],
        at=NOW,
        retime=retime,
    )


def test_the_first_version_may_lie_in_the_past_and_leaves_its_traces(world: World) -> None:
    with world.inside("admin"):
        version = publish(world)
        assert (version.number, version.digest, version.publisher_name) == (1, FIRST.digest, "CANARY-member-admin")
        change = Change.objects.get()
        assert (change.what, change.target_id, change.since) == ("policy", version.pk, THEN)
        assert not change.retime
        event = Event.objects.get(action="policy_published")
        assert event.after
        assert event.after["digest"] == FIRST.digest
        assert "retime" not in event.after
        assert document_of(version) == FIRST


def test_open_tickets_may_be_timed_by_it_too(world: World) -> None:
    with world.inside("admin"):
        version = publish(world, retime=True)
        assert Change.objects.get(target_id=version.pk).retime
        event = Event.objects.get(action="policy_published")
        assert event.after
        assert event.after["retime"] is True


def test_a_long_title_is_cut_off_in_the_list_and_whole_in_the_text(world: World) -> None:
    title = "An agreement " * 20  # longer than the column
    document = read_document(FIRST.text.replace("title: ", f"title: {title}", 1))
    assert len(agreement_of(document).terms.title) > 200
    with world.inside("admin"):
        version = publish(world, document)
        assert version.title == title[:200]
        assert title in version.text


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
    "statement",
    [
        "UPDATE contracts_policyversion SET text = 'x'",
        "DELETE FROM contracts_policyversion",
        "UPDATE contracts_publishedscenarios SET text = 'x'",
        "DELETE FROM contracts_publishedscenarios",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE contracts_publishedscenarios",
    ],
)
def test_nobody_changes_it_not_even_the_owner(world: World, statement: str) -> None:
    with world.inside("admin"):
        publish(world)
    refused = pytest.raises(DatabaseError, match="stays")
    with logged_in_as("portal_owner"), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_its_scenarios_are_kept_with_it_by_digest_and_name(world: World) -> None:
    text = "scenarios: [{name: One}, {name: Two}]"
    with world.inside("admin"):
        version = publish_policy(
            FIRST,
            provider=world.providers["p1"],
            policy="sla",
            effective_from=THEN,
            actor=world.members["admin"],
            at=NOW,
            scenarios=text,
            scenario_names=["One", "Two"],
        )
        kept = PublishedScenarios.objects.get(version=version)
        assert (kept.text, kept.names) == (text, ["One", "Two"])
        assert kept.digest == hashlib.sha256(text.encode()).hexdigest()
        event = Event.objects.get(action="policy_published")
        assert event.after
        assert (event.after["scenarios"], event.after["scenarios_digest"]) == (2, kept.digest)


def test_a_version_without_scenarios_has_an_empty_row(world: World) -> None:
    with world.inside("admin"):
        kept = PublishedScenarios.objects.get(version=publish(world))
        assert (kept.text, kept.digest, kept.names) == ("", "", [])
        event = Event.objects.get(action="policy_published")
        assert event.after
        assert event.after["scenarios"] == 0
        assert "scenarios_digest" not in event.after


def test_customers_do_not_read_what_it_was_tested_by(lived_in: World) -> None:
    with lived_in.inside("admin"):
        assert PublishedScenarios.objects.exists()
    with pytest.raises(DatabaseError, match="permission denied"), lived_in.inside("ann"):
        PublishedScenarios.objects.exists()


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
