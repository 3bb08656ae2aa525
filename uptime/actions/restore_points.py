"""Restore points: reported as they are taken, gone when no longer there, corrected, struck out if they never were."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from contracts.models import Service
from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership
from uptime.actions.checks import begun, reason_given, require_lead, unchanged_since
from uptime.models import RestorePoint

MOST = 10_000
# In order, so that two senders of the same instants wait for one another and never in a circle.
REPORT = """
INSERT INTO uptime_restorepoint (provider_id, service_id, taken_at, recorded_at)
SELECT %s, %s, n.taken_at, %s FROM unnest(%s::timestamptz[]) n(taken_at) ORDER BY n.taken_at
ON CONFLICT (service_id, taken_at) DO NOTHING
"""
# The places of those that nobody reported, the first of them.
UNKNOWN = """
SELECT n.place - 1 FROM unnest(%s::timestamptz[]) WITH ORDINALITY n(taken_at, place)
WHERE NOT EXISTS (SELECT 1 FROM uptime_restorepoint r WHERE r.service_id = %s AND r.taken_at = n.taken_at)
ORDER BY n.place LIMIT 1
"""
GONE = """
WITH there AS (SELECT id FROM uptime_restorepoint WHERE service_id = %s AND taken_at = ANY(%s::timestamptz[])
  AND gone_at IS NULL AND void_at IS NULL ORDER BY id FOR UPDATE)
UPDATE uptime_restorepoint r SET gone_at = %s, revision = r.revision + 1 FROM there WHERE r.id = there.id
"""


def report_restore_points(service: Service, taken: Sequence[datetime], *, actor: Membership | str, at: datetime) -> int:
    """That restore points of the service were taken at these instants; returns how many are new. In the staff's scope.

    What is there already stays as it is, also one that is gone or was struck out, so sending twice changes nothing.
    All are refused if one is wrong: `no_offset`, `far_off`, `lies_ahead`, each at its `taken.<n>`; `too_many` above
    10,000; `role_not_allowed`.
    """
    require_lead(actor)
    _taken_before(at, taken)
    with connection.cursor() as cursor:
        cursor.execute(REPORT, [service.provider_id, service.pk, at, list(taken)])
        new = int(cursor.rowcount)
    if new:
        after = {"reported": len(taken), "new": new, "taken_from": min(taken), "taken_to": max(taken)}
        record("restore_points_reported", service, actor=actor, after=after)
    return new


def report_gone(
    point: RestorePoint, *, gone_at: datetime, actor: Membership | str, at: datetime, seen: int | None = None
) -> RestorePoint:
    """That the restore point is no longer there from `gone_at` on; the same instant twice changes nothing.

    Refuses `role_not_allowed`, `struck_out`, `gone_already` (at another instant: correct it then), `lies_ahead`,
    `gone_before_taken`, `changed_meanwhile`.
    """
    require_lead(actor)
    locked = _locked(point)
    begun(at, gone_at=gone_at)
    if locked.gone_at == gone_at:
        return locked
    unchanged_since(locked.revision, seen)
    if locked.gone_at is not None:
        said = _("This is gone already; correct since when if that is wrong.")
        raise Refusal("gone_already", said, status=409)
    _gone(locked, gone_at)
    record("restore_point_gone", locked, actor=actor, before={"gone_at": None}, after={"gone_at": gone_at})
    return locked


def report_all_gone(
    service: Service, taken: Sequence[datetime], *, gone_at: datetime, actor: Membership | str, at: datetime
) -> int:
    """That those of the service which were taken at these instants are no longer there from `gone_at` on; how many are
    newly gone. In the staff's scope.

    What is gone already or was struck out stays as it is, so sending twice changes nothing. All are refused if one is
    wrong: `restore_point_unknown` and `gone_before_taken` at its `taken.<n>`; `lies_ahead`; as `report_restore_points`.
    """
    require_lead(actor)
    begun(at, gone_at=gone_at)
    _taken_before(at, taken)
    for place, instant in enumerate(taken):
        _gone_after(instant, gone_at, field=f"taken.{place}")
    with connection.cursor() as cursor:
        cursor.execute(UNKNOWN, [list(taken), service.pk])
        unknown = cursor.fetchone()
        if unknown is not None:
            said = _("No restore point of this service was taken then.")
            raise Refusal("restore_point_unknown", said, fields={f"taken.{unknown[0]}": said})
        cursor.execute(GONE, [service.pk, list(taken), gone_at])
        new = int(cursor.rowcount)
    if new:
        after = {"reported": len(taken), "new": new, "gone_at": gone_at}
        after |= {"taken_from": min(taken), "taken_to": max(taken)}
        record("restore_points_gone", service, actor=actor, after=after)
    return new


def correct_restore_point(
    point: RestorePoint,
    *,
    gone_at: datetime | None,
    reason: str,
    actor: Membership | str,
    at: datetime,
    seen: int | None = None,
) -> RestorePoint:
    """That it is gone since another instant than was said, or (None) still there. What changes nothing leaves nothing.

    Refuses `role_not_allowed`, `reason_needed`, `struck_out`, `changed_meanwhile`, `not_gone` (say that it is then),
    `lies_ahead`, `gone_before_taken`.
    """
    require_lead(actor)
    why = reason_given(reason)
    locked = _locked(point)
    unchanged_since(locked.revision, seen)
    begun(at, gone_at=gone_at)
    before = locked.gone_at
    if gone_at == before:
        return locked
    if before is None:
        raise Refusal("not_gone", _("This is not gone, so there is nothing to correct."), status=409)
    _gone(locked, gone_at)
    record(
        "restore_point_corrected",
        locked,
        actor=actor,
        before={"gone_at": before},
        after={"gone_at": gone_at},
        reason=why,
    )
    return locked


def strike_out_restore_point(
    point: RestorePoint, *, reason: str, actor: Membership | str, at: datetime, seen: int | None = None
) -> RestorePoint:
    """That it never was one: nothing could be restored from it. Refuses `role_not_allowed`, `reason_needed`,
    `struck_out`, `changed_meanwhile`."""
    require_lead(actor)
    why = reason_given(reason)
    locked = _locked(point)
    unchanged_since(locked.revision, seen)
    locked.void_at = at
    locked.revision += 1
    locked.save(update_fields=["void_at", "revision"])
    record("restore_point_struck_out", locked, actor=actor, after={"void_at": at}, reason=why)
    return locked


def _taken_before(at: datetime, taken: Sequence[datetime]) -> None:
    """Refuses `too_many`, and instants that no restore point can have been taken at by now."""
    if len(taken) > MOST:
        said = _("At most %(most)d restore points at once, these are %(has)d.") % {"most": MOST, "has": len(taken)}
        raise Refusal("too_many", said, fields={"taken": said})
    for place, instant in enumerate(taken):
        begun(at, **{f"taken.{place}": instant})


def _gone_after(taken_at: datetime, gone_at: datetime, *, field: str) -> None:
    if gone_at <= taken_at:
        said = _("It was taken later than that.")
        raise Refusal("gone_before_taken", said, fields={field: said})


def _gone(locked: RestorePoint, gone_at: datetime | None) -> None:
    if gone_at is not None:
        _gone_after(locked.taken_at, gone_at, field="gone_at")
    locked.gone_at = gone_at
    locked.revision += 1
    locked.save(update_fields=["gone_at", "revision"])


def _locked(point: RestorePoint) -> RestorePoint:
    locked = RestorePoint.objects.select_for_update(of=("self",)).get(pk=point.pk)
    if locked.void_at is not None:
        raise Refusal("struck_out", _("This was struck out and stays so."), status=409)
    return locked
