"""What every fact must satisfy before it is written: who may, of which services, when."""

from collections.abc import Iterable
from datetime import UTC, datetime
from re import compile as pattern

from django.utils.translation import gettext as _

from contracts.models import Service
from slaportal.refusal import Refusal
from slaportal.tenancy.access import not_found, require_role
from slaportal.tenancy.models import Membership, Role

NAME = pattern(r"[a-z0-9][a-z0-9_-]{0,39}")
# The kind of maintenance that is planned ahead.
SCHEDULED = "scheduled"
# Calendars, notice periods and months are worked out within these years only.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def require_lead(actor: Membership | str) -> None:
    """Leads and administrators record what happened, or a program under its name. Refuses `role_not_allowed`."""
    if isinstance(actor, Membership):
        require_role(actor, Role.LEAD, Role.ADMIN)


def member_of(actor: Membership | str) -> Membership | None:
    """The member who acts, None where a program does."""
    return actor if isinstance(actor, Membership) else None


def one_line(value: str, field: str, *, most: int = 200) -> str:
    """The text without blanks around it. Refuses `empty` and `too_long` at the field."""
    text = value.strip()
    if not text:
        raise Refusal("empty", _("Something is missing."), fields={field: _("Write something here.")})
    if len(text) > most:
        raise Refusal(
            "too_long",
            _("This is too long."),
            fields={field: _("At most %(most)d characters, this has %(has)d.") % {"most": most, "has": len(text)}},
        )
    return text


def reason_given(reason: str) -> str:
    """Why, in a few words. Refuses `reason_needed`."""
    if not reason.strip():
        raise Refusal("reason_needed", _("Say why."), fields={"reason": _("Say why.")})
    return reason.strip()


def name_of(value: str, field: str) -> str:
    """A short name as policies write them (`third_party`). Refuses `not_a_name`."""
    if not NAME.fullmatch(value):
        said = _("“%(value)s” is no short name: lower-case letters, digits, - and _.") % {"value": value[:60]}
        raise Refusal("not_a_name", said, fields={field: said})
    return value


def services_of(provider_id: int, services: Iterable[Service]) -> list[Service]:
    """The services, each once. Refuses `services_missing` where there is none, another provider's as unknown."""
    found = {service.pk: service for service in services}
    if not found:
        raise Refusal(
            "services_missing", _("Say which services it is about."), fields={"services": _("Choose at least one.")}
        )
    if any(service.provider_id != provider_id for service in found.values()):
        raise not_found(_("There is no such service here."))
    return [found[pk] for pk in sorted(found)]


def aware(**instants: datetime | None) -> None:
    """Refuses `no_offset` for an instant without an offset from UTC, `far_off` for one that nobody can mean."""
    naive = [field for field, instant in instants.items() if instant is not None and instant.tzinfo is None]
    if naive:
        said = _("An instant needs its offset from UTC, such as 2026-03-13T17:00:00-04:00.")
        raise Refusal("no_offset", said, fields=dict.fromkeys(naive, said))
    far = [field for field, instant in instants.items() if instant is not None and not EARLIEST <= instant < LATEST]
    if far:
        said = _("Nothing is recorded before %(first)s or from %(last)s on.") % {
            "first": EARLIEST.year,
            "last": LATEST.year,
        }
        raise Refusal("far_off", said, fields=dict.fromkeys(far, said))


def in_order(starts_at: datetime, ends_at: datetime | None) -> None:
    """Refuses `ends_before_start` where the end is not after the start."""
    aware(starts_at=starts_at, ends_at=ends_at)
    if ends_at is not None and ends_at <= starts_at:
        said = _("The end has to come after the start.")
        raise Refusal("ends_before_start", said, fields={"ends_at": said})


def planned_ahead(
    kind: str, starts_at: datetime, ends_at: datetime, at: datetime, *, was: tuple[datetime, datetime] | None = None
) -> None:
    """Refuses `begins_before_now` for scheduled work in time that is past, unless the window `was` in it already.

    Else downtime could be taken out of a month after the fact, under a policy that asks for no notice. Work of other
    kinds, such as an emergency, may be entered afterwards.
    """
    if kind != SCHEDULED or starts_at >= at:
        return
    first, last = was or (at, at)
    if starts_at >= first and min(ends_at, at) <= last:
        return
    said = _("Scheduled maintenance is planned before it begins. Enter what could not wait as emergency maintenance.")
    field = "ends_at" if first <= starts_at < last else "starts_at"
    raise Refusal("begins_before_now", said, fields={field: said})


def begun(at: datetime, **instants: datetime | None) -> None:
    """Refuses `lies_ahead` for something that is said to have happened after now."""
    aware(**instants)
    ahead = [field for field, instant in instants.items() if instant is not None and instant > at]
    if ahead:
        said = _("This lies ahead; what is recorded has happened.")
        raise Refusal("lies_ahead", said, fields=dict.fromkeys(ahead, said))


def unchanged_since(revision: int, seen: int | None) -> None:
    """Refuses `changed_meanwhile` where somebody else changed what the person saw."""
    if seen is not None and seen != revision:
        raise Refusal(
            "changed_meanwhile", _("Somebody changed this meanwhile. Look at it again, then decide."), status=409
        )
