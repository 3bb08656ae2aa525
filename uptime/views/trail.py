"""What was done to one thing, as its page shows it: the audit's entries with words instead of codes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from contracts.models import Service
from slaportal.audit.entries import Change, Entry, differences, entry_of
from slaportal.audit.models import Event
from slaportal.tenancy.models import Membership

EVENTS_SHOWN = 50


def trail_of(actor: Membership, kind: str, pk: int) -> list[Entry]:
    """Its entries, the newest first."""
    found = Event.objects.filter(provider_id=actor.provider_id, target_kind=kind, target_id=pk)
    events = list(found.select_related("tenant").order_by("-id")[:EVENTS_SHOWN])
    names = _services(actor, events)
    return [replace(entry_of(event), changes=_changes(event, names)) for event in events]


def _services(actor: Membership, events: Sequence[Event]) -> dict[str, str]:
    """The names of the services that the events tell of by their keys."""
    sides = [side for event in events for side in (event.before, event.after) if side]
    keys = {key for side in sides for key in side.get("services") or ()}
    if not keys:
        return {}
    return dict(Service.objects.filter(provider_id=actor.provider_id, key__in=keys).values_list("key", "name"))


def _changes(event: Event, names: Mapping[str, str]) -> list[Change]:
    """What changed; what was empty and what there was nothing of before is not worth a line."""
    sides = [
        {field: _told(field, value, names) for field, value in (side or {}).items()}
        for side in (event.before, event.after)
    ]
    return [change for change in differences(*sides) if change.before or change.after]


def _told(field: str, value: Any, names: Mapping[str, str]) -> Any:
    if field == "services" and isinstance(value, list):
        return ", ".join(names.get(key, key) for key in value)
    if field == "ends_at" and value is None:
        return _("still on")
    return value
