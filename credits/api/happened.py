"""What happened in a month, as it goes out: outages with every piece, maintenance with its verdict, days, breaches."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from contracts.policy.agreement import Agreement
from contracts.policy.document.availability import Availability
from credits.api.exact import number_said, seconds_said
from credits.api.saying import Said
from credits.showing.amounts import fraction_of
from credits.showing.happened import outage_row, reason_of, spoken, windows_shown
from credits.showing.pictures import strip_of
from credits.showing.pieces import Piece, StoredOutage, outages_in
from slaportal.api.shapes import moment
from slaportal.intervals import Instant, instant_of, moment_of, written
from tickets.models import Breach
from uptime.models import SubscriptionPeriod


def outage_said(outage: StoredOutage, promise: Availability | None, services: Mapping[str, str], now: datetime) -> Said:
    """One outage; `services` are the names of services by their keys."""
    keys = [key for key in outage.service.split(", ") if key]
    counted = outage.counted_us
    return {
        "start_at": written(outage.start),
        "end_at": _instant(outage.end),
        "services": [{"key": key, "name": services.get(key, spoken(key.replace("-", " ")))} for key in keys],
        "impact": outage.impact,
        "measured": outage.measured,
        "cause": outage.cause if outage.measured else None,
        "reported_s": seconds_said(outage.reported_us),
        "not_counted_s": seconds_said(outage.reported_us - counted),
        "counted_s": seconds_said(counted),
        "said": outage_row(outage, promise, services, now).sentence,
        "pieces": [_piece(piece, promise) for piece in outage.pieces],
        "rest": [{"verdict": word, "length_s": seconds_said(us)} for word, us in outage.rest.items() if us],
    }


def _piece(piece: Piece, promise: Availability | None) -> Said:
    ground = None
    if piece.word != "counted" and promise is not None:
        reason = reason_of(piece, promise)
        ground = {"label": reason.label, "clause": reason.clause or None, "note": reason.note or None}
    return {
        "start_at": written(piece.start),
        "end_at": written(piece.end),
        "verdict": piece.word,
        "weight": number_said(piece.weight),
        "reported_s": seconds_said(piece.us),
        "counted_s": seconds_said(piece.counted_us),
        "ground": ground,
    }


def windows_said(windows: Sequence[Mapping[str, Any]], promise: Availability | None, now: datetime) -> list[Said]:
    """Each window with the verdict on it, in figures and in the page's words."""
    rows = windows_shown(windows, promise, now)
    said = []
    for window, row in zip(windows, rows, strict=True):
        first, last = window.get("excluded") or (0, 0)
        late = window.get("late_us")
        said.append(
            {
                "start_at": written(window["start"]),
                "end_at": written(window["end"]),
                "kind": window["kind"],
                "announced_at": _instant(window.get("announced")),
                "announce_by": _instant(window.get("announce_by")),
                "late_s": None if late is None else seconds_said(late),
                "verdict": window.get("word"),
                "said": row.verdict,
                "why": row.why,
                "excluded_from": _instant(first or None),
                "excluded_to": _instant(last or None),
                "excluded_s": seconds_said(last - first),
                "hidden_s": seconds_said(fraction_of(window.get("hidden_us"))),
                "clause": row.clause or None,
                "note": row.note or None,
            }
        )
    return said


def days_said(period: SubscriptionPeriod, agreement: Agreement, now: datetime) -> list[Said]:
    """Every day of the month, those to come without figures; none where it has no availability."""
    if not period.figures.get("availability"):
        return []
    pieces = [piece for outage in outages_in(period.figures) for piece in outage.pieces]
    start, end = instant_of(period.starts_at), instant_of(period.ends_at)
    strip = strip_of(pieces, start, end, agreement.zone, period.text, now=instant_of(now))
    return [
        {
            "day": day.date,
            "to_come": day.ahead,
            "counted_s": None if day.ahead else seconds_said(day.counted_us),
            "not_counted_s": None if day.ahead else seconds_said(day.excluded_us),
        }
        for day in strip.days
    ]


def breaches_said(breaches: Iterable[Breach]) -> list[Said]:
    """Each with its ticket's number and subject, which are read with it."""
    return [
        {
            "id": breach.pk,
            "ticket": breach.ticket.number,
            "subject": breach.ticket.subject,
            "clock": breach.clock,
            "severity": breach.severity,
            "breached_at": moment(breach.breached_at),
            "excused_at": moment(breach.excused_at),
            "cause": breach.cause,
            "excuse": breach.excuse,
        }
        for breach in breaches
    ]


def _instant(at: Instant | None) -> str | None:
    return None if at is None else moment(moment_of(at))
