"""Trying a change out: what it would do to the availability of the months it touches, before it is saved."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from uptime.availability import MeasuredAvailability
from uptime.facts import facts_of
from uptime.figures import percent_of
from uptime.measuring import measure
from uptime.models import SubscriptionPeriod


@dataclass(frozen=True, slots=True)
class Availability:
    """A month as it is measured: percent cut off after six places (None where there is none), and whether it is met."""

    percent: str | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a month says before and after a change."""

    period: SubscriptionPeriod
    before: Availability
    after: Availability

    @property
    def differs(self) -> bool:
        """Whether the customer will see another figure."""
        return self.before != self.after


@contextmanager
def on_trial() -> Iterator[None]:
    """What is done inside is taken back at the end, with everything it left to be done after the commit."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def differences_of(
    change: Callable[[], object], periods: Callable[[], Sequence[SubscriptionPeriod]], *, now: datetime
) -> list[Difference]:
    """Every month that `periods` names, before and after `change`, which is taken back; its refusals go on.

    `periods` is asked on both sides of the change, for it may touch others than before. In the staff's scope.
    """
    before_rows = {row.pk: row for row in periods()}
    before = measured(list(before_rows.values()), now)
    known = {(row.subscription_id, row.text): pk for pk, row in before_rows.items()}
    with on_trial():
        change()
        # A closed month gets its next revision by the change; it is told as the month that it corrects.
        after_rows = {known.get((row.subscription_id, row.text), row.pk): row for row in periods()}
        rows = {**after_rows, **before_rows}
        after = measured(list(rows.values()), now)
    missing = [row for pk, row in rows.items() if pk not in before]
    before |= measured(missing, now)
    return [
        Difference(row, before[pk], after[pk]) for pk, row in sorted(rows.items(), key=lambda pair: _order(pair[1]))
    ]


def measured(periods: Sequence[SubscriptionPeriod], now: datetime) -> dict[int, Availability]:
    """What each month comes to by the facts as they are now, by its id; a handful of statements for all."""
    facts = facts_of(periods)
    found: dict[int, Availability] = {}
    for period in periods:
        availability, _metrics = measure(period, facts[period.pk], now)
        met = None
        if isinstance(availability, MeasuredAvailability):
            met = availability.downtime.us <= availability.downtime.allowed_us
        found[period.pk] = Availability(percent_of(availability), met)
    return found


def _order(period: SubscriptionPeriod) -> tuple[str, str, datetime]:
    return period.tenant.name, period.subscription.name, period.starts_at
