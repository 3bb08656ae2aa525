"""What was changed behind the triggers' back is found, at the right row and in words."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from slaportal.audit import verification
from slaportal.audit.chain import GENESIS, digest_of
from slaportal.audit.models import Event, Head
from slaportal.audit.queries import contents
from slaportal.audit.verification import Verdict, Wrong
from tests.audit.chains import as_superuser, leave_events, seal, sealed_chain, verified
from tests.conftest import logged_in_as
from tests.world import World


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "BATCH", 4)


def wrong(world: World) -> tuple[str, int, int]:
    """Its code, its number, and how many held before it."""
    verdict = verified(world)
    assert verdict.wrong is not None
    return verdict.wrong.code, verdict.wrong.number, verdict.verified


@pytest.mark.parametrize("count", [0, 1, 3, 4, 8, 11])
def test_an_untouched_chain_holds(world: World, count: int) -> None:
    sealed_chain(world, count)
    assert verified(world) == Verdict(count)


EDITS = [
    "reason = 'never'",
    "reason = reason || ' '",
    "actor_name = 'Somebody else'",
    "actor_id = NULL",
    "actor_role = 'agent'",
    "tenant_id = NULL",
    "action = 'tenant_added'",
    "target_kind = 'provider'",
    "target_id = target_id + 1",
    "target_name = 'X'",
    "at = at + interval '1 microsecond'",
    "reference = 'r'",
    "before = NULL",
    "after = 'null'",
    """after = '{"name": "n4", "more": 1}'""",
    "digest = repeat('0', 64)",
    "digest = 'ü'",
]


@pytest.mark.parametrize("change", EDITS)
def test_an_edited_row_is_named(world: World, change: str) -> None:
    ids = sealed_chain(world, 9)
    assert as_superuser(f"UPDATE audit_event SET {change} WHERE id = %s", ids[4]) == 1
    assert wrong(world) == ("edited", 5, 4)


def test_a_number_is_kept_to_its_last_digit(world: World) -> None:
    """Two numbers that are one float, and two that are one number."""
    ids = leave_events(world, 2)
    for pk, figure in zip(ids, ("0.1", "1.0"), strict=True):
        as_superuser("UPDATE audit_event SET after = %s::jsonb WHERE id = %s", f'{{"x": {figure}}}', pk)
    seal(world)
    assert verified(world) == Verdict(2)
    as_superuser("""UPDATE audit_event SET after = '{"x": 1.00}' WHERE id = %s""", ids[1])
    assert wrong(world)[:2] == ("edited", 2)
    as_superuser("""UPDATE audit_event SET after = '{"x": 0.10000000000000000001}' WHERE id = %s""", ids[0])
    assert wrong(world)[:2] == ("edited", 1)


@pytest.mark.parametrize("at", [1, 4, 5, 8])
def test_a_deleted_row_is_named(world: World, at: int) -> None:
    ids = sealed_chain(world, 9)
    assert as_superuser("DELETE FROM audit_event WHERE id = %s", ids[at - 1]) == 1
    assert wrong(world) == ("missing", at, at - 1)


def test_deleted_rows_are_named_together(world: World) -> None:
    ids = sealed_chain(world, 9)
    as_superuser("DELETE FROM audit_event WHERE id = ANY(%s)", ids[2:5])
    found = verified(world).wrong
    assert found is not None
    assert (found.number, found.message) == (3, "Entries 3 to 5 are missing.")


def test_a_row_whose_seal_was_taken_away_is_named(world: World) -> None:
    ids = sealed_chain(world, 9)
    as_superuser("UPDATE audit_event SET number = NULL, digest = NULL WHERE id = %s", ids[4])
    assert wrong(world) == ("missing", 5, 4)
    assert seal(world) == 1  # the worker takes it for a new one
    assert wrong(world) == ("missing", 5, 4)


def test_rows_that_changed_places_are_named(world: World) -> None:
    ids = sealed_chain(world, 9)
    for pk, number in ((ids[3], 99), (ids[4], 4), (ids[3], 5)):
        as_superuser("UPDATE audit_event SET number = %s WHERE id = %s", number, pk)
    assert wrong(world) == ("edited", 4, 3)


def test_an_edit_that_was_sealed_anew_breaks_the_next(world: World) -> None:
    ids = sealed_chain(world, 9)
    as_superuser("UPDATE audit_event SET reason = 'never' WHERE id = %s", ids[4])
    reseal(world, first=5, last=5)
    assert wrong(world) == ("edited", 6, 5)


def reseal(world: World, *, first: int, last: int) -> None:
    """What somebody would do who knows how seals are made."""
    with world.inside("admin"):
        entries = {entry.number: entry for entry in contents(Event.objects.filter(number__lte=last))}
    digest = entries[first - 1].digest if first > 1 else GENESIS
    for number in range(first, last + 1):
        digest = digest_of(digest, number, entries[number].content)
        as_superuser("UPDATE audit_event SET digest = %s WHERE id = %s", digest, entries[number].content["id"])


def test_a_cut_tail_is_found_by_the_head(world: World) -> None:
    ids = sealed_chain(world, 9)
    as_superuser("DELETE FROM audit_event WHERE id = ANY(%s)", ids[7:])
    found = verified(world)
    assert found == Verdict(7, Wrong("cut", 8, "The end was cut off: the head says 9 entries, and the last is 7."))


def test_everything_cut_off_is_found_by_the_head(world: World) -> None:
    sealed_chain(world, 3)
    as_superuser("DELETE FROM audit_event")
    assert wrong(world) == ("cut", 1, 0)


@pytest.mark.parametrize("change", ["digest = repeat('f', 64)", "number = 8", "number = 0, digest = repeat('0', 64)"])
def test_an_altered_head_is_found(world: World, change: str) -> None:
    sealed_chain(world, 9)
    as_superuser(f"UPDATE audit_head SET {change}")
    assert wrong(world) == ("head", 9, 9)


def test_a_head_that_was_taken_away_is_found_and_nothing_is_sealed_over(world: World) -> None:
    sealed_chain(world, 9)
    as_superuser("DELETE FROM audit_head")
    assert wrong(world) == ("head", 9, 9)
    leave_events(world, 1)
    with pytest.raises(Exception, match="event_number"):
        seal(world)


def test_a_chain_written_anew_is_found_by_the_head(world: World) -> None:
    ids = sealed_chain(world, 9)
    as_superuser("UPDATE audit_event SET reason = 'never' WHERE id = %s", ids[4])
    reseal(world, first=5, last=9)
    assert wrong(world) == ("head", 9, 9)


def test_what_waits_too_long_for_its_seal_is_named(world: World) -> None:
    sealed_chain(world, 2)
    pk = leave_events(world, 1)[0]
    assert verified(world) == Verdict(2)
    found = verified(world, now=timezone.now() + timedelta(minutes=11))
    assert found.verified == 2
    assert found.wrong is not None
    assert found.wrong.code == "unsealed"
    assert f"Row {pk} of " in found.wrong.message


def test_an_edited_row_is_told_as_it_reads_now(world: World) -> None:
    ids = sealed_chain(world, 2)
    as_superuser("UPDATE audit_event SET actor_name = 'Mallory', at = '2026-11-24 12:00:00Z' WHERE id = %s", ids[1])
    found = verified(world).wrong
    assert found is not None
    assert found.message == (
        "Entry 2 is not what was sealed: it was changed afterwards. It now reads: Customer renamed, CANARY-tenant-a, "
        f"by Mallory at 2026-11-24T12:00:00+00:00, row {ids[1]}."
    )


def test_the_newest_entries_are_verified_alone(world: World) -> None:
    ids = sealed_chain(world, 9)
    assert verified(world, newest=3) == Verdict(3)
    assert verified(world, newest=9) == verified(world, newest=50) == Verdict(9)
    as_superuser("UPDATE audit_event SET reason = 'never' WHERE id = %s", ids[1])
    assert verified(world, newest=3) == Verdict(3)
    as_superuser("UPDATE audit_event SET reason = 'never' WHERE id = %s", ids[7])
    found = verified(world, newest=3)
    assert (found.verified, found.wrong and found.wrong.number) == (1, 8)
    as_superuser("DELETE FROM audit_event WHERE id = %s", ids[5])
    found = verified(world, newest=3)
    assert found == Verdict(0, Wrong("missing", 6, "Entry 6 is missing."))


def command(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    with logged_in_as("portal_jobs"):
        try:
            call_command("verify_audit", *arguments, stdout=out, stderr=err)
        except CommandError as error:
            err.write(f"{error} ({error.returncode})")
    return out.getvalue(), err.getvalue()


def test_the_command_tells_each_provider(world: World) -> None:
    sealed_chain(world, 2)
    assert command() == ("p1: 2 entries verified.\np2: 0 entries verified.\n", "")
    assert command("--provider", "p2") == ("p2: 0 entries verified.\n", "")


def test_the_command_names_the_first_wrong_row_and_fails(world: World) -> None:
    ids = sealed_chain(world, 5)
    as_superuser("DELETE FROM audit_event WHERE id = %s", ids[2])
    out, err = command()
    assert out == "p2: 0 entries verified.\n"
    assert err == (
        "p1: Entry 3 is missing. 2 entries before that hold.\nThe audit of 1 of 2 providers is not what was sealed. (1)"
    )


def test_the_command_refuses_what_it_does_not_know(world: World) -> None:
    assert "There is no provider p9" in command("--provider", "p9")[1]
    assert "A head is NUMBER:DIGEST" in command("--provider", "p1", "--head", "7:xyz")[1]
    assert "belongs to one --provider" in command("--head", f"7:{GENESIS}")[1]


def test_a_published_head_finds_what_was_written_anew_head_and_all(world: World) -> None:
    ids = sealed_chain(world, 5)
    with world.inside("admin"):
        head = Head.objects.get()
    published = ("--provider", "p1", "--head", f"{head.number}:{head.digest}")
    leave_events(world, 2)
    seal(world)
    assert command(*published) == ("p1: 7 entries verified.\n", "")
    as_superuser("UPDATE audit_event SET reason = 'never' WHERE id = %s", ids[4])
    reseal(world, first=5, last=7)
    as_superuser("UPDATE audit_head SET digest = (SELECT digest FROM audit_event WHERE number = 7)")
    assert command("--provider", "p1")[0] == "p1: 7 entries verified.\n"
    assert "Entry 5 does not bear the seal that was published" in command(*published)[1]
    as_superuser("DELETE FROM audit_event WHERE number > 4")
    as_superuser("UPDATE audit_head SET number = 4, digest = (SELECT digest FROM audit_event WHERE number = 4)")
    assert "Entry 5 is missing." in command(*published)[1]
