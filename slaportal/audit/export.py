"""The audit as CSV."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from slaportal.audit.models import Event
from slaportal.audit.words import action_in_words, kind_in_words
from slaportal.pages.spreadsheets import csv_text


def csv_of(events: Iterable[Event]) -> str:
    """A line for each, in the order given; times in UTC with their offset."""
    return csv_text(_names(), (list(_cells(event)) for event in events))


def _names() -> list[str]:
    return [
        _("Number"),
        _("Time"),
        _("Who"),
        _("Role"),
        _("Action"),
        _("Kind"),
        _("Row"),
        _("On what"),
        _("Customer"),
        _("Before"),
        _("After"),
        _("Reason"),
        _("Reference"),
        _("Seal"),
    ]


def _cells(event: Event) -> Iterator[Any]:
    yield event.number
    yield event.at
    yield event.actor_name
    yield event.actor_role
    yield action_in_words(event.action)
    yield kind_in_words(event.target_kind)
    yield event.target_id
    yield event.target_name
    yield event.tenant.name if event.tenant else ""
    yield _json(event.before)
    yield _json(event.after)
    yield event.reason
    yield event.reference
    yield event.digest


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
