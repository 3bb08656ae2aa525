"""Time in which nobody measured: recorded, ended, struck out."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from contracts.models import Service
from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership
from uptime.actions.checks import begun, in_order, one_line, reason_given, require_lead
from uptime.marking import Span, mark_touched
from uptime.models import Unmonitored


def record_unmonitored(
    service: Service,
    *,
    starts_at: datetime,
    ends_at: datetime | None = None,
    reason: str,
    actor: Membership | str,
    at: datetime,
) -> Unmonitored:
    """That the service was not measured from `starts_at` on; without an end it goes on.

    The very stretch a second time, unless it was struck out, is the first one again, and nothing is added.
    Refuses `role_not_allowed`, `reason_needed`, `too_long`, `lies_ahead`, `ends_before_start`.
    """
    require_lead(actor)
    why = one_line(reason_given(reason), "reason", most=300)
    begun(at, starts_at=starts_at)
    in_order(starts_at, ends_at)
    Service.objects.select_for_update(of=("self",), no_key=True).get(pk=service.pk)  # of two at once one is the first
    stretch = {"service": service, "starts_at": starts_at, "ends_at": ends_at}
    there = Unmonitored.objects.filter(**stretch, void_at=None).order_by("pk").first()
    if there is not None:
        return there
    made = Unmonitored.objects.create(provider_id=service.provider_id, **stretch, reason=why, recorded_at=at)
    after: dict[str, Any] = {"service": service.key, "starts_at": starts_at, "ends_at": ends_at}
    record("unmonitored_recorded", made, actor=actor, after=after, reason=why)
    _mark(made, [(starts_at, ends_at)], at)
    return made


def end_unmonitored(
    unmonitored: Unmonitored, *, ends_at: datetime, actor: Membership | str, at: datetime
) -> Unmonitored:
    """That it is measured again since `ends_at`. Refuses `ended_already`, `struck_out`, `ends_before_start`."""
    require_lead(actor)
    locked = _locked(unmonitored)
    if locked.ends_at is not None and locked.ends_at <= at:
        raise Refusal("ended_already", _("This has ended; strike it out and record it anew."), status=409)
    begun(at, ends_at=ends_at)
    in_order(locked.starts_at, ends_at)
    span = (locked.starts_at, locked.ends_at)
    locked.ends_at = ends_at
    locked.save(update_fields=["ends_at"])
    record("unmonitored_ended", locked, actor=actor, before={"ends_at": span[1]}, after={"ends_at": ends_at})
    _mark(locked, [span, (locked.starts_at, ends_at)], at)
    return locked


def strike_out_unmonitored(
    unmonitored: Unmonitored, *, reason: str, actor: Membership | str, at: datetime
) -> Unmonitored:
    """That it was measured after all. Refuses `reason_needed` and `struck_out`."""
    require_lead(actor)
    why = reason_given(reason)
    locked = _locked(unmonitored)
    locked.void_at = at
    locked.save(update_fields=["void_at"])
    record("unmonitored_struck_out", locked, actor=actor, after={"void_at": at}, reason=why)
    _mark(locked, [(locked.starts_at, locked.ends_at)], at)
    return locked


def _locked(unmonitored: Unmonitored) -> Unmonitored:
    locked = Unmonitored.objects.select_for_update(of=("self",)).get(pk=unmonitored.pk)
    if locked.void_at is not None:
        raise Refusal("struck_out", _("This was struck out; record it anew."), status=409)
    return locked


def _mark(unmonitored: Unmonitored, spans: list[Span], at: datetime) -> None:
    mark_touched(unmonitored.provider_id, [unmonitored.service_id], spans, at=at)
