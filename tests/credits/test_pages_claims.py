"""Claiming on the pages: one act, refused in words, sent twice, ahead of a miss, on behalf of, and taken back."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from credits.models import Claim
from credits.sweeping import sweep_marked, sweep_unassessed
from tests.conftest import logged_in_as
from tests.credits.claiming import missed
from tests.credits.months import DAY, Months, per_hour, tenth
from tests.credits.test_pages_months import page, text_of
from tests.world import World

NOW = datetime.fromisoformat("2026-11-20T12:00:00+00:00")


@pytest.fixture(autouse=True)
def _in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window for October closes on 30 November 2026: pages read the clock, so it stands before that."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def missed_month(world: World, *rules: dict[str, object]) -> Months:
    with logged_in_as("portal_jobs"):
        return missed(world, *(rules or (tenth(),)))


def assessed(at: datetime = NOW) -> None:
    """The workers come by."""
    with logged_in_as("portal_jobs"):
        sweep_unassessed(at=at)
        sweep_marked(at=at)


def claim(world: World, who: str, pk: int, **data: str) -> Any:
    return world.client(who).post(reverse("month_claim", args=[pk]), data)


def claims(months: Months) -> list[Claim]:
    with months.inside():
        return list(Claim.objects.order_by("pk"))


@pytest.mark.parametrize("who", ["amy", "ann"])
def test_the_customer_claims_and_sees_it(world: World, who: str) -> None:
    months = missed_month(world)
    html = world.client(who).get(reverse("month", args=[months.pk])).content.decode()
    assert "Claim $100.00" in text_of(html)
    assert f'action="{reverse("month_claim", args=[months.pk])}"' in html
    answer = claim(world, who, months.pk, note="It was down at the fair.", token=str(uuid.uuid4()))
    assert (answer.status_code, answer["Location"]) == (302, reverse("month", args=[months.pk]))
    (made,) = claims(months)
    assert (made.note, made.maker_name) == ("It was down at the fair.", f"CANARY-member-{who}")
    assessed()
    said = page(world, who, months.pk)
    assert f"Claimed by CANARY-member-{who}" in said
    assert "It was down at the fair." in said
    assert "Claim $100.00" not in said
    assert "Claimed in time. It is checked after the month has closed." in said


def test_home_offers_the_claim_until_it_is_made(world: World) -> None:
    months = missed_month(world)
    client = world.client("ann")
    said = text_of(client.get(reverse("home")).content.decode())
    assert "October 2026: 98.65 % $100.00" in said
    assert "Claim by the end of Mon 30 Nov 2026, New York time" in said
    claim(world, "ann", months.pk)
    assessed()
    said = text_of(client.get(reverse("home")).content.decode())
    assert "Claim $100.00" not in said
    assert "October 2026 $100.00 claimed" in said


def test_a_claim_and_taking_it_back_show_before_any_worker_has_assessed_again(world: World) -> None:
    months = missed_month(world)
    claim(world, "ann", months.pk)
    (made,) = claims(months)
    assert months.row().status == "claimable", "nobody assessed it since"
    said = page(world, "ann", months.pk)
    assert "Claimed in time. It is checked after the month has closed." in said
    assert "It is yours if you claim it in time" not in said
    assert "Claim $100.00" not in said
    assert "Claim by" not in said
    client = world.client("ann")
    home = text_of(client.get(reverse("home")).content.decode())
    assert "October 2026 $100.00 claimed" in home
    assert "Claim $100.00" not in home
    assert "$100.00 claimed" in text_of(client.get(reverse("months")).content.decode())
    review = text_of(world.client("lead").get(reverse("claim_review", args=[made.pk])).content.decode())
    assert "It is yours if you claim it in time" not in review

    assessed()
    assert client.post(reverse("claim_withdraw", args=[made.pk])).status_code == 302
    said = page(world, "ann", months.pk)
    assert "It is yours if you claim it in time" in said
    assert "Claim $100.00" in said
    home = text_of(client.get(reverse("home")).content.decode())
    assert "Claim $100.00" in home
    assert "October 2026 $100.00 claimed" not in home


def test_a_claim_taken_back_after_the_window_is_not_offered_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = missed_month(world)
    claim(world, "ann", months.pk)
    assessed()
    (made,) = claims(months)
    late = NOW + 30 * DAY
    monkeypatch.setattr(timezone, "now", lambda: late)
    assert world.client("ann").post(reverse("claim_withdraw", args=[made.pk])).status_code == 302
    said = page(world, "ann", months.pk)
    assert "Lapsed: it could be claimed until" in said
    assert "Claim $100.00" not in said


def test_of_failures_with_windows_of_their_own_a_claim_reaches_those_that_were(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim from before a failure began covers nothing of it; one after it does, at once."""
    before, after = (datetime.fromisoformat(f"2026-10-{day}T12:00:00+00:00") for day in (14, 16))
    monkeypatch.setattr(timezone, "now", lambda: before)
    months = Months(world, [per_hour()])
    months.work_out(before)
    assessed(before)
    assert claim(world, "ann", months.pk).status_code == 302
    monkeypatch.setattr(timezone, "now", lambda: after)
    months.down("10-15 00:00", hours=20)
    months.work_out(after)
    assessed(after)
    assert months.row().status == "claimable"
    assert "It is yours if you claim it in time" in page(world, "ann", months.pk)
    assert "can be claimed" in text_of(world.client("ann").get(reverse("months")).content.decode())

    assert claim(world, "ann", months.pk).status_code == 302
    assert months.row().status == "claimable"
    assert "Claimed in time." in page(world, "ann", months.pk)
    assert "can be claimed" not in text_of(world.client("ann").get(reverse("months")).content.decode())


def test_sent_twice_is_one_claim(world: World) -> None:
    months = missed_month(world)
    token = str(uuid.uuid4())
    for _ in range(2):
        assert claim(world, "ann", months.pk, token=token).status_code == 302
    assert len(claims(months)) == 1


def test_what_is_refused_is_said_in_words_and_the_note_stays(world: World) -> None:
    months = missed_month(world)
    claim(world, "ann", months.pk)
    answer = claim(world, "amy", months.pk, note="Me too.")
    assert answer.status_code == 409
    said = text_of(answer.content.decode())
    assert "The credits of 2026-10 are claimed already." in said
    assert len(claims(months)) == 1
    long = claim(world, "ann", months.pk, note="x" * 10_001)
    assert long.status_code == 422
    assert len(claims(months)) == 1


def test_after_the_window_there_is_no_button_and_a_claim_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = missed_month(world)
    late = NOW + 30 * DAY
    monkeypatch.setattr(timezone, "now", lambda: late)
    assessed(late)
    said = page(world, "ann", months.pk)
    assert "Claim $100.00" not in said
    answer = claim(world, "ann", months.pk, note="Too late?")
    assert answer.status_code == 409
    assert "is over" in text_of(answer.content.decode())
    assert claims(months) == []


@pytest.mark.parametrize(("who", "status"), [("agent", 403), ("bob", 404), ("carl", 404), ("cora", 404)])
def test_others_may_not_claim(world: World, who: str, status: int) -> None:
    months = missed_month(world)
    assert claim(world, who, months.pk).status_code == status
    assert claims(months) == []


def test_a_lead_claims_on_behalf_of_the_customer_and_an_agent_sees_no_button(world: World) -> None:
    months = missed_month(world)
    said = page(world, "lead", months.pk)
    assert "You claim on behalf of CANARY-tenant-a" in said
    assert "Claim $100.00" not in page(world, "agent", months.pk)
    assert claim(world, "lead", months.pk).status_code == 302
    assert claims(months)[0].maker_name == "CANARY-member-lead"


def test_ahead_of_a_miss_where_the_window_runs_from_the_failure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    soon = datetime.fromisoformat("2026-10-16T12:00:00+00:00")
    monkeypatch.setattr(timezone, "now", lambda: soon)
    months = Months(world, [per_hour()])
    months.down("10-15 00:00", hours=2)
    months.work_out(soon)
    assessed(soon)
    said = page(world, "ann", months.pk)
    assert "Target met so far" in said
    assert "Claim ahead" in said
    assert "Claim by the end of" not in said
    assert "Claim by Sat 24 Oct 2026, 22:00 EDT" in said
    assert claim(world, "ann", months.pk).status_code == 302
    assessed(soon + timedelta(minutes=1))
    assert "Claim ahead" not in page(world, "ann", months.pk).split("A failure that is not listed here?")[0]
    months.down("10-16 13:00", hours=8)
    later = soon + DAY
    monkeypatch.setattr(timezone, "now", lambda: later)
    months.work_out(later)
    assessed(later)
    assert "Target missed" in page(world, "ann", months.pk)


def test_ahead_is_not_offered_once_no_window_can_be_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    months = Months(world, [per_hour()])
    for day, offered in ((9, True), (12, False)):
        then = datetime.fromisoformat(f"2026-11-{day:02}T12:00:00+00:00")
        monkeypatch.setattr(timezone, "now", lambda then=then: then)
        months.work_out(then)
        assessed(then)
        assert ("A failure that is not listed here?" in page(world, "ann", months.pk)) is offered
    assert claim(world, "ann", months.pk).status_code == 409
    assert claims(months) == []


def test_of_a_missed_promise_nobody_says_that_it_is_not_missed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    soon = datetime.fromisoformat("2026-10-20T13:00:00+00:00")
    monkeypatch.setattr(timezone, "now", lambda: soon)
    months = missed_month(world, per_hour())
    claim(world, "ann", months.pk)
    months.down("10-21 00:00", hours=2)
    later = soon + 2 * DAY
    monkeypatch.setattr(timezone, "now", lambda: later)
    months.work_out(later)
    assessed(later)
    said = page(world, "ann", months.pk)
    assert "The promise is not missed so far" not in said
    assert "Claim ahead" not in said
    assert "asks for those that no claim covers yet" in said
    assert "Claim by Fri 30 Oct 2026, 22:00 EDT" in said
    assert claim(world, "ann", months.pk).status_code == 302


def test_kept_promises_have_no_button_where_the_window_runs_from_the_end(world: World) -> None:
    months = Months(world, [tenth()])
    months.work_out(NOW)
    assessed()
    said = page(world, "ann", months.pk)
    assert "The promise was kept." in said
    assert (
        'type="submit"'
        not in world.client("ann")
        .get(reverse("month", args=[months.pk]))
        .content.decode()
        .split('id="claim"')[1]
        .split("</section>")[0]
    )


def test_a_claim_is_withdrawn_and_can_be_made_again(world: World) -> None:
    months = missed_month(world)
    claim(world, "ann", months.pk)
    (made,) = claims(months)
    html = world.client("amy").get(reverse("month", args=[months.pk])).content.decode()
    assert reverse("claim_withdraw", args=[made.pk]) in html
    assert reverse("claim_withdraw", args=[made.pk]) not in (
        world.client("lead").get(reverse("month", args=[months.pk])).content.decode()
    )
    answer = world.client("amy").post(reverse("claim_withdraw", args=[made.pk]), follow=True)
    assert "The claim is withdrawn." in text_of(answer.content.decode())
    assert claims(months)[0].state == "withdrawn"
    again = world.client("amy").post(reverse("claim_withdraw", args=[made.pk]), follow=True)
    assert "This claim is not open any more: withdrawn." in text_of(again.content.decode())
    assessed()
    assert "Claim $100.00" in page(world, "ann", months.pk)


@pytest.mark.parametrize(("who", "status"), [("lead", 403), ("agent", 403), ("bob", 404), ("carl", 404)])
def test_others_may_not_withdraw(world: World, who: str, status: int) -> None:
    months = missed_month(world)
    claim(world, "ann", months.pk)
    (made,) = claims(months)
    assert world.client(who).post(reverse("claim_withdraw", args=[made.pk])).status_code == status
    assert claims(months)[0].state == "submitted"
