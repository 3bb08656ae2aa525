"""The state of a customer's services now, read from the running months: what is down, what is planned."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contracts.models import Service
from credits.showing.happened import WindowRow, windows_shown
from credits.showing.instants import shown
from credits.showing.pieces import StoredOutage, outages_in, windows_in
from slaportal.intervals import Instant, instant_of
from slaportal.pages.times import Shown, at_reader
from tickets.queries import agreements_of
from uptime.models import SubscriptionPeriod, WindowNotice
from uptime.queries import latest_periods

# Start, end and kind of a window: all by which a customer tells one from another.
Key = tuple[Instant, Instant, str]


@dataclass(frozen=True, slots=True)
class ServiceState:
    """A service: up, degraded or down since an instant; `known` is false where no month of it is worked out."""

    name: str
    state: str
    since: Shown | None
    known: bool


@dataclass(frozen=True)
class Status:
    """All services, how many have something, the windows that run or come, and as of when this is known."""

    services: list[ServiceState]
    troubled: int
    unknown: int
    windows: list[WindowRow]
    as_of: Shown | None


def running_periods(tenant_id: int, now: datetime) -> QuerySet[SubscriptionPeriod]:
    """The period of each of the tenant's subscriptions in which `now` lies."""
    running = latest_periods().filter(tenant_id=tenant_id, starts_at__lte=now, ends_at__gt=now)
    return running.select_related("subscription").order_by("subscription__name", "pk")


def status_of(periods: Sequence[SubscriptionPeriod], told: Iterable[WindowNotice], now: datetime) -> Status:
    """The state of the services that the subscriptions of these running periods cover. Two queries.

    `told` are the windows ahead that the customer was told of, whatever month they lie in.
    """
    subscriptions = [period.subscription_id for period in periods if period.worked_out_at is not None]
    covered = Service.objects.filter(coverages__subscription__in=[p.subscription_id for p in periods])
    known = set(covered.filter(coverages__subscription__in=subscriptions).values_list("pk", flat=True))
    on = _going_on(periods, now)
    services = [
        _state(service, on.get(service.key), now, known=service.pk in known)
        for service in covered.distinct().order_by("name")
    ]
    return Status(
        services=services,
        troubled=sum(1 for service in services if service.state != "up"),
        unknown=sum(1 for service in services if not service.known),
        windows=_windows(periods, told, now),
        as_of=_as_of(periods, now),
    )


def _as_of(periods: Sequence[SubscriptionPeriod], now: datetime) -> Shown | None:
    """Now, as nothing changed since the figures were worked out; where a worker is behind, when it came by last."""
    worked = [period.worked_out_at for period in periods if period.worked_out_at is not None]
    if not worked:
        return None
    behind = [
        period.worked_out_at
        for period in periods
        if period.worked_out_at is not None
        and (period.marked_at is not None or (period.look_at is not None and period.look_at <= now))
    ]
    return at_reader(min(behind, default=now), now)


def _going_on(periods: Iterable[SubscriptionPeriod], now: datetime) -> dict[str, StoredOutage]:
    """By service the outage that is on; the worst, then the first."""
    found: dict[str, StoredOutage] = {}
    for period in periods:
        for outage in outages_in(period.figures):
            if outage.end is not None or not outage.measured or outage.start > instant_of(now):
                continue
            for key in outage.service.split(", "):
                there = found.get(key)
                if there is None or (there.impact, outage.impact) == ("degraded", "down"):
                    found[key] = outage
    return found


def _state(service: Service, outage: StoredOutage | None, now: datetime, *, known: bool) -> ServiceState:
    if outage is None:
        return ServiceState(service.name, "up", None, known)
    return ServiceState(service.name, outage.impact, shown(outage.start, now), known=True)


def _windows(periods: Sequence[SubscriptionPeriod], told: Iterable[WindowNotice], now: datetime) -> list[WindowRow]:
    """Windows that are not over, each once, the next one first.

    Those of a running period with its verdict; others, of later months too, as the customer was told of them.
    """
    notices: dict[Key, list[WindowNotice]] = defaultdict(list)
    for notice in told:
        notices[instant_of(notice.starts_at), instant_of(notice.ends_at), notice.kind].append(notice)
    rows = {key: _told_row(held[0], now) for key, held in notices.items()} | _judged(periods, now)
    return [_named(rows[key], notices.get(key, ())) for key in sorted(rows)]


def _judged(periods: Sequence[SubscriptionPeriod], now: datetime) -> dict[Key, WindowRow]:
    agreements = agreements_of((period.version_id, period.plan) for period in periods)
    rows: dict[Key, WindowRow] = {}
    for period in periods:
        ahead = [window for window in windows_in(period.figures) if window["end"] > instant_of(now)]
        promise = agreements[period.version_id, period.plan].terms.availability
        for window, row in zip(ahead, windows_shown(ahead, promise, now), strict=True):
            rows.setdefault((int(window["start"]), int(window["end"]), str(window["kind"])), row)
    return rows


def _told_row(notice: WindowNotice, now: datetime) -> WindowRow:
    window = {
        "start": instant_of(notice.starts_at),
        "end": instant_of(notice.ends_at),
        "kind": notice.kind,
        "announced": instant_of(notice.told_at),
    }
    (row,) = windows_shown([window], None, now)
    if notice.moved_at is None:
        return row
    return replace(row, verdict=_("Moved"), why=_("Moved %(at)s.") % {"at": at_reader(notice.moved_at, now).text})


def _named(row: WindowRow, notices: Sequence[WindowNotice]) -> WindowRow:
    """With the titles and services that the customer was told."""
    titles = dict.fromkeys(notice.title for notice in notices)
    services = dict.fromkeys(name for notice in notices for name in notice.services)
    return replace(row, title=", ".join(titles), services=", ".join(services))
