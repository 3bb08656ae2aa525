"""Maintenance windows: planned, announced to those they concern, moved, cancelled."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contracts.models import Service
from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership, Provider
from uptime.actions.checks import (
    in_order,
    member_of,
    name_of,
    one_line,
    planned_ahead,
    reason_given,
    require_lead,
    services_of,
    unchanged_since,
)
from uptime.actions.notices import tell_of_cancelling, tell_of_move, tell_of_window
from uptime.marking import Span, mark_touched
from uptime.models import Announcement, Window, WindowService
from uptime.standing import knowing_of


def plan_window(
    provider: Provider,
    title: str,
    *,
    kind: str = "scheduled",
    services: Iterable[Service],
    starts_at: datetime,
    ends_at: datetime,
    actor: Membership | str,
    at: datetime,
    token: UUID | None = None,
) -> Window:
    """A window of a kind that policies name; nobody is told yet. Other than scheduled work may lie in the past.

    The same `token` a second time is the first window again. Refuses `role_not_allowed`, `empty`, `too_long`,
    `services_missing`, `not_a_name`, `ends_before_start`, `begins_before_now`.
    """
    require_lead(actor)
    there = _of_token(provider, token)
    if there is not None:
        return there
    covered = services_of(provider.pk, services)
    in_order(starts_at, ends_at)
    planned_ahead(kind, starts_at, ends_at, at)
    window = Window(
        provider=provider,
        title=one_line(title, "title"),
        kind=name_of(kind, "kind"),
        starts_at=starts_at,
        ends_at=ends_at,
        planned_at=at,
        planned_by=member_of(actor),
        token=token,
    )
    try:
        with transaction.atomic():
            window.save(force_insert=True)
    except IntegrityError:
        there = _of_token(provider, token)  # two at once: the other one was first
        if there is None:
            raise
        return there
    rows = [WindowService(provider_id=provider.pk, window=window, service=service) for service in covered]
    WindowService.objects.bulk_create(rows)
    after = {**_told(window), "title": window.title, "kind": window.kind, "services": [one.key for one in covered]}
    record("window_planned", window, actor=actor, after=after)
    _mark(window, [(starts_at, ends_at)], at)
    return window


def announce_window(
    window: Window, *, text: str, actor: Membership | str, at: datetime, seen: int | None = None
) -> Announcement:
    """Tells everybody whom it concerns of the window as it stands: technical contacts and managers, by mail, once each.

    If the last announcement said the same, of the same time, it is that one again, and nothing is added. What is
    returned says how many were `mailed` by it, and how many `knew`. Refuses `role_not_allowed`, `window_cancelled`,
    `changed_meanwhile`.
    """
    require_lead(actor)
    locked = _locked(window, seen)
    last = locked.announcements.order_by("-pk").first()
    if last is not None and (last.starts_at, last.ends_at, last.text) == (
        locked.starts_at,
        locked.ends_at,
        text.strip(),
    ):
        last.knew = knowing_of(locked)
        return last
    announcement = Announcement.objects.create(
        provider_id=locked.provider_id,
        window=locked,
        starts_at=locked.starts_at,
        ends_at=locked.ends_at,
        announced_at=at,
        announced_by=member_of(actor),
        text=text.strip(),
    )
    mailed, knew = tell_of_window(locked, _services(locked), text=announcement.text, at=at)
    announcement.mailed, announcement.knew = mailed, knew
    told = {"told": mailed, **({"knew": knew} if knew else {})}
    record("window_announced", locked, actor=actor, after={**_told(locked), **told}, reason=announcement.text)
    _mark(locked, [(locked.starts_at, locked.ends_at)], at)
    return announcement


def move_window(
    window: Window,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    actor: Membership | str,
    at: datetime,
    seen: int | None = None,
) -> Window:
    """Another time. What was announced counts on only if it covers the window as it now stands; else announce it anew.

    Whoever was told of it is told of the new time, with the reason; that is no announcement. Refuses
    `role_not_allowed`, `reason_needed`, `ends_before_start`, `begins_before_now` (into time that is past),
    `window_cancelled`, `changed_meanwhile`.
    """
    require_lead(actor)
    why = reason_given(reason)
    locked = _locked(window, seen)
    in_order(starts_at, ends_at)
    if (locked.starts_at, locked.ends_at) == (starts_at, ends_at):
        return locked
    before, span = _told(locked), (locked.starts_at, locked.ends_at)
    planned_ahead(locked.kind, starts_at, ends_at, at, was=span)
    locked.starts_at, locked.ends_at = starts_at, ends_at
    locked.revision += 1
    locked.save(update_fields=["starts_at", "ends_at", "revision"])
    told = tell_of_move(locked, span, reason=why, at=at)
    record("window_moved", locked, actor=actor, before=before, after={**_told(locked), "told": told}, reason=why)
    _mark(locked, [span, (starts_at, ends_at)], at)
    return locked


def cancel_window(
    window: Window, *, reason: str, actor: Membership | str, at: datetime, seen: int | None = None
) -> Window:
    """It does not take place and excludes nothing; whoever was told of it is told so, with the reason.

    Refuses `role_not_allowed`, `reason_needed`, `window_cancelled`, `changed_meanwhile`.
    """
    require_lead(actor)
    why = reason_given(reason)
    locked = _locked(window, seen)
    locked.cancelled_at = at
    locked.revision += 1
    locked.save(update_fields=["cancelled_at", "revision"])
    told = tell_of_cancelling(locked, reason=why, at=at)
    record("window_cancelled", locked, actor=actor, after={"cancelled_at": at, "told": told}, reason=why)
    _mark(locked, [(locked.starts_at, locked.ends_at)], at)
    return locked


def _of_token(provider: Provider, token: UUID | None) -> Window | None:
    return None if token is None else Window.objects.filter(provider=provider, token=token).first()


def _locked(window: Window, seen: int | None) -> Window:
    locked = Window.objects.select_for_update(of=("self",)).get(pk=window.pk)
    unchanged_since(locked.revision, seen)
    if locked.cancelled_at is not None:
        raise Refusal("window_cancelled", _("This window was cancelled; plan a new one."), status=409)
    return locked


def _services(window: Window) -> list[Service]:
    return [row.service for row in window.services.select_related("service").order_by("service_id")]


def _told(window: Window) -> dict[str, Any]:
    return {"starts_at": window.starts_at, "ends_at": window.ends_at}


def _mark(window: Window, spans: Sequence[Span], at: datetime) -> None:
    services = list(window.services.values_list("service_id", flat=True))
    mark_touched(window.provider_id, services, spans, at=at, windows=True)
