"""An agreement to try clocks on, and events written in a line each."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.policy.agreement import Agreement
from contracts.policy.documents import agreement_of, read_document
from slaportal.intervals import Instant, instant_of
from tickets.history import Event

MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)
MINUTE = 60_000_000
HOUR = 60 * MINUTE


def desk(reclassify: str = "carry", **support: Any) -> Agreement:
    """Office hours on weekdays 9 to 17 UTC; `high` is timed around the clock, `low` in office hours, `none` never."""
    policy = {
        "format": "slaportal/1",
        "provider": {"key": "acme", "name": "Acme"},
        "title": "Agreement",
        "timezone": "UTC",
        "calendars": {"office": {"hours": {"mon-fri": "09:00-17:00"}}},
        "support": {
            "default_severity": "low",
            "reclassify": reclassify,
            "pause": {"resolution": ["waiting_on_customer"], "update": ["waiting_on_customer"]},
            "severities": {
                "high": {
                    "response": {"within": "1h", "aim": "30m"},
                    "next_reply": {"within": "2h"},
                    "update": {"every": "4h"},
                    "status_request": {"within": "1bd", "calendar": "office"},
                    "resolution": {"within": "8h"},
                },
                "low": {
                    "response": {"within": "4h", "calendar": "office"},
                    "resolution": {"within": "16h", "calendar": "office"},
                },
                "none": {},
            },
            **support,
        },
        "plans": {"only": {}},
    }
    return agreement_of(read_document(json.dumps(policy)))


def after(hours: float = 0, minutes: float = 0) -> Instant:
    """That long after Monday 9:00."""
    return instant_of(MONDAY + timedelta(hours=hours, minutes=minutes))


def event(hours: float, type_: Any, value: Any = None, severity: str | None = None) -> Event:
    """An event so many hours after Monday 9:00; `value` is the status or the severity that it sets."""
    if type_ == "status":
        return Event(after(hours), type_, status=value)
    if type_ == "severity":
        return Event(after(hours), type_, severity=value)
    return Event(after(hours), type_, severity=severity)
