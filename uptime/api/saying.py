"""Outages, windows and unmonitored stretches as they go out: plain dicts. Names are looked up once for a list."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from contracts.models import Service
from slaportal.api.shapes import moment, seconds
from slaportal.intervals import Instant, written
from slaportal.tenancy.models import Membership
from uptime import exclusions
from uptime.concerned import Customers, customers_of_outages, customers_of_windows
from uptime.differences import Difference
from uptime.foretelling import Foretold, as_announced, foretell
from uptime.models import (
    Outage,
    OutageService,
    SubscriptionPeriod,
    Unmonitored,
    Window,
    WindowNotice,
    WindowService,
)
from uptime.standing import announced_at, state_of, window_state_of

Said = dict[str, Any]


def outages_said(found: Sequence[Outage], *, now: datetime) -> list[Said]:
    """Each with its services. Three queries, however many there are."""
    services = _services_of(OutageService.objects.filter(outage__in=list(found)), "outage_id")
    customers, people = customers_of_outages(found, now), _people(one.recorded_by_id for one in found)
    return [
        {
            "id": one.pk,
            "title": one.title,
            "state": state_of(one, now),
            "services": services[one.pk],
            "cause": one.cause,
            "impact": one.impact,
            "starts_at": moment(one.starts_at),
            "reported_start_at": moment(one.reported_start_at),
            "true_start_at": moment(one.true_start_at),
            "ends_at": moment(one.ends_at),
            "noticed_at": moment(one.noticed_at),
            "note": one.note,
            "customers": _count(customers.get(one.pk)),
            "recorded_at": moment(one.recorded_at),
            "recorded_by": people.get(one.recorded_by_id or 0),
            "struck_out_at": moment(one.void_at),
            "revision": one.revision,
        }
        for one in found
    ]


def month_said(period: SubscriptionPeriod) -> Said:
    """A month that an outage touches, as the worker wrote it."""
    return {
        "id": period.pk,
        **_whose(period),
        "revision": period.revision,
        "percent": period.percent,
        "met": period.met,
        "pending": period.marked_at is not None,
        "closed_at": moment(period.closed_at),
    }


def difference_said(one: Difference) -> Said:
    """A month before and after a correction."""
    return {
        **_whose(one.period),
        "percent_before": one.before.percent,
        "percent_after": one.after.percent,
        "met_before": one.before.met,
        "met_after": one.after.met,
        "differs": one.differs,
    }


def _whose(period: SubscriptionPeriod) -> Said:
    return {
        "tenant": {"id": period.tenant_id, "name": period.tenant.name},
        "subscription": {"id": period.subscription_id, "name": period.subscription.name},
        "period": period.text,
    }


def windows_said(found: Sequence[Window], *, now: datetime) -> list[Said]:
    """Each with its services; `announcements` must have been fetched before. Three queries for all."""
    services = _services_of(WindowService.objects.filter(window__in=list(found)), "window_id")
    customers, people = customers_of_windows(found), _people(one.planned_by_id for one in found)
    return [
        {
            "id": one.pk,
            "title": one.title,
            "kind": one.kind,
            "state": window_state_of(one, now),
            "services": services[one.pk],
            "starts_at": moment(one.starts_at),
            "ends_at": moment(one.ends_at),
            "customers": _count(customers.get(one.pk)),
            "announced_at": moment(announced_at(one)),
            "planned_at": moment(one.planned_at),
            "planned_by": people.get(one.planned_by_id or 0),
            "cancelled_at": moment(one.cancelled_at),
            "revision": one.revision,
        }
        for one in found
    ]


def window_said(window: Window, *, now: datetime) -> Said:
    """One with its announcements, the newest first, and the verdicts on it."""
    (told,) = windows_said([window], now=now)
    announced = list(window.announcements.order_by("-announced_at", "-pk"))
    people = _people(one.announced_by_id for one in announced)
    told["announcements"] = [
        {
            "starts_at": moment(one.starts_at),
            "ends_at": moment(one.ends_at),
            "announced_at": moment(one.announced_at),
            "announced_by": people.get(one.announced_by_id or 0),
            "text": one.text,
        }
        for one in announced
    ]
    told["verdicts"] = [] if window.cancelled_at is not None else window_verdicts_said(window, now=now)
    return told


def window_verdicts_said(window: Window, *, now: datetime) -> list[Said]:
    """On a window that is planned, as it stands in memory."""
    services = [row.service for row in window.services.select_related("service").order_by("service_id")]
    return verdicts_said(services, as_announced(window, now=now), pk=window.pk, now=now)


def verdicts_said(
    services: Sequence[Service], window: exclusions.Window, *, pk: int | None = None, now: datetime
) -> list[Said]:
    """What each customer's policy makes of it, by customer."""
    return [_verdict(one) for one in foretell(services, window, pk=pk, now=now)]


def _verdict(told: Foretold) -> Said:
    of, verdict = told.subscription, told.verdict
    excluded = None if verdict is None else verdict.excluded
    return {
        "tenant": {"id": of.tenant_id, "name": of.tenant.name},
        "subscription": {"id": of.pk, "name": of.name},
        "period": told.period_text,
        "verdict": None if verdict is None else verdict.word,
        "excluded": None if excluded is None else _span(*excluded),
        "excluded_s": seconds(0 if excluded is None else excluded[1] - excluded[0]),
        "ended_by": None if verdict is None else verdict.ended_by,
        "announce_by_at": None if verdict is None or verdict.announce_by is None else written(verdict.announce_by),
        "late_s": None if verdict is None or verdict.late_us is None else seconds(verdict.late_us),
        "used_by": [] if verdict is None else [_span(one.start, one.end) for one in verdict.used_by],
        "clause": None if verdict is None or verdict.rule is None else verdict.rule.clause,
        "hours": told.hours,
        "kept_clear": told.kept_clear,
        "busy_s": seconds(told.busy_us),
        "notice": None if told.notice is None else told.notice.binding,
        "notice_late_s": None if told.lead_late_us is None else seconds(max(0, told.lead_late_us)),
    }


def _span(start: Instant, end: Instant) -> Said:
    return {"starts_at": written(start), "ends_at": written(end)}


def told_window_said(notice: WindowNotice) -> Said:
    """What a customer reads of a window."""
    return {
        "title": notice.title,
        "kind": notice.kind,
        "services": notice.services,
        "starts_at": moment(notice.starts_at),
        "ends_at": moment(notice.ends_at),
        "told_at": moment(notice.told_at),
        "moved_at": moment(notice.moved_at),
    }


def unmonitored_said(found: Sequence[Unmonitored], *, now: datetime) -> list[Said]:
    """Each with its service; one query for all names."""
    names = dict(Service.objects.filter(pk__in={one.service_id for one in found}).values_list("pk", "name"))
    return [
        {
            "id": one.pk,
            "state": state_of(one, now),
            "service": {"id": one.service_id, "name": names[one.service_id]},
            "starts_at": moment(one.starts_at),
            "ends_at": moment(one.ends_at),
            "reason": one.reason,
            "recorded_at": moment(one.recorded_at),
            "struck_out_at": moment(one.void_at),
        }
        for one in found
    ]


def _services_of(rows: QuerySet[Any], of: str) -> Mapping[int, list[Said]]:
    found: dict[int, list[Said]] = defaultdict(list)
    for pk, service, name in rows.order_by("service__name", "service_id").values_list(of, "service", "service__name"):
        found[pk].append({"id": service, "name": name})
    return found


def _people(wanted: Iterable[int | None]) -> dict[int, Said]:
    ids = {pk for pk in wanted if pk is not None}
    named = Membership.objects.filter(pk__in=ids).values_list("pk", "name") if ids else ()
    return {pk: {"id": pk, "name": name} for pk, name in named}


def _count(customers: Customers | None) -> int:
    return 0 if customers is None else customers.count
