"""What a maintenance window would count as, customer by customer, before it is planned, announced or moved.

By the same judgement and over the same facts as the month is measured with later, so both say the same.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.models import Service, Subscription
from contracts.policy.agreement import Agreement
from contracts.policy.calendars import ALWAYS
from contracts.policy.document.promises import Notice
from contracts.policy.windows import before
from slaportal.intervals import Instant, instant_of, moment_of
from uptime import models
from uptime.concerned import subscriptions_concerned
from uptime.exclusions import Verdict, Window, judge_windows
from uptime.facts import Facts, facts_of
from uptime.models import SubscriptionPeriod
from uptime.opening import plans_of
from uptime.standing import announced_at

NOTICE = "scheduled_maintenance"


@dataclass(frozen=True, slots=True)
class Foretold:
    """What the window is for one subscription. `verdict` is None where no availability is promised.

    `busy_us` is how much of it lies in business `hours` (a calendar, "" where it is always open): those that the policy
    keeps clear of such work where it names some (`kept_clear`), else those of support. `lead_late_us` is how much later
    than promised customers are told, 0 or less in time.
    """

    subscription: Subscription
    period_text: str
    agreement: Agreement
    verdict: Verdict | None
    hours: str
    kept_clear: bool
    busy_us: int
    notice: Notice | None
    lead_late_us: int | None


def foretell(services: Sequence[Service], window: Window, *, pk: int | None = None, now: datetime) -> list[Foretold]:
    """A line for each subscription that it concerns, by customer; `window.announced` is when it is or would be told.

    `pk` is the row of a window that is there already, else None. Some ten statements, however many customers.
    """
    starts_at, ends_at = moments(window)
    concerned = list(subscriptions_concerned(services, starts_at, ends_at))
    periods = _periods_at(concerned, starts_at)
    facts = facts_of(periods.values())
    told: list[Foretold] = []
    for subscription in concerned:
        period = periods.get(subscription.pk)
        if period is not None:
            told.append(_foretold(subscription, facts[period.pk], window, pk, instant_of(now)))
    return told


def if_announced(kind: str, starts_at: datetime, ends_at: datetime, *, now: datetime) -> Window:
    """A window that is not planned yet, as it would be judged if it is announced now."""
    return Window(instant_of(starts_at), instant_of(ends_at), kind, instant_of(now))


def as_announced(window: models.Window, *, now: datetime) -> Window:
    """One that is planned, as it was announced; if it was not, as if it were announced now."""
    told = announced_at(window) or now
    return Window(instant_of(window.starts_at), instant_of(window.ends_at), window.kind, instant_of(told))


def moments(window: Window) -> tuple[datetime, datetime]:
    """Start and end as datetimes."""
    return moment_of(window.start), moment_of(window.end)


def _foretold(subscription: Subscription, facts: Facts, window: Window, pk: int | None, now: Instant) -> Foretold:
    agreement = facts.agreement
    promise, notice = agreement.terms.availability, agreement.terms.notices.entries.get(NOTICE)
    verdict = None
    if promise is not None:
        windows, place = _with(facts, window, pk)
        verdict = judge_windows(windows, promise, period=facts.period, zone=agreement.zone, now=now)[place]
    clear = (notice.outside if notice is not None else None) or ""
    hours = clear or agreement.terms.support.hours
    always = hours == ALWAYS or agreement.calendars[hours].always
    busy = 0 if always else agreement.calendars[hours].open_us(window.start, window.end)
    return Foretold(
        subscription=subscription,
        period_text=facts.period.text,
        agreement=agreement,
        verdict=verdict,
        hours="" if always else hours,
        kept_clear=bool(clear),
        busy_us=busy,
        notice=notice,
        lead_late_us=_late(notice, window, agreement, now),
    )


def _with(facts: Facts, window: Window, pk: int | None) -> tuple[list[Window], int]:
    """The windows of the period with this one among them, in the order of their ids, and its place."""
    others = [one for key, one in zip(facts.window_ids, facts.windows, strict=True) if key != pk]
    place = sum(1 for key in facts.window_ids if pk is None or key < pk)
    return [*others[:place], window, *others[place:]], place


def _late(notice: Notice | None, window: Window, agreement: Agreement, now: Instant) -> int | None:
    if notice is None:
        return None
    told = now if window.announced is None else window.announced
    by = window.start if notice.lead == "before" else before(window.start, notice.lead, agreement.zone)
    return told - by


def _periods_at(concerned: Sequence[Subscription], at: datetime) -> dict[int, SubscriptionPeriod]:
    """The period of each subscription in which `at` lies: the one that is there, else as it is going to be opened."""
    ids = [one.pk for one in concerned]
    there = SubscriptionPeriod.objects.filter(subscription__in=ids, starts_at__lte=at, ends_at__gt=at)
    found = {row.subscription_id: row for row in there.defer("evidence").order_by("revision")}
    missing = [one for one in concerned if one.pk not in found]
    return {**found, **_planned(missing, at)} if missing else found


def _planned(missing: Sequence[Subscription], at: datetime) -> dict[int, SubscriptionPeriod]:
    """Rows that are not written; their ids are negative, so that no other row has them."""
    found: dict[int, SubscriptionPeriod] = {}
    for one, plan in plans_of(missing, defaultdict(lambda: instant_of(at))):
        for planned in plan:
            if planned.period.start <= instant_of(at) < planned.period.end:
                found[one.pk] = SubscriptionPeriod(
                    pk=-one.pk,
                    provider_id=one.provider_id,
                    tenant_id=one.tenant_id,
                    subscription=one,
                    text=planned.period.text,
                    **planned.columns,
                )
    return found
