"""How tickets are spoken of: statuses, clocks, resolutions, and the badge of a clock with its icon and colour."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.policy.agreement import Agreement
from contracts.policy.document.values import read_moment
from slaportal.pages.lengths import length_in_words
from slaportal.pages.times import Shown, at_reader, to_the_second
from tickets.models import Escalation, TicketClock
from tickets.timing import runs_in_open_hours

STATUSES_IN_WORDS = {
    "open": gettext_lazy("Open"),
    "pending": gettext_lazy("Pending"),
    "waiting_on_customer": gettext_lazy("Waiting on customer"),
    "waiting_on_third_party": gettext_lazy("Waiting on third party"),
    "solved": gettext_lazy("Solved"),
    "closed": gettext_lazy("Closed"),
}
STATUSES_TO_CUSTOMER = {**STATUSES_IN_WORDS, "waiting_on_customer": gettext_lazy("Waiting on you")}
CLOCKS_NAMED = {
    "response": gettext_lazy("Response"),
    "next_reply": gettext_lazy("Next reply"),
    "update": gettext_lazy("Update"),
    "status_request": gettext_lazy("Status answer"),
    "resolution": gettext_lazy("Resolution"),
}
RESOLUTIONS_IN_WORDS = {
    "fix": gettext_lazy("Fixed"),
    "workaround": gettext_lazy("Workaround given"),
    "restored": gettext_lazy("Service restored"),
    "agreed": gettext_lazy("Settled as agreed"),
}
PAUSED_IN_WORDS = {
    "waiting_on_customer": gettext_lazy("waiting on customer"),
    "waiting_on_third_party": gettext_lazy("waiting on third party"),
    "pending": gettext_lazy("pending"),
    "open": gettext_lazy("open"),
}
PAUSED_TO_CUSTOMER = {**PAUSED_IN_WORDS, "waiting_on_customer": gettext_lazy("waiting on you")}


# How a clock stands, in a word that does not change while somebody reads it.
BADGES_IN_WORDS = {
    "running": gettext_lazy("Running"),
    "soon": gettext_lazy("Due soon"),
    "breached": gettext_lazy("Breached"),
    "paused": gettext_lazy("Paused"),
    "met": gettext_lazy("Met"),
}
_BADGE = (
    '<span class="badge-s {}" title="{}"{}><svg class="icon" aria-hidden="true"><use href="{}#{}" /></svg>'
    "<span data-words>{}</span></span>"
)
_TICKS = ' data-due="{}" data-soon="{}"'
_ESCALATED = (
    '<span class="badge-s soon" title="{}"><svg class="icon" aria-hidden="true"><use href="{}#alert-circle" /></svg>{}'
    "</span>"
)
_ICONS = {
    "running": "clock",
    "soon": "hourglass-low",
    "breached": "alert-triangle",
    "paused": "player-pause",
    "met": "check",
}


@cache
def _sprite() -> str:
    """Where the icons are: asked once, since a hashed name is looked up and joined each time."""
    return static("icons.svg")


@dataclass(frozen=True)
class Badge:
    """A clock at a glance. `kind` gives icon and colour; `tick` says that the words change with time."""

    kind: str
    words: str
    title: str
    due: Shown | None
    soon_iso: str
    tick: bool

    @property
    def element(self) -> SafeString:
        """As markup, in Python for the sake of long lists; portal's script moves its words on while it ticks."""
        ticks = format_html(_TICKS, self.due.iso, self.soon_iso) if self.tick and self.due else ""
        return format_html(_BADGE, self.kind, self.title, ticks, _sprite(), _ICONS[self.kind], self.words)


@dataclass(frozen=True)
class SeverityShown:
    """A severity in the policy's own words; `bars` of three are filled, the most severe is `top`."""

    key: str
    name: str
    bars: int
    top: bool


def severity_in_words(agreement: Agreement, key: str) -> SeverityShown:
    """The name that the policy gives it, and where it stands among its severities."""
    severities = agreement.terms.support.severities.entries
    if key not in severities:
        return SeverityShown("", "", 0, top=False)
    place, count = list(severities).index(key), len(severities)
    name = severities[key].name or key.replace("_", " ").capitalize()
    return SeverityShown(key, name, max(1, 3 - place * 3 // max(3, count)), top=place == 0)


def badge_of(
    clock: TicketClock, status: str, now: datetime, *, open_hours: bool = False, customer: bool = False
) -> Badge:
    """What the badge of a stored clock says at `now`; the stored row may be some seconds behind it.

    How long it is until a deadline is real time; what a paused clock has left is time of its own, maybe `open_hours`.
    """
    due = None if clock.due_at is None else at_reader(clock.due_at, now)
    soon_iso = "" if clock.soon_at is None else clock.soon_at.isoformat()
    title = _title(clock, open_hours=open_hours)
    if clock.stopped_at is not None:
        if clock.outcome == "breached":
            return Badge("breached", _("Missed"), title, due, "", tick=False)
        return Badge("met", _("Met"), title, due, "", tick=False)
    if clock.due_at is not None and clock.due_at < now:
        words = _("Breached %(length)s ago") % {"length": length_in_words(now - clock.due_at)}
        return Badge("breached", words, title, due, "", tick=True)
    if clock.state == "paused":
        reasons = PAUSED_TO_CUSTOMER if customer else PAUSED_IN_WORDS
        words = _("Paused: %(why)s") % {"why": reasons.get(status, status)}
        return Badge("paused", words, title, due, "", tick=False)
    assert clock.due_at is not None  # a clock that runs has a deadline
    left = length_in_words(clock.due_at - now)
    if clock.soon_at is not None and clock.soon_at <= now:
        return Badge("soon", _("Due soon: %(length)s left") % {"length": left}, title, due, soon_iso, tick=True)
    return Badge("running", _("%(length)s left") % {"length": left}, title, due, soon_iso, tick=True)


def step_in_words(escalation: Escalation, agreement: Agreement) -> str:
    """At which moment of its clock it came, in a few words: before due in the clock's own time."""
    moment = read_moment(escalation.moment)
    if moment.share is not None:
        return _("%(percent)s %% used up") % {"percent": escalation.moment.rstrip("%")}
    offset = moment.offset_us or 0
    if not offset:
        return _("time used up")
    open_hours = offset < 0 and runs_in_open_hours(agreement, escalation.clock, escalation.severity)
    told = {"length": length_in_words(timedelta(microseconds=offset), open_hours=open_hours)}
    return _("%(length)s left") % told if offset < 0 else _("%(length)s late") % told


def escalated_element(escalation: Escalation, agreement: Agreement, now: datetime) -> SafeString:
    """That a ticket is escalated, as markup for long lists; the title says which clock, at which step and when."""
    title = _("%(clock)s: %(step)s, %(at)s") % {
        "clock": CLOCKS_NAMED[escalation.clock],
        "step": step_in_words(escalation, agreement),
        "at": at_reader(escalation.reached_at, now).text,
    }
    return format_html(_ESCALATED, title, _sprite(), _("Escalated"))


def _title(clock: TicketClock, *, open_hours: bool) -> str:
    """The absolute instants, to the second."""
    name = str(CLOCKS_NAMED[clock.clock])
    if clock.due_at is None:
        left = length_in_words(timedelta(microseconds=clock.remaining_us or 0), open_hours=open_hours)
        return _("%(clock)s: %(length)s left when it goes on") % {"clock": name, "length": left}
    said = _("%(clock)s due %(due)s") % {"clock": name, "due": to_the_second(clock.due_at).text}
    if clock.stopped_at is not None:
        said += _(", stopped %(at)s") % {"at": to_the_second(clock.stopped_at).text}
    return said
