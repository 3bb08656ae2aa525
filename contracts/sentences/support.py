"""The promises on tickets in sentences: severities and their clocks, how tickets are handled, the hours that count."""

from collections.abc import Iterator
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.policy.document import Terms
from contracts.policy.document.calendars import DAY_MINUTES, CalendarTerms, Shift
from contracts.policy.document.support import ClockPromise, Severity, Support
from contracts.policy.document.values import CLOCKS, Clock, Moment
from contracts.policy.durations import read_duration
from contracts.sentences.said import (
    Group,
    Said,
    Section,
    by_default,
    keys_of,
    length_said,
    listed,
    promised,
    said,
    spoken,
)

StrOrPromise: TypeAlias = str | Promise

_WITHIN: dict[Clock, tuple[StrOrPromise, StrOrPromise, StrOrPromise]] = {
    "response": (
        gettext_lazy("We answer within %(length)s"),
        gettext_lazy("Our goal: a first answer within %(length)s"),
        gettext_lazy("When possible we answer within %(length)s"),
    ),
    "next_reply": (
        gettext_lazy("We reply to what you write within %(length)s"),
        gettext_lazy("Our goal: a reply to what you write within %(length)s"),
        gettext_lazy("When possible we reply to what you write within %(length)s"),
    ),
    "update": (
        gettext_lazy("We tell you how it stands every %(length)s"),
        gettext_lazy("Our goal: news for you every %(length)s"),
        gettext_lazy("When possible we tell you how it stands every %(length)s"),
    ),
    "status_request": (
        gettext_lazy("We answer a question about the status within %(length)s"),
        gettext_lazy("Our goal: an answer to a question about the status within %(length)s"),
        gettext_lazy("When possible we answer a question about the status within %(length)s"),
    ),
    "resolution": (
        gettext_lazy("We solve it within %(length)s"),
        gettext_lazy("Our goal: solved within %(length)s"),
        gettext_lazy("When possible we solve it within %(length)s"),
    ),
}
CLOCKS_SAID: dict[Clock, StrOrPromise] = {
    "response": gettext_lazy("First answer"),
    "next_reply": gettext_lazy("Next reply"),
    "update": gettext_lazy("News"),
    "status_request": gettext_lazy("Question about the status"),
    "resolution": gettext_lazy("Solution"),
}
_STATUSES = {
    "open": gettext_lazy("it is open"),
    "pending": gettext_lazy("we work on it"),
    "waiting_on_customer": gettext_lazy("we wait for you"),
    "waiting_on_third_party": gettext_lazy("we wait for a third party"),
}
_RECLASSIFY = {
    "carry": gettext_lazy("When a severity changes, the time counted so far stays counted, and the new target holds."),
    "from_open": gettext_lazy("When a severity changes, the new target holds as if it had from the beginning."),
    "from_change": gettext_lazy("When a severity changes, the new target counts from the change on."),
}
# What cannot be done by the portal (`webhook` names no address) the leads are told.
_ACTS = {
    "notify_owner": gettext_lazy("the owner of the ticket is told"),
    "notify_lead": gettext_lazy("the leads are told"),
    "notify_customer": gettext_lazy("you are told"),
    "reassign": gettext_lazy("the leads are asked for another owner"),
    "raise_severity": gettext_lazy("the leads are asked for a higher severity"),
    "webhook": gettext_lazy("the leads are told"),
}
_WEEKDAYS = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}


def severities_said(terms: Terms) -> Section:
    """A group for each severity, most severe first."""
    severities = terms.support.severities.entries
    groups = [
        Group(
            severity.name or spoken(key).capitalize(),
            severity.definition or "",
            tuple(_clocks(severity, path)) or (Said(_("No time is promised."), at=(path,)),),
            (f"{path}.name", f"{path}.definition"),
        )
        for key, severity in severities.items()
        for path in [f"support.severities.{key}"]
    ]
    return Section("severities", _("Severities and times"), tuple(groups))


def _clocks(severity: Severity, path: str) -> Iterator[Said]:
    for clock in CLOCKS:
        promise = severity.promise(clock)
        if promise is not None:
            yield said(clock_said(clock, promise), promise, severity, at=(f"{path}.{clock}",))


def clock_said(clock: Clock, promise: ClockPromise) -> str:
    """The promise of one clock; the policy's own words beside a figure, or in its place."""
    limit = promise.within or promise.every
    if limit is None:
        return f"{CLOCKS_SAID[clock]}: {promise.text or _('no figure is promised')}."
    text = promised(promise, *map(str, _WITHIN[clock])) % {"length": length_said(limit)}
    text += f", {hours_named(promise.calendar)}"
    if promise.aim is not None:
        text += "; " + _("we aim at %(length)s") % {"length": length_said(promise.aim)}
    if promise.if_closed is not None:
        text += "; " + _("what comes after hours is due by the end of the next open day")
    return text + (f". {promise.text.rstrip('.')}." if promise.text else ".")


def hours_named(calendar: str) -> str:
    """In which hours time counts."""
    if calendar == "always":
        return _("around the clock")
    return _("counted in %(name)s hours") % {"name": spoken(calendar)}


def support_said(terms: Terms) -> Section:
    """How tickets are taken, judged, paused and closed."""
    sentences = tuple(_support(terms))
    group = Group("", "", sentences)
    return Section("support", _("How tickets are handled"), (group,) if terms.support.severities.entries else ())


def _support(terms: Terms) -> Iterator[Said]:
    support = terms.support
    hours = _("Support is there around the clock.")
    if support.hours != "always":
        hours = _("Support is there in %(name)s hours.") % {"name": spoken(support.hours)}
    yield said(hours, support, at=keys_of("support", "hours"))  # what is noted of the whole is said once
    if support.channels:
        ways = listed(map(spoken, support.channels))
        yield Said(_("You reach support by %(ways)s.") % {"ways": ways}, at=("support.channels",))
    by_you = support.classified_by == "customer"
    yield Said(_("You set the severity.") if by_you else _("We judge the severity."), at=("support.classified_by",))
    if support.default_severity:
        named = support.severities.entries[support.default_severity]
        name = named.name or spoken(support.default_severity)
        text = _("Without another word a ticket has the severity %(name)s.") % {"name": name}
        yield Said(text, at=("support.default_severity",))
    said_of_change = str(_RECLASSIFY[support.reclassify])
    chosen = "reclassify" in support.model_fields_set
    yield Said(said_of_change, at=("support.reclassify",)) if chosen else by_default(said_of_change)
    yield from _handling(support)
    yield from _lifecycle(terms)


def _handling(support: Support) -> Iterator[Said]:
    for clock in CLOCKS:
        statuses = support.pause.statuses(clock)
        if statuses:
            while_ = listed(str(_STATUSES[status]) for status in statuses)
            told = {"clock": CLOCKS_SAID[clock], "status": while_}
            text = _("%(clock)s: the time stands still while %(status)s.") % told
            yield said(text, support.pause, at=keys_of("support.pause", clock))
    yield from _escalations(support)
    if support.dispatch == "priority":
        yield Said(_("The most severe tickets are worked on first."), at=("support.dispatch",))
    if support.required:
        fields = listed(map(spoken, support.required))
        yield Said(_("A ticket needs: %(fields)s.") % {"fields": fields}, at=("support.required",))
    if support.excused:
        causes = listed(map(spoken, support.excused))
        text = _("A late answer is excused if its cause is: %(causes)s.") % {"causes": causes}
        yield Said(text, at=("support.excused",))


def _escalations(support: Support) -> Iterator[Said]:
    for number, rule in enumerate(support.escalate):
        keys = support.severities.entries if rule.severities is None else rule.severities
        names = [
            support.severities.entries[key].name or spoken(key) for key in keys if key in support.severities.entries
        ]
        where = "" if rule.severities is None else _(" (%(severities)s)") % {"severities": listed(names)}
        acts = listed(dict.fromkeys(str(_ACTS[act]) for act in rule.do))
        told = {"clock": CLOCKS_SAID[rule.clock], "where": where, "when": _moment(rule.at), "acts": acts}
        at = (f"support.escalate[{number}]",)
        yield said(_("%(clock)s%(where)s: when %(when)s, %(acts)s.") % told, rule, support, at=at)


def _moment(moment: Moment) -> str:
    if moment.share is not None:
        return _("%(percent)s %% of the time is used up") % {"percent": moment.text.rstrip("% ")}
    if not moment.offset_us:
        return _("the time is used up")
    told = {"length": length_said(read_duration(moment.text.lstrip("+-")))}
    return _("%(length)s of the time are left") % told if moment.offset_us < 0 else _("it is %(length)s late") % told


def _lifecycle(terms: Terms) -> Iterator[Said]:
    lifecycle = terms.lifecycle
    silence = lifecycle.solve_after_silence
    if silence is not None and silence.days is not None:
        text = _("A ticket that waits for you counts as solved after %(n)s days of silence.") % {"n": silence.days}
        yield said(text, silence, lifecycle, at=keys_of("lifecycle.solve_after_silence", "days"))
    if silence is not None and silence.followups is not None:
        text = _("A ticket that waits for you counts as solved after %(n)s reminders.") % {"n": silence.followups}
        yield said(text, silence, lifecycle, at=keys_of("lifecycle.solve_after_silence", "followups", "apart"))
    if lifecycle.reopen_within is not None:
        text = _("A solved ticket can be reopened for %(length)s.") % {"length": length_said(lifecycle.reopen_within)}
        yield said(text, lifecycle, at=keys_of("lifecycle", "reopen_within"))
    if lifecycle.close_after is not None:
        text = _("A solved ticket is closed after %(length)s.") % {"length": length_said(lifecycle.close_after)}
        yield said(text, lifecycle, at=keys_of("lifecycle", "close_after"))


def hours_said(terms: Terms) -> Section:
    """When each calendar is open, in the policy's or its own zone."""
    groups = [
        Group(
            _("%(name)s hours") % {"name": spoken(name).capitalize()},
            "",
            tuple(_calendar(calendar, calendar.timezone or terms.timezone, f"calendars.{name}")),
        )
        for name, calendar in terms.calendars.entries.items()
    ]
    return Section("hours", _("Hours"), tuple(groups))


def _calendar(calendar: CalendarTerms, zone: str, path: str) -> Iterator[Said]:
    hours = "; ".join(f"{_days(key)} {_shifts(shifts)}" for key, shifts in calendar.hours.entries.items())
    place = zone.rsplit("/", 1)[-1].replace("_", " ")
    named = place if place in ("UTC", "GMT") else _("%(place)s time") % {"place": place}
    at = keys_of(path, "hours", "timezone")
    yield said(f"{hours} ({named}).", calendar, at=at if calendar.timezone else (*at, "timezone"))
    if calendar.holidays:
        text = _("Closed on the public holidays of %(places)s.") % {"places": listed(calendar.holidays)}
        yield Said(text, at=(f"{path}.holidays",))
    if calendar.closed:
        dates = listed(f"{day.day} {day:%B %Y}" for day in calendar.closed)
        yield Said(_("Closed on %(dates)s.") % {"dates": dates}, at=(f"{path}.closed",))
    for day, shifts in calendar.open.by_date.items():
        told = {"date": f"{day.day} {day:%B %Y}", "hours": _shifts(shifts)}
        yield Said(_("On %(date)s open %(hours)s.") % told, at=(f"{path}.open",))


def _days(key: str) -> str:
    first, _dash, last = key.partition("-")
    if not last:
        return str(_WEEKDAYS[first])
    return _("%(first)s to %(last)s") % {"first": _WEEKDAYS[first], "last": _WEEKDAYS[last]}


def _shifts(shifts: tuple[Shift, ...]) -> str:
    return listed(_shift(shift) for shift in shifts) or _("closed")


def _shift(shift: Shift) -> str:
    if (shift.opens, shift.closes) == (0, DAY_MINUTES):
        return _("all day")
    return f"{_clock(shift.opens)}–{_clock(shift.closes)}"


def _clock(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours if hours <= 24 else hours - 24:02d}:{rest:02d}"
