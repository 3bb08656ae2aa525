"""Working everything out anew and naming what differs: nothing may, or a mark was lost or a row was changed by hand."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from slaportal.intervals import instant_of
from uptime.detail import written_as_objects
from uptime.evidence import digest_of, evidence_of, facts_in
from uptime.facts import Facts, facts_of
from uptime.figures import figures_of, percent_of
from uptime.measuring import measure
from uptime.models import SubscriptionPeriod

BATCH = 500


def differences(period_ids: Sequence[int] | None, *, now: datetime) -> Iterator[str]:
    """A sentence for each period that comes out otherwise at its `worked_out_at`; None: of all that the scope shows.

    A closed one is worked out of its evidence, and, in its latest revision, of the facts too. What is marked, or to be
    looked at by `now`, is not worked out yet and left alone. In the staff's scope.
    """
    ids = period_ids
    if ids is None:
        ids = list(SubscriptionPeriod.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        rows = list(SubscriptionPeriod.objects.filter(pk__in=ids[start : start + BATCH]).order_by("pk"))
        latest = _latest(rows)
        facts = facts_of(rows)
        for row in rows:
            for difference in _differences(row, facts[row.pk], latest=row.pk in latest, now=now):
                yield f"{row.subscription_id} {row.text} (period {row.pk}, revision {row.revision}): {difference}"


def _latest(rows: Sequence[SubscriptionPeriod]) -> set[int]:
    every = SubscriptionPeriod.objects.filter(subscription__in={row.subscription_id for row in rows})
    latest: dict[tuple[int, str], int] = {}
    for pk, subscription, text in every.order_by("revision").values_list("pk", "subscription_id", "text"):
        latest[subscription, text] = pk
    return set(latest.values())


def _differences(row: SubscriptionPeriod, facts: Facts, *, latest: bool, now: datetime) -> Iterator[str]:
    if row.closed_at is None:
        due = row.look_at is not None and row.look_at <= now
        if row.worked_out_at is not None and row.marked_at is None and not due:
            yield from _compared(row, facts, "the facts")
        return
    if row.evidence is None:
        yield "is closed without evidence"
        return
    if digest_of(row.evidence) != row.inputs_digest:
        yield "the evidence has another digest than the one that was written down"
    if row.evidence["policy"]["digest"] != facts.version.digest:
        yield "the evidence names another policy than the one that is pinned"
        return
    yield from _compared(row, facts_in(row.evidence, facts.version), "the evidence")
    covered = set(row.evidence["services"]) == set(facts.services)  # what is covered since does not reach back
    if latest and covered and digest_of(evidence_of(row, facts)) != row.inputs_digest:
        yield "the facts are other ones than those of the evidence, and no further revision was made"


def _compared(row: SubscriptionPeriod, facts: Facts, source: str) -> Iterator[str]:
    assert row.worked_out_at is not None
    measured, metrics = measure(row, facts, row.worked_out_at)
    at = instant_of(row.worked_out_at)
    percent = percent_of(measured)
    figures = figures_of(measured, metrics, outages=facts.outages, windows=facts.windows, now=at)
    if (None if row.percent is None else f"{row.percent:f}") != percent:
        yield f"{row.percent} percent is kept, {percent} comes out of {source}"
    names = {*figures, *row.figures}
    if row.closed_at is not None and ("detail" not in row.figures or written_as_objects(row.figures)):
        names.discard("detail")  # closed before details were kept, or kept so, and what is closed stays
    for name in sorted(names):
        kept, found = row.figures.get(name), figures.get(name)
        if kept != found:
            yield f"{name} is kept as {_short(kept)}, {_short(found)} comes out of {source}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 300 else text[:300] + "…"


def mark_open(now: datetime) -> int:
    """Marks every period of the scope that is not closed, so that the workers write its figures anew; how many."""
    return SubscriptionPeriod.objects.filter(closed_at=None, marked_at=None).update(marked_at=now)
