"""The facts of many periods at once, read with few statements: outages, windows, unmonitored time, samples.

What was struck out or cancelled is left out. Instants are whole microseconds from the database on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from django.db import connection

from contracts.models import PolicyVersion
from contracts.policy.agreement import Agreement
from contracts.policy.document.availability import Subscription
from contracts.policy.documents import agreement_of
from contracts.policy.periods import Active, Period, kind_of, period_at, read_period
from contracts.queries import document_of
from slaportal.arrays import as_array
from slaportal.intervals import Instant, Interval, instant_of, moment_of
from uptime.availability import Impact, Outage
from uptime.exclusions import Window
from uptime.models import SubscriptionPeriod

# The end of what goes on: beyond every now.
ENDLESS: Instant = 1 << 62
HOUR_US = 3_600_000_000

_US = "(extract(epoch FROM {}) * 1000000)::bigint"
# From one row to the next by their keys (LATERAL, OFFSET 0), here and below: the planner would else read a whole table
# for every batch, and before anything was analysed join the other way round, at the square of the cost.
COVERED = """
SELECT c.subscription_id, c.service_id, s.key FROM contracts_coverage c
CROSS JOIN LATERAL (SELECT x.key FROM contracts_service x WHERE x.id = c.service_id OFFSET 0) s
WHERE c.subscription_id = ANY(%s::bigint[]) ORDER BY s.key
"""
OUTAGES = f"""
SELECT os.service_id, o.id, {_US.format("o.starts_at")}, {_US.format("o.ends_at")}, o.cause, o.impact
FROM uptime_outageservice os CROSS JOIN LATERAL (SELECT * FROM uptime_outage x WHERE x.id = os.outage_id
  AND x.void_at IS NULL AND x.starts_at < %(end)s AND (x.ends_at IS NULL OR x.ends_at > %(start)s) OFFSET 0) o
WHERE os.service_id = ANY(%(services)s::bigint[])
"""  # noqa: S608 - only names of columns are put in
WINDOWS = f"""
SELECT ws.service_id, w.id, {_US.format("w.starts_at")}, {_US.format("w.ends_at")}, w.kind
FROM uptime_windowservice ws CROSS JOIN LATERAL (SELECT * FROM uptime_window x WHERE x.id = ws.window_id
  AND x.cancelled_at IS NULL AND x.starts_at < %(end)s AND x.ends_at > %(start)s OFFSET 0) w
WHERE ws.service_id = ANY(%(services)s::bigint[])
"""  # noqa: S608
ANNOUNCEMENTS = f"""
SELECT window_id, {_US.format("starts_at")}, {_US.format("ends_at")}, {_US.format("announced_at")}
FROM uptime_announcement WHERE window_id = ANY(%s::bigint[]) ORDER BY announced_at, id
"""  # noqa: S608
UNMONITORED = f"""
SELECT service_id, id, {_US.format("starts_at")}, {_US.format("ends_at")} FROM uptime_unmonitored
WHERE service_id = ANY(%(services)s::bigint[]) AND void_at IS NULL AND starts_at < %(end)s
  AND (ends_at IS NULL OR ends_at > %(start)s)
"""  # noqa: S608
SAMPLES = f"""
SELECT service_id, metric, region, {_US.format("hour_at")}, offsets, "values" FROM uptime_samplehour
WHERE service_id = ANY(%s::bigint[]) AND metric = ANY(%s) AND hour_at < %s AND hour_at > %s - interval '1 hour'
ORDER BY service_id, metric, region, hour_at
"""  # noqa: S608


class Facts(NamedTuple):
    """All that the figures of a period are made of.

    `services` are the keys of those covered; `outage_ids` and `window_ids` name the rows of `outages` and `windows`, in
    the same order. An unmonitored stretch that goes on ends at `ENDLESS`. `samples` lie in the active part, by metric
    and region ("" where the policy asks for none).
    """

    agreement: Agreement
    version: PolicyVersion
    period: Period
    active: Active
    services: tuple[str, ...]
    outages: tuple[Outage, ...]
    outage_ids: tuple[int, ...]
    windows: tuple[Window, ...]
    window_ids: tuple[int, ...]
    unmonitored: tuple[Interval, ...]
    samples: Mapping[str, Mapping[str, Sequence[Decimal]]]


def facts_of(periods: Iterable[SubscriptionPeriod]) -> dict[int, Facts]:
    """The facts of each period, by its id, by a handful of statements for all; in the scope of the provider's staff."""
    rows = list(periods)
    return _Loader(rows).load() if rows else {}


def active_of(period: SubscriptionPeriod) -> Active:
    """The active part as the calculation takes it."""
    start, end = period.active_from, period.active_to
    return Active(None if start is None else instant_of(start), None if end is None else instant_of(end))


def period_named(text: str, zone: ZoneInfo, start: Instant | None) -> Period:
    """The calendar period of that text; from `start` on where it begins otherwise, as after a change of the zone."""
    period = read_period(text, kind_of(text), zone)
    return period if start is None or start == period.start else replace(period, start=start)


def versions_of(periods: Iterable[SubscriptionPeriod]) -> dict[int, PolicyVersion]:
    """The pinned versions, by id."""
    return PolicyVersion.objects.in_bulk({period.version_id for period in periods})


class _Loader:
    """Loads for all periods what lies in the hull of them, by service, and hands each its share."""

    def __init__(self, rows: Sequence[SubscriptionPeriod]) -> None:
        self.rows = rows
        self.versions = versions_of(rows)
        self.start = min(row.starts_at for row in rows)
        self.end = max(row.ends_at for row in rows)
        self.covered: dict[int, list[tuple[int, str]]] = defaultdict(list)
        services: dict[int, str] = {}
        for subscription, service, key in _rows(COVERED, [as_array(row.subscription_id for row in rows)]):
            self.covered[subscription].append((service, key))
            services[service] = key
        self.services = services
        self.agreements: dict[tuple[int, str], Agreement] = {}

    def load(self) -> dict[int, Facts]:
        span = {"services": as_array(self.services), "end": self.end, "start": self.start}
        outages: dict[int, list[tuple[int, Outage]]] = defaultdict(list)
        for service, pk, start, end, cause, impact in _rows(OUTAGES, span):
            known = Outage(start, end, cause, cast(Impact, impact), self.services[service])
            outages[service].append((pk, known))
        windows = self._windows(self.start)
        unmonitored: dict[int, list[Interval]] = defaultdict(list)
        for service, _pk, start, end in _rows(UNMONITORED, span):
            unmonitored[service].append((start, ENDLESS if end is None else end))
        samples = self._samples()
        return {row.pk: self._facts(row, outages, windows, unmonitored, samples) for row in self.rows}

    def _agreement(self, row: SubscriptionPeriod) -> Agreement:
        key = (row.version_id, row.plan)
        found = self.agreements.get(key)
        if found is None:
            found = self.agreements[key] = agreement_of(document_of(self.versions[row.version_id]), row.plan)
        return found

    def _windows(self, since: datetime) -> dict[int, list[tuple[int, Window]]]:
        """Those of the hull; and, where one runs into a period, those that may have used up its quota before."""
        windows: dict[int, list[tuple[int, Window]]] = defaultdict(list)
        rows = _rows(WINDOWS, {"services": as_array(self.services), "end": self.end, "start": since})
        told: dict[int, list[tuple[Instant, Instant, Instant]]] = defaultdict(list)
        if rows:
            for pk, *announcement in _rows(ANNOUNCEMENTS, [as_array({row[1] for row in rows})]):
                told[pk].append(cast("tuple[Instant, Instant, Instant]", tuple(announcement)))
        for service, pk, start, end, kind in rows:
            windows[service].append((pk, Window(start, end, kind, _announced(start, end, told.get(pk, ())))))
        if not windows:
            return windows
        earliest = min(
            (quota_from for row in self.rows for quota_from in [self._quota_from(row, windows)] if quota_from),
            default=None,
        )
        if earliest is not None and earliest < instant_of(since):
            return self._windows(moment_of(earliest))
        return windows

    def _quota_from(self, row: SubscriptionPeriod, windows: Mapping[int, list[tuple[int, Window]]]) -> Instant | None:
        """The start of the period in which the first window that runs into this one began."""
        start = instant_of(row.starts_at)
        into = [
            window.start
            for service, _key in self.covered[row.subscription_id]
            for _pk, window in windows.get(service, ())
            if window.start < start < window.end
        ]
        if not into:
            return None
        agreement = self._agreement(row)
        promise = agreement.terms.availability
        return None if promise is None else period_at(min(into), promise.period, agreement.zone).start

    def _samples(self) -> dict[int, list[tuple[str, str, Instant, list[int], list[Decimal]]]]:
        """The rolled-up hours of each service, of the metrics that any of the policies names."""
        names = {name for row in self.rows for name in self._agreement(row).terms.performance.entries}
        hours: dict[int, list[tuple[str, str, Instant, list[int], list[Decimal]]]] = defaultdict(list)
        if names:
            values = [as_array(self.services), list(names), self.end, self.start]
            for service, metric, region, hour, offsets, measured in _rows(SAMPLES, values):
                hours[service].append((metric, region, hour, offsets, measured))
        return hours

    def _facts(
        self,
        row: SubscriptionPeriod,
        outages: Mapping[int, list[tuple[int, Outage]]],
        windows: Mapping[int, list[tuple[int, Window]]],
        unmonitored: Mapping[int, list[Interval]],
        samples: Mapping[int, list[tuple[str, str, Instant, list[int], list[Decimal]]]],
    ) -> Facts:
        agreement, covered = self._agreement(row), self.covered[row.subscription_id]
        period = period_named(row.text, agreement.zone, instant_of(row.starts_at))
        start, end, active = period.start, period.end, active_of(row)
        first = self._quota_from(row, windows) if windows else None
        earliest = start if first is None else first
        mine = _once(
            (pk, outage)
            for service, _key in covered
            for pk, outage in outages.get(service, ())
            if outage.start < end and (outage.end is None or outage.end > start)
        )
        planned = {
            pk: window
            for service, _key in covered
            for pk, window in windows.get(service, ())
            if window.start < end and (window.end > start or window.start >= earliest)
        }
        blind = [(a, b) for service, _key in covered for a, b in unmonitored.get(service, ()) if a < end and b > start]
        return Facts(
            agreement=agreement,
            version=self.versions[row.version_id],
            period=period,
            active=active,
            services=tuple(key for _service, key in covered),
            outages=tuple(mine.values()),
            outage_ids=tuple(mine),
            windows=tuple(planned[pk] for pk in sorted(planned)),
            window_ids=tuple(sorted(planned)),
            unmonitored=tuple(sorted(blind)),
            samples=_by_metric(agreement, active.part_of(period), [samples.get(pk, []) for pk, _ in covered])
            if samples
            else {},
        )


def _announced(start: Instant, end: Instant, told: Iterable[tuple[Instant, Instant, Instant]]) -> Instant | None:
    """When customers were first told of all of the window as it now stands, None if never."""
    return next((at for first, last, at in told if first <= start and last >= end), None)


def _once(found: Iterable[tuple[int, Outage]]) -> dict[int, Outage]:
    """Each outage once, in the order of their ids, with the names of all covered services that it is one of."""
    mine: dict[int, Outage] = {}
    for pk, outage in found:
        there = mine.get(pk)
        if there is not None:
            names = f"{there.service}, {outage.service}"
            outage = Outage(outage.start, outage.end, outage.cause, outage.impact, names)  # noqa: PLW2901
        mine[pk] = outage
    return mine if len(mine) < 2 else dict(sorted(mine.items()))


def _by_metric(
    agreement: Agreement,
    part: Interval,
    hours: Iterable[Iterable[tuple[str, str, Instant, list[int], list[Decimal]]]],
) -> dict[str, dict[str, list[Decimal]]]:
    """The samples that lie in the active part of the period, by metric and, where the policy says so, by region."""
    start, end = part
    promises = agreement.terms.performance.entries
    found: dict[str, dict[str, list[Decimal]]] = {}
    for of_service in hours:
        for metric, region, hour, offsets, values in of_service:
            if metric not in promises or hour >= end or hour + HOUR_US <= start:
                continue
            group = found.setdefault(metric, {}).setdefault(region if promises[metric].per == "region" else "", [])
            if start <= hour and hour + HOUR_US <= end:
                group.extend(values)
            else:
                group.extend(value for at, value in zip(offsets, values, strict=True) if start <= hour + at < end)
    return found


def _rows(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cast("list[tuple[Any, ...]]", cursor.fetchall())


def kind_of_subscription(period: SubscriptionPeriod) -> Subscription:
    """`production`, `beta`, `trial` or `pilot`, as the policy names them."""
    return cast(Subscription, period.kind)
