"""Working everything out anew and naming what differs: nothing may, or a mark was lost or a row was changed by hand."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from contracts.models import Subscription
from slaportal.intervals import instant_of, moment_of
from slaportal.refusal import Refusal
from uptime.changes import lately_changed
from uptime.detail import written_as_objects
from uptime.evidence import digest_of, evidence_of, facts_in
from uptime.facts import Facts, facts_of
from uptime.figures import figures_of
from uptime.measuring import measure
from uptime.models import SubscriptionPeriod
from uptime.pinned import pins_otherwise
from uptime.working_out import next_look

BATCH = 500
# What waits longer than this for the workers, who come by every few seconds, is named.
LATE = timedelta(minutes=5)

# A subscription, and a sentence on what differs there.
Found = tuple[int, str]


def differences(period_ids: Sequence[int] | None, *, now: datetime) -> Iterator[str]:
    """A sentence for each period that comes out otherwise at its `worked_out_at`; None: of all that the scope shows.

    A closed one is worked out of its evidence, and, in its latest revision, of the facts too. What is marked, or to be
    looked at by `now`, is not worked out yet and left alone, unless it waits for minutes. Of all (None) the pins too
    are compared with what terms and versions come to, and periods that are missing named. In the staff's scope.
    """
    ids = period_ids
    if ids is None:
        ids = list(SubscriptionPeriod.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        yield from _steady(partial(of_periods, ids[start : start + BATCH], now), now)
    if period_ids is None:
        subscriptions, until = list(Subscription.objects.order_by("pk")), instant_of(now - LATE)
        for start in range(0, len(subscriptions), BATCH):
            yield from _steady(partial(pins_otherwise, subscriptions[start : start + BATCH], until=until), now)


def _steady(compare: Callable[[], Iterator[Found]], now: datetime) -> Iterator[str]:
    """What differs, and differs still: while people work, a fact or its mark may come between two of the statements.

    What concerns a subscription whose contract changed in these minutes is left to the workers.
    """
    found = list(compare())
    if not found:
        return
    [provider] = Subscription.objects.filter(pk=found[0][0]).values_list("provider", flat=True)
    changed = lately_changed(provider, since=now - LATE)
    again = set(compare())
    yield from (said for subscription, said in found if (subscription, said) in again and subscription not in changed)


def of_periods(ids: Sequence[int], now: datetime) -> Iterator[Found]:
    """What differs of these periods, a few hundred at most, at a first look."""
    rows = list(SubscriptionPeriod.objects.filter(pk__in=ids).order_by("pk"))
    latest = _latest(rows)
    facts = facts_of(rows)
    for row in rows:
        for said in (*_waiting(row, now), *_differences(row, facts[row.pk], latest=row.pk in latest, now=now)):
            name = f"{row.subscription_id} {row.text} (period {row.pk}, revision {row.revision})"
            yield row.subscription_id, f"{name}: {said}"


def _latest(rows: Sequence[SubscriptionPeriod]) -> set[int]:
    every = SubscriptionPeriod.objects.filter(subscription__in={row.subscription_id for row in rows})
    latest: dict[tuple[int, str], int] = {}
    for pk, subscription, text in every.order_by("revision").values_list("pk", "subscription_id", "text"):
        latest[subscription, text] = pk
    return set(latest.values())


def _waiting(row: SubscriptionPeriod, now: datetime) -> Iterator[str]:
    """What the workers should have come by for."""
    if row.marked_at is not None:
        if row.marked_at <= now - LATE:
            yield f"is marked since {row.marked_at.isoformat()} and was not worked out"
    elif row.look_at is not None:
        if row.look_at <= now - LATE:
            yield f"was to be looked at at {row.look_at.isoformat()} and was not"
        elif row.worked_out_at is None:
            yield f"could not be worked out and is put off until {row.look_at.isoformat()}"
    elif row.worked_out_at is None:
        yield "was never worked out, and nobody is going to"


def _differences(row: SubscriptionPeriod, facts: Facts, *, latest: bool, now: datetime) -> Iterator[str]:
    if row.closed_at is None:
        due = row.look_at is not None and row.look_at <= now
        if row.worked_out_at is not None and row.marked_at is None and not due:
            yield from _compared(row, facts, "the facts")
            look = moment_of(next_look(facts, instant_of(row.worked_out_at), closes=instant_of(row.closes_at)))
            if row.look_at != look:
                yield f"is looked at again at {row.look_at}, {look} comes out of the facts"
        return
    if row.evidence is None:
        yield "is closed without evidence"
        return
    if digest_of(row.evidence) != row.inputs_digest:
        yield "the evidence has another digest than the one that was written down"
    if not row.evidence["policy"]["digest"] == facts.version.digest == row.policy_digest:
        yield "the evidence names another policy than the one that is pinned"
        return
    told = facts_in(row.evidence, facts.version)
    if evidence_of(row, told)["terms"] != row.evidence["terms"] or told.active != facts.active:
        yield "the evidence names other terms than those that are pinned"
    yield from _compared(row, told, "the evidence")
    covered = set(row.evidence["services"]) == set(facts.services)  # what is covered since does not reach back
    if latest and covered and digest_of(evidence_of(row, facts)) != row.inputs_digest:
        yield "the facts are other ones than those of the evidence, and no further revision was made"


def _compared(row: SubscriptionPeriod, facts: Facts, source: str) -> Iterator[str]:
    assert row.worked_out_at is not None
    at = instant_of(row.worked_out_at)
    try:
        measured, metrics = measure(row, facts, at)
    except Refusal as refusal:  # a calendar that ends
        yield f"cannot be worked out of {source}: {refusal.message}"
        return
    figures = figures_of(measured, metrics, outages=facts.outages, windows=facts.windows, now=at)
    shown = figures["availability"] or {}
    for name, kept, found in (
        ("percent", None if row.percent is None else f"{row.percent:f}", shown.get("percent")),
        ("met", row.met, shown.get("met")),
    ):
        if kept != found:
            yield f"{name} is kept as {kept}, {found} comes out of {source}"
    names = {*figures, *row.figures}
    if row.closed_at is not None and ("detail" not in row.figures or written_as_objects(row.figures)):
        names.discard("detail")  # closed before details were kept, or kept so, and what is closed stays
    for name in sorted(names):
        if row.figures.get(name) != figures.get(name):
            kept, found = _short(row.figures.get(name)), _short(figures.get(name))
            yield f"{name} is kept as {kept}, {found} comes out of {source}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 300 else text[:300] + "…"


def mark_open(now: datetime) -> int:
    """Marks every period of the scope that is not closed, so that the workers write its figures anew; how many."""
    return SubscriptionPeriod.objects.filter(closed_at=None, marked_at=None).update(marked_at=now)
