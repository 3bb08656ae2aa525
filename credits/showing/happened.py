"""Outages and maintenance of a month in rows and sentences: what was counted, what was not, and on which clause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.policy.document.availability import Availability, MaintenanceKind
from contracts.policy.document.stated import Stated
from contracts.sentences.said import note_of
from credits.showing.amounts import short_length
from credits.showing.instants import Span, shown, span_of
from credits.showing.pieces import Piece, StoredOutage
from slaportal.intervals import Instant, instant_of
from uptime.words import OUR_OWN, cause_in_words, kind_in_words

MOST = 100

_WORDS = {
    "unmonitored": gettext_lazy("In time that nobody measured"),
    "too_short": gettext_lazy("In stretches too short to count"),
    "not_whole": gettext_lazy("Beyond the last whole unit"),
}
_REST = {
    "overlap": gettext_lazy("%(length)s at the same time as another outage, which bears it"),
    "weightless": gettext_lazy("%(length)s of an impact that does not count"),
    "closed": gettext_lazy("%(length)s outside the hours in which downtime counts"),
    "outside": gettext_lazy("%(length)s outside the active part of the month"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why downtime did not count, with the clause and the reading it rests on."""

    label: str
    clause: str
    note: str


@dataclass(frozen=True, slots=True)
class OutageRow:
    """One outage as the page shows it."""

    title: str
    degraded: bool
    when: Span
    cause: str
    sentence: str
    reasons: tuple[Reason, ...]
    reported: str
    excluded: str
    counted: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Outages:
    """The rows, the newest hundred of them, and the totals of all."""

    rows: tuple[OutageRow, ...]
    more: int
    reported: str
    excluded: str
    counted: str


@dataclass(frozen=True, slots=True)
class WindowRow:
    """One maintenance window with the verdict on it: `badge` is its colour, `verdict` its word, `why` the sentence.

    `title` and `services` are there where the customer was told of them.
    """

    when: Span
    kind: str
    length: str
    badge: str
    verdict: str
    why: str
    clause: str
    note: str
    coming: bool
    title: str = ""
    services: str = ""


def spoken(name: str) -> str:
    """A name of the policy as words: `local_connectivity` as local connectivity."""
    return name.replace("_", " ")


def cause_to_customer(cause: str) -> str:
    """A cause as the customer reads it."""
    words = _("the provider") if cause == OUR_OWN else cause_in_words(cause)
    return words[:1].lower() + words[1:]


def reason_of(piece: Piece, promise: Availability) -> Reason:
    """Why this piece did not count."""
    if piece.word == "cause":
        stated: Stated | None = promise.exclusions.causes.entries.get(piece.key)
        return _reason(
            _("Cause: %(cause)s") % {"cause": cause_to_customer(piece.key)}, stated, promise.exclusions.causes
        )
    if piece.word == "window":
        rule = promise.exclusions.maintenance.entries.get(piece.key)
        label = _("%(kind)s maintenance") % {"kind": kind_in_words(piece.key)}
        return _reason(label, rule, promise.exclusions.maintenance)
    stated = promise.outages if piece.word in ("too_short", "not_whole") else promise
    return _reason(str(_WORDS.get(piece.word, spoken(piece.word))), stated, promise)


def _reason(label: str, *chain: Stated | None) -> Reason:
    """The nearest clause, and the note of the same mapping or none."""
    clause = next((stated.clause for stated in chain if stated is not None and stated.clause), "")
    note = chain[0].note if chain[0] is not None and chain[0].note else ""
    return Reason(label, clause, note)


def outages_shown(
    outages: Sequence[StoredOutage], promise: Availability | None, services: Mapping[str, str], now: datetime
) -> Outages:
    """The rows; `services` are the names of services by their keys."""
    rows = tuple(outage_row(outage, promise, services, now) for outage in outages[-MOST:])
    reported = sum((outage.reported_us for outage in outages), Fraction(0))
    counted = sum((outage.counted_us for outage in outages), Fraction(0))
    return Outages(
        rows,
        len(outages) - len(rows),
        short_length(reported),
        short_length(reported - counted),
        short_length(counted),
    )


def service_in_words(outage: StoredOutage, services: Mapping[str, str]) -> str:
    """The name of the service that was down."""
    keys = [key for key in outage.service.split(", ") if key]
    return ", ".join(services.get(key, spoken(key.replace("-", " "))) for key in keys) or _("A service")


def outage_row(
    outage: StoredOutage, promise: Availability | None, services: Mapping[str, str], now: datetime
) -> OutageRow:
    """One outage in words."""
    reasons: dict[str, Reason] = {}
    lengths: dict[str, Fraction] = {}
    if promise is not None:
        for piece in outage.pieces:
            if piece.word != "counted":
                reason = reason_of(piece, promise)
                reasons[reason.label] = reason
                lengths[reason.label] = lengths.get(reason.label, Fraction(0)) + piece.us
    own_cause = _("Cause: %(cause)s") % {"cause": cause_to_customer(outage.cause)}
    parts = [
        (
            _("%(length)s not counted: the agreement excludes this cause")
            if label == own_cause
            else _("%(length)s not counted: %(why)s")
        )
        % {"length": short_length(us), "why": label[:1].lower() + label[1:]}
        for label, us in lengths.items()
    ]
    parts += [str(_REST[word]) % {"length": short_length(us)} for word, us in outage.rest.items() if us]
    counted = outage.counted_us
    title = service_in_words(outage, services)
    return OutageRow(
        title=title if outage.measured else _("%(service)s: nobody measured") % {"service": title},
        degraded=outage.impact == "degraded",
        when=span_of(outage.start, outage.end, now),
        cause=cause_to_customer(outage.cause) if outage.measured else "",
        sentence="; ".join(parts),
        reasons=tuple(reasons.values()),
        reported=short_length(outage.reported_us),
        excluded=short_length(outage.reported_us - counted),
        counted=short_length(counted),
        counts=bool(counted),
    )


def windows_shown(windows: Sequence[Mapping[str, Any]], promise: Availability | None, now: datetime) -> list[WindowRow]:
    """The windows with their verdicts in words."""
    return [_window_row(window, promise, now) for window in windows]


def _window_row(window: Mapping[str, Any], promise: Availability | None, now: datetime) -> WindowRow:
    rule = None if promise is None else promise.exclusions.maintenance.entries.get(window["kind"])
    coming = window["start"] > instant_of(now)
    badge, verdict = _verdict(window, coming=coming) if "word" in window else ("plain", _("Announced"))
    about: Stated | None = rule if rule is not None or promise is None else promise.exclusions.maintenance
    return WindowRow(
        when=span_of(window["start"], window["end"], now),
        kind=_("%(kind)s maintenance") % {"kind": kind_in_words(window["kind"])},
        length=short_length(window["end"] - window["start"]),
        badge=badge,
        verdict=verdict,
        why=_why(window, rule, now),
        clause="" if about is None else about.clause or "",
        note="" if about is None else note_of(about),
        coming=coming,
    )


def _verdict(window: Mapping[str, Any], *, coming: bool) -> tuple[str, str]:
    """Colour and word."""
    if window["word"] != "excluded":
        return "missed", _("Would count as downtime") if coming else _("Not excluded")
    start, end = window["excluded"]
    whole = window["end"] - window["start"]
    if window.get("ended_by") == "up_to":
        told = {"part": short_length(end - start), "whole": short_length(whole)}
        return "plain", _("%(part)s of %(whole)s excluded") % told
    if window.get("ended_by") == "now":
        return "plain", _("Excluded so far")
    return "plain", _("Will not count as downtime") if coming else _("Excluded")


def _why(window: Mapping[str, Any], rule: MaintenanceKind | None, now: datetime) -> str:
    """The sentence below the verdict."""
    announced: Instant | None = window.get("announced")
    told = {
        "at": "" if announced is None else shown(announced, now).text,
        "asked": "" if rule is None or rule.notice is None else _asked(rule),
        "late": short_length(int(window.get("late_us", 0))),
        "most": "" if rule is None or rule.up_to is None else short_length(rule.up_to.length),
        "used": window.get("used", 0),
        "quota": "" if rule is None or rule.per_period is None else rule.per_period,
        "ahead": "" if announced is None else short_length(window["start"] - announced),
    }
    return str(_sentence(window.get("word", ""), rule, window.get("ended_by"), announced=announced is not None)) % told


def _asked(rule: MaintenanceKind) -> str:
    return "" if rule.notice is None else short_length(rule.notice.length)


def _sentence(word: str, rule: MaintenanceKind | None, ended_by: str | None, *, announced: bool) -> str:
    """What is said of a verdict, with its blanks."""
    if word == "unknown_kind":
        return _("The agreement excludes no maintenance of this kind.")
    if word == "never_announced":
        return _("It was not announced; %(asked)s of notice are asked.")
    if word == "announced_late":
        return _("Announced %(at)s: %(late)s short of %(asked)s.")
    if word == "quota_used":
        return _("%(used)s of this kind came before it; the agreement excuses %(quota)s a period.")
    if word == "excluded":
        notice = rule is not None and rule.notice is not None
        said = _("Announced %(at)s, %(ahead)s ahead; %(asked)s are asked.") if notice else _("No notice is asked.")
        return said + " " + _("At most %(most)s are excluded.") if ended_by == "up_to" else said
    return _("Announced %(at)s.") if announced else ""
