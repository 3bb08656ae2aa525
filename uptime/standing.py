"""How outages, windows, stretches, restore points stand: their states, lists by state, who was told of a window."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from slaportal.audit.models import Event
from uptime.models import Outage, RestorePoint, Unmonitored, Window

GOING_ON, ENDED, STRUCK = "on", "ended", "struck"
COMING, PAST, CANCELLED = "coming", "past", "cancelled"
THERE, GONE = "there", "gone"


def state_of(fact: Outage | Unmonitored, now: datetime) -> str:
    """Going on, ended, or struck out."""
    if fact.void_at is not None:
        return STRUCK
    return GOING_ON if fact.ends_at is None or fact.ends_at > now else ENDED


def window_state_of(window: Window, now: datetime) -> str:
    """Coming (until it is over), past, or cancelled."""
    if window.cancelled_at is not None:
        return CANCELLED
    return COMING if window.ends_at > now else PAST


def outages_in(provider_id: int, state: str, now: datetime) -> QuerySet[Outage]:
    """The provider's outages in that state ("": in any), the newest first."""
    found = Outage.objects.filter(provider_id=provider_id).order_by("-starts_at", "-pk")
    return found.filter(_in(state, now))


def unmonitored_in(provider_id: int, state: str, now: datetime) -> QuerySet[Unmonitored]:
    """The provider's unmonitored stretches in that state ("": in any), the newest first."""
    found = Unmonitored.objects.filter(provider_id=provider_id).order_by("-starts_at", "-pk")
    return found.filter(_in(state, now))


def _in(state: str, now: datetime) -> Q:
    if state == STRUCK:
        return Q(void_at__isnull=False)
    if state == GOING_ON:
        return Q(Q(ends_at=None) | Q(ends_at__gt=now), void_at=None)
    return Q(void_at=None, ends_at__lte=now) if state == ENDED else Q()


def point_state_of(point: RestorePoint, now: datetime) -> str:
    """There, gone, or struck out."""
    if point.void_at is not None:
        return STRUCK
    return THERE if point.gone_at is None or point.gone_at > now else GONE


def restore_points_in(provider_id: int, state: str, now: datetime) -> QuerySet[RestorePoint]:
    """The provider's restore points in that state ("": in any), the newest first."""
    found = RestorePoint.objects.filter(provider_id=provider_id).order_by("-taken_at", "-pk")
    if state == STRUCK:
        return found.filter(void_at__isnull=False)
    if state == THERE:
        return found.filter(Q(gone_at=None) | Q(gone_at__gt=now), void_at=None)
    return found.filter(void_at=None, gone_at__lte=now) if state == GONE else found


def windows_in(provider_id: int, state: str, now: datetime) -> QuerySet[Window]:
    """The provider's windows in that state ("": in any), with their announcements; what comes by its start."""
    found = Window.objects.filter(provider_id=provider_id).prefetch_related("announcements")
    if state == COMING:
        return found.filter(cancelled_at=None, ends_at__gt=now).order_by("starts_at", "pk")
    if state == CANCELLED:
        found = found.exclude(cancelled_at=None)
    elif state == PAST:
        found = found.filter(cancelled_at=None, ends_at__lte=now)
    return found.order_by("-starts_at", "-pk")


def announced_at(window: Window) -> datetime | None:
    """When customers were first told of all of it as it now stands."""
    told = [
        one.announced_at
        for one in window.announcements.all()
        if one.starts_at <= window.starts_at and one.ends_at >= window.ends_at
    ]
    return min(told, default=None)


def last_told_at(window: Window) -> datetime | None:
    """The same; of one that was cancelled, where none covers all of it, when customers were last told of it at all."""
    told = announced_at(window)
    if told is None and window.cancelled_at is not None:
        return max((one.announced_at for one in window.announcements.all()), default=None)
    return told


def people_told(window: Window, action: str) -> int:
    """To how many people the mails of the last such act went; 0 where there was none."""
    return int(_last(window, action).get("told", 0))


def knowing_of(window: Window) -> int:
    """How many people its last announcement reached, with those who had been mailed of that time before."""
    last = _last(window, "window_announced")
    return int(last.get("told", 0)) + int(last.get("knew", 0))


def _last(window: Window, action: str) -> dict[str, Any]:
    """What the record has of the last such act."""
    acts = Event.objects.filter(target_kind="window", target_id=window.pk, action=action)
    last = acts.filter(provider_id=window.provider_id).order_by("-id").first()
    return {} if last is None else last.after or {}
