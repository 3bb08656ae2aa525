"""An agreement: what one plan of a document promises, with its calendars built, ready for the calculations."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from contracts.policy.calendars import ALWAYS, Calendar, calendar_of
from contracts.policy.document import Terms


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """The terms of one plan; `digest` is the document's, `calendars` has every name that they use, `always` too."""

    terms: Terms
    plan: str
    plan_name: str
    digest: str
    zone: ZoneInfo
    calendars: Mapping[str, Calendar]


def agree(terms: Terms, *, plan: str, plan_name: str, digest: str) -> Agreement:
    """Build (or find built) the calendars of sound terms; Refusal where a calendar is never open."""
    calendars = {ALWAYS: calendar_of(None, terms.timezone)}
    for name, calendar in terms.calendars.entries.items():
        calendars[name] = calendar_of(calendar, calendar.timezone or terms.timezone)
    return Agreement(terms, plan, plan_name, digest, ZoneInfo(terms.timezone), calendars)
