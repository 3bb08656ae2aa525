"""An event as a person reads it: words for codes, the reader's clock, and what changed as a difference."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from slaportal.audit.models import Event
from slaportal.audit.words import action_in_words, field_in_words, kind_in_words, value_in_words
from slaportal.pages.times import Shown, to_the_second
from slaportal.tenancy.models import Role

REASON = "reason"
ROLES = {role.value: role for role in Role}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed; None where there was or is nothing of the kind."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the page and of the export."""

    number: int | None
    at: Shown
    actor: str
    role: str
    action: str
    kind: str
    target: str
    tenant: str
    reason: str
    reference: str
    changes: list[Change]


def entry_of(event: Event) -> Entry:
    """The event, for the reader whose time zone and language are active; its tenant must have been read with it."""
    return Entry(
        number=event.number,
        at=to_the_second(event.at),
        actor=event.actor_name,
        role=role_in_words(event.actor_role),
        action=action_in_words(event.action),
        kind=kind_in_words(event.target_kind),
        target=event.target_name,
        tenant=event.tenant.name if event.tenant else "",
        reason=event.reason,
        reference=event.reference,
        changes=list(differences(event.before or {}, _without_reason(event))),
    )


def _without_reason(event: Event) -> dict[str, Any]:
    """What is so afterwards; a reason that the entry has for its own is said there, and not once more."""
    before, after = event.before or {}, dict(event.after or {})
    if event.reason and after.get(REASON) == event.reason:
        del after[REASON]
        if before.get(REASON) == "":  # there was none, and that is no change to show
            after[REASON] = ""
    return after


def role_in_words(role: str) -> str:
    """The role that the actor had; "" of who had none."""
    return str(ROLES[role].label) if role in ROLES else role


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """What is not the same on both sides, in the order in which it was written down."""
    for field in dict.fromkeys((*after, *before)):
        was, now = before.get(field), after.get(field)
        if was != now:
            yield Change(field_in_words(field), _told(field, was), _told(field, now))


def _told(field: str, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        parts = ((field_in_words(str(key)), _told(str(key), of)) for key, of in value.items())
        return ", ".join(f"{name}: {told}" for name, told in parts if told)
    if isinstance(value, list):
        return ", ".join(_told(field, of) or "" for of in value)
    text = str(value)
    return role_in_words(text) if field == "role" else value_in_words(field, text)
