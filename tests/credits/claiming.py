"""Claims of a missed October for the tests, made as somebody, refused, decided after the month was closed."""

from datetime import timedelta

import pytest

from credits.actions.claims import file_claim
from credits.models import Claim
from credits.sweeping import sweep_marked, sweep_unassessed
from slaportal.outbox.models import Message
from slaportal.refusal import Refusal
from tests.credits.months import DAY, END, Months, tenth, utc
from tests.world import World
from uptime.models import SubscriptionPeriod

NOON = utc("10-20 12:00")
CLOSED = END + 6 * DAY
MOMENT = timedelta(microseconds=1)


def missed(world: World, *rules: dict[str, object], start: str = "10-15 00:00") -> Months:
    months = Months(world, rules or [tenth()])
    months.down(start)
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    return months


def claimed(months: Months, who: str = "ann", at: object = NOON, **more: object) -> Claim:
    with months.inside(who):
        return file_claim(months.period, note="It was down.", actor=months.member(who), at=at, **more)  # type: ignore[arg-type]


def refused(months: Months, who: str = "ann", at: object = NOON) -> str:
    with pytest.raises(Refusal) as refusal:
        claimed(months, who, at)
    return refusal.value.code


def mails(months: Months, kind: str) -> list[str]:
    with months.inside():
        return list(Message.objects.filter(kind=kind).order_by("id").values_list("recipient", flat=True))


def closed(world: World, *rules: dict[str, object]) -> tuple[Months, Claim]:
    months = missed(world, *rules)
    claim = claimed(months)
    months.close(CLOSED)
    sweep_unassessed(at=CLOSED)
    sweep_marked(at=CLOSED)
    return months, claim


def corrected(months: Months) -> int:
    """A late outage makes the next revision, and it is closed."""
    with months.inside():
        old = months.period
        kept = {
            field.attname: getattr(old, field.attname)
            for field in SubscriptionPeriod._meta.concrete_fields
            if field.attname not in ("id", "revision", "measurement", "assessed", "closed_at", "evidence", "figures")
        }
        new = SubscriptionPeriod.objects.create(**kept, revision=old.revision + 1)
    months.down("10-25 00:00", hours=3)
    months.work_out(CLOSED + DAY)
    return new.pk
