"""What webhooks are told of credits and claims, each step once, to the provider and to the customer alone."""

from datetime import datetime

import pytest

from credits.actions.claims import withdraw_claim
from credits.actions.decisions import approve_claim, reject_claim, review_claim
from credits.sweeping import sweep_marked, sweep_unassessed
from tests.conftest import logged_in_as
from tests.credits.claiming import CLOSED, NOON, claimed, corrected
from tests.credits.months import DAY, Months, tenth
from tests.outbox.webhooks.endpoints import heard, kinds_heard, listen
from tests.world import World
from uptime.closing import close_periods


def swept(at: datetime) -> None:
    """The workers' rounds."""
    with logged_in_as("portal_jobs"):
        sweep_unassessed(at=at)
        sweep_marked(at=at)


def missed(world: World) -> Months:
    """October is missed while everybody listens."""
    months = Months(world, [tenth()])
    listen(world, "admin", "ann", "bob", "cora")
    months.down("10-15 00:00")
    months.work_out(NOON)
    swept(NOON)
    return months


def told(world: World, who: str = "ann") -> list[str]:
    return [kind for kind in kinds_heard(world, who) if kind.startswith(("credit.", "claim."))]


def test_a_credit_is_told_where_it_stands_and_an_amount_once_it_is_final(world: World) -> None:
    months = missed(world)
    assert told(world) == told(world, "admin") == ["credit.changed", "credit.claimable"]
    assert (told(world, "bob"), told(world, "cora")) == ([], [])
    _changed, (_kind, data) = (of for of in heard(world, "ann") if of[0].startswith("credit."))
    assert data["credit"] == {
        "rule": 0,
        "for": "availability",
        "status": "claimable",
        "before": None,
        "amount": "100.00",
        "currency": "USD",
        "claim_by": "2026-12-01T05:00:00Z",
    }
    assert (data["month"]["month"], data["month"]["revision"]) == ("2026-10", 1)
    months.work_out(NOON + DAY)
    swept(NOON + DAY)
    assert len(told(world)) == 2  # nothing became of it
    claimed(months)
    swept(NOON)
    assert told(world)[2:] == ["claim.filed", "credit.changed"]


@pytest.mark.parametrize(
    ("decide", "kind"),
    [
        (lambda claim, lead: approve_claim(claim, actor=lead, at=CLOSED + DAY), "claim.approved"),
        (
            lambda claim, lead: reject_claim(claim, reason="It was yours.", actor=lead, at=CLOSED + DAY),
            "claim.rejected",
        ),
    ],
)
def test_a_claims_way_is_told_step_by_step(world: World, decide: object, kind: str) -> None:
    months = missed(world)
    claim = claimed(months)
    with months.inside("lead"):
        review_claim(claim, actor=months.member("lead"), at=NOON + DAY)
    months.close(CLOSED)
    swept(CLOSED)
    with months.inside("lead"):
        claim.refresh_from_db()
        decide(claim, months.member("lead"))  # type: ignore[operator]
    steps = [of for of in heard(world, "ann") if of[0].startswith("claim.")]
    assert [step[0] for step in steps] == ["claim.filed", "claim.reviewed", kind]
    assert steps == [of for of in heard(world, "admin") if of[0].startswith("claim.")]
    last = steps[-1][1]["claim"]
    assert (last["id"], last["by"], last["filed_at"]) == (claim.pk, "CANARY-member-ann", "2026-10-20T12:00:00Z")
    expected = ("100.00", None) if kind == "claim.approved" else (None, "It was yours.")
    assert (last["amount"], last["reason"]) == expected
    assert told(world, "bob") == []


def test_a_claim_that_is_taken_back(world: World) -> None:
    months = missed(world)
    claim = claimed(months)
    with months.inside("ann"):
        withdraw_claim(claim, actor=months.member("ann"), at=NOON + DAY)
    assert [kind for kind in told(world) if kind.startswith("claim.")] == ["claim.filed", "claim.withdrawn"]


def test_a_claim_that_moves_to_a_correction_names_the_one_in_its_place(world: World) -> None:
    months = missed(world)
    claim = claimed(months)
    months.close(CLOSED)
    swept(CLOSED)
    newer = corrected(months)
    with months.inside():
        close_periods([newer], now=CLOSED + DAY)
    swept(CLOSED + DAY)
    ((_kind, data),) = (of for of in heard(world, "ann") if of[0] == "claim.superseded")
    assert data["claim"]["id"] == claim.pk
    assert data["claim"]["superseded_by"] != claim.pk
