"""How outages, maintenance and periods are spoken of: causes, kinds of window, months."""

from datetime import timedelta
from re import compile as pattern

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.policy.durations import Duration
from slaportal.audit.words import in_words
from slaportal.pages.lengths import exact_length, length_in_words

_PARTS = pattern(r"(\d+)([a-z]+)")
OUR_OWN = "provider"
CAUSES = {
    OUR_OWN: gettext_lazy("Our own"),
    "customer": gettext_lazy("The customer"),
    "third_party": gettext_lazy("A third party"),
    "force_majeure": gettext_lazy("Force majeure"),
    "external": gettext_lazy("Outside of us"),
}
KINDS = {"scheduled": gettext_lazy("Scheduled"), "emergency": gettext_lazy("Emergency")}


def cause_in_words(cause: str) -> str:
    """Why it was down; a cause that only a policy knows, in the policy's own word."""
    return str(CAUSES.get(cause) or in_words(cause))


def kind_in_words(kind: str) -> str:
    """The kind of a maintenance window."""
    return str(KINDS.get(kind) or in_words(kind))


def period_in_words(text: str) -> str:
    """`2026-10` as October 2026, `2026-Q4` as the fourth quarter, `2026` as it is."""
    year, _dash, part = text.partition("-")
    if part.startswith("Q"):
        return _("quarter %(number)s of %(year)s") % {"number": part[1:], "year": year}
    return f"{MONTHS[int(part)]} {year}" if part else year


def duration_in_words(duration: Duration) -> str:
    """A length of time as the policy writes it, with room between: `48 h`, `1 d 12 h`."""
    return " ".join(f"{number} {unit}" for number, unit in _PARTS.findall(duration.text)) or duration.text


def length_of_us(us: int) -> str:
    """Microseconds as people say them."""
    return length_in_words(timedelta(microseconds=us))


def exact_of_us(us: int) -> str:
    """The same to the minute."""
    return exact_length(timedelta(microseconds=us))
