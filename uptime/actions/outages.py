"""Recording outages: begun, ended, corrected, struck out."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contracts.models import Service
from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership, Provider
from uptime.actions.checks import (
    aware,
    begun,
    in_order,
    member_of,
    name_of,
    one_line,
    reason_given,
    require_lead,
    services_of,
    unchanged_since,
)
from uptime.announcing import announce_outage
from uptime.marking import mark_touched
from uptime.models import Impact, Outage, OutageService


class Corrections(TypedDict, total=False):
    """What of an outage can be corrected; `true_start_at` None takes the known start back to the reported one."""

    title: str
    cause: str
    impact: str
    true_start_at: datetime | None
    ends_at: datetime | None
    note: str
    services: Iterable[Service]


WRITTEN = ("title", "cause", "impact", "true_start_at", "starts_at", "ends_at", "note")


def record_outage(
    provider: Provider,
    title: str,
    *,
    services: Iterable[Service],
    starts_at: datetime,
    ends_at: datetime | None = None,
    cause: str = "provider",
    impact: str = Impact.DOWN,
    noticed_at: datetime | None = None,
    note: str = "",
    actor: Membership | str,
    at: datetime,
    token: UUID | None = None,
) -> Outage:
    """That services are or were down or degraded; the periods of all who are promised them are marked.

    The same `token` twice is one outage. Refuses `role_not_allowed`, `empty`, `too_long`, `services_missing`,
    `not_a_name`, `unknown_impact`, `lies_ahead`, `ends_before_start`, `noticed_before_start`.
    """
    require_lead(actor)
    there = _of_token(provider, token)
    if there is not None:
        return there
    covered = services_of(provider.pk, services)
    begun(at, starts_at=starts_at, noticed_at=noticed_at, ends_at=ends_at)
    in_order(starts_at, ends_at)
    _noticed_once_begun(starts_at, noticed_at, "noticed_at", _("It cannot have been noticed before it began."))
    outage = Outage(
        provider=provider,
        title=one_line(title, "title"),
        cause=name_of(cause, "cause"),
        impact=_impact(impact),
        reported_start_at=starts_at,
        starts_at=starts_at,
        ends_at=ends_at,
        noticed_at=noticed_at or at,
        note=note.strip(),
        recorded_at=at,
        recorded_by=member_of(actor),
        token=token,
    )
    there = _saved_or_first(outage)
    if there is not outage:
        return there
    _set_services(outage, covered)
    record("outage_recorded", outage, actor=actor, after=_told(outage, covered), reason=outage.note)
    _mark(outage, covered, [(outage.starts_at, outage.ends_at)], at)
    announce_outage("outage.recorded", outage, covered, at=at)
    return outage


def end_outage(
    outage: Outage, *, ends_at: datetime, actor: Membership | str, at: datetime, seen: int | None = None
) -> Outage:
    """That it is over since `ends_at`. Refuses `ended_already` (correct it then), `struck_out`, `changed_meanwhile`."""
    require_lead(actor)
    locked = _locked(outage, seen)
    if locked.ends_at is not None and locked.ends_at <= at:
        raise Refusal("ended_already", _("This outage has ended; correct its end if it is wrong."), status=409)
    begun(at, ends_at=ends_at)
    in_order(locked.starts_at, ends_at)
    before = (locked.starts_at, locked.ends_at)
    locked.ends_at = ends_at
    locked.revision += 1
    locked.save(update_fields=["ends_at", "revision"])
    record("outage_ended", locked, actor=actor, before={"ends_at": before[1]}, after={"ends_at": ends_at})
    services = _services(locked)
    _mark(locked, services, [before, (locked.starts_at, ends_at)], at)
    announce_outage("outage.ended", locked, services, at=at)
    return locked


def correct_outage(
    outage: Outage,
    *,
    reason: str,
    actor: Membership | str,
    at: datetime,
    seen: int | None = None,
    **changes: Unpack[Corrections],
) -> Outage:
    """What turned out to be otherwise; the figures start at `true_start_at` where it is known.

    What changes nothing leaves nothing. Refuses `reason_needed`, `struck_out`, `changed_meanwhile` and what
    `record_outage` refuses.
    """
    require_lead(actor)
    why = reason_given(reason)
    locked = _locked(outage, seen)
    services_before = _services(locked)
    before, span = _told(locked, services_before), (locked.starts_at, locked.ends_at)
    services = services_of(locked.provider_id, changes["services"]) if "services" in changes else services_before
    _apply(locked, changes, at)
    after = _told(locked, services)
    if after == before:
        return locked
    locked.revision += 1
    locked.save(update_fields=[*WRITTEN, "revision"])
    _set_services(locked, services)
    different = [name for name in after if after[name] != before[name]]
    record(
        "outage_corrected",
        locked,
        actor=actor,
        before={name: before[name] for name in different},
        after={name: after[name] for name in different},
        reason=why,
    )
    _mark(locked, [*services_before, *services], [span, (locked.starts_at, locked.ends_at)], at)
    announce_outage("outage.corrected", locked, services, at=at, before=services_before, span=span)
    return locked


def strike_out_outage(
    outage: Outage, *, reason: str, actor: Membership | str, at: datetime, seen: int | None = None
) -> Outage:
    """That it never was: it stays to be read and counts no more. Refuses `reason_needed`, `struck_out`."""
    require_lead(actor)
    why = reason_given(reason)
    locked = _locked(outage, seen)
    locked.void_at = at
    locked.revision += 1
    locked.save(update_fields=["void_at", "revision"])
    record("outage_struck_out", locked, actor=actor, after={"void_at": at}, reason=why)
    services = _services(locked)
    _mark(locked, services, [(locked.starts_at, locked.ends_at)], at)
    announce_outage("outage.struck_out", locked, services, at=at)
    return locked


def _apply(outage: Outage, changes: Corrections, at: datetime) -> None:
    if "title" in changes:
        outage.title = one_line(changes["title"], "title")
    if "cause" in changes:
        outage.cause = name_of(changes["cause"], "cause")
    if "impact" in changes:
        outage.impact = _impact(changes["impact"])
    if "note" in changes:
        outage.note = changes["note"].strip()
    _apply_times(outage, changes, at)


def _apply_times(outage: Outage, changes: Corrections, at: datetime) -> None:
    """Old rows may be as nobody records them any more: what is not corrected of them is not judged."""
    before = (outage.starts_at, outage.ends_at)
    if "ends_at" in changes:
        aware(ends_at=changes["ends_at"])
        if changes["ends_at"] != outage.ends_at:
            begun(at, ends_at=changes["ends_at"])
        outage.ends_at = changes["ends_at"]
    if "true_start_at" in changes:
        begun(at, true_start_at=changes["true_start_at"])
        outage.true_start_at = changes["true_start_at"]
        outage.starts_at = outage.true_start_at or outage.reported_start_at
    if (outage.starts_at, outage.ends_at) == before:
        return
    in_order(outage.starts_at, outage.ends_at)
    if outage.true_start_at is not None and outage.starts_at != before[0]:
        said = _("It was noticed before that, so it had begun by then.")
        _noticed_once_begun(outage.starts_at, outage.noticed_at, "true_start_at", said)


def _noticed_once_begun(starts_at: datetime, noticed_at: datetime | None, field: str, said: str) -> None:
    if noticed_at is not None and noticed_at < starts_at:
        raise Refusal("noticed_before_start", said, fields={field: said})


def _impact(impact: str) -> str:
    if impact not in Impact.values:
        said = _("An outage is “down” or “degraded”.")
        raise Refusal("unknown_impact", said, fields={"impact": said})
    return str(impact)


def _saved_or_first(outage: Outage) -> Outage:
    """The outage, written; or the one that was first under the same token, where two came at once."""
    try:
        with transaction.atomic():
            outage.save(force_insert=True)
    except IntegrityError:
        first = _of_token(outage.provider, outage.token)
        if first is None:
            raise
        return first
    return outage


def _of_token(provider: Provider, token: UUID | None) -> Outage | None:
    return None if token is None else Outage.objects.filter(provider=provider, token=token).first()


def _locked(outage: Outage, seen: int | None) -> Outage:
    locked = Outage.objects.select_for_update(of=("self",)).get(pk=outage.pk)
    unchanged_since(locked.revision, seen)
    if locked.void_at is not None:
        raise Refusal("struck_out", _("This outage was struck out; record a new one."), status=409)
    return locked


def _services(outage: Outage) -> list[Service]:
    return [row.service for row in outage.services.select_related("service").order_by("service_id")]


def _set_services(outage: Outage, services: list[Service]) -> None:
    outage.services.exclude(service__in=services).delete()
    rows = [OutageService(provider_id=outage.provider_id, outage=outage, service=service) for service in services]
    OutageService.objects.bulk_create(rows, ignore_conflicts=True)


def _told(outage: Outage, services: Iterable[Service]) -> dict[str, Any]:
    return {
        "title": outage.title,
        "cause": outage.cause,
        "impact": outage.impact,
        "starts_at": outage.starts_at,
        "true_start_at": outage.true_start_at,
        "ends_at": outage.ends_at,
        "note": outage.note,
        "services": sorted(service.key for service in services),
    }


def _mark(
    outage: Outage, services: Iterable[Service], spans: list[tuple[datetime, datetime | None]], at: datetime
) -> None:
    mark_touched(outage.provider_id, [service.pk for service in services], spans, at=at)
