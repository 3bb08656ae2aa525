"""One month as its page shows it: verdict, facts, picture, sum, what happened, performance, promises on tickets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.policy.agreement import Agreement
from contracts.policy.document.availability import Metric
from contracts.sentences.said import note_of
from credits.showing.amounts import cut, fraction_of, percent_cut, short_length
from credits.showing.arithmetic import Sum, sum_of
from credits.showing.happened import Outages, WindowRow, outages_shown, spoken, windows_shown
from credits.showing.instants import shown
from credits.showing.pictures import Burn, Strip, burn_of, strip_of
from credits.showing.pieces import outages_in, windows_in
from slaportal.intervals import instant_of
from slaportal.pages.times import Shown, at_reader, zone_in_words
from tickets.models import Breach
from tickets.words import CLOCKS_NAMED, severity_in_words
from uptime.models import SubscriptionPeriod
from uptime.words import cause_in_words, period_in_words

_PERIODS = {
    "month": gettext_lazy("of each calendar month"),
    "quarter": gettext_lazy("of each calendar quarter"),
    "year": gettext_lazy("of each calendar year"),
}
_WHY_NONE = {
    "no_promise": gettext_lazy("This plan promises no availability."),
    "not_for": gettext_lazy("The promise is not for this kind of subscription."),
    "not_active": gettext_lazy("The subscription was not active."),
    "part_period": gettext_lazy("The subscription was not active throughout, and a part of a period has no promise."),
    "nothing_open": gettext_lazy("No hours are left to measure."),
}
_READ_AS = {
    "up": gettext_lazy("read as up"),
    "down": gettext_lazy("read as down"),
    "excluded": gettext_lazy("left out of the sum"),
}
_STATISTICS = {
    "mean": gettext_lazy("Mean"),
    "median": gettext_lazy("Median"),
    "p95": gettext_lazy("95th percentile"),
    "p99": gettext_lazy("99th percentile"),
    "min": gettext_lazy("Smallest"),
    "max": gettext_lazy("Largest"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`badge`: met, missed or plain."""

    badge: str
    words: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The strip at the top. Of a period without an availability only the verdict."""

    percent: str
    exactly: str
    promised: str
    promised_note: str
    coverage: str
    coverage_note: str
    allowed: str
    left: str
    over: bool
    pace: str


@dataclass(frozen=True, slots=True)
class MetricRow:
    """What the samples of a metric (in a region) came to, beside what is promised."""

    name: str
    region: str
    value: str
    promised: str
    met: bool
    clause: str


@dataclass(frozen=True, slots=True)
class BreachRow:
    """A promise on a ticket that was missed in the month."""

    number: int
    subject: str
    clock: str
    severity: str
    at: Shown
    excuse: str


@dataclass(frozen=True)
class Month:
    """Everything about a period but its credits."""

    name: str
    verdict: Verdict
    why_none: str
    facts: Facts | None
    strip: Strip | None
    burn: Burn | None
    used_up: Shown | None
    sum: Sum | None
    outages: Outages
    windows: list[WindowRow]
    metrics: list[MetricRow]
    clause: str
    note: str
    zone: str


def month_of(period: SubscriptionPeriod, agreement: Agreement, services: Mapping[str, str], now: datetime) -> Month:
    """The page's contents, out of the period's stored figures alone: the same for staff and customers."""
    promise, figures = agreement.terms.availability, period.figures
    name, outages = period_in_words(period.text), outages_in(figures)
    pieces = [piece for outage in outages for piece in outage.pieces]
    start, end = instant_of(period.starts_at), instant_of(period.ends_at)
    stored = figures.get("availability")
    burn = None
    if stored:
        allowed = fraction_of(stored["allowed_downtime_us"])
        burn = burn_of(pieces, start, end, allowed, now=instant_of(now), zone=agreement.zone)
    return Month(
        name=name,
        verdict=verdict_of(period, now, goal=promise is not None and promise.strength != "guarantee"),
        why_none="" if stored else _why_none(period),
        facts=_facts(period, agreement, now) if stored else None,
        strip=strip_of(pieces, start, end, agreement.zone, name, now=instant_of(now)) if stored else None,
        burn=burn,
        used_up=None if burn is None or burn.used_up is None else shown(burn.used_up, now),
        sum=None if promise is None else sum_of(period, name, promise, outages),
        outages=outages_shown(outages, promise, services, now),
        windows=windows_shown(windows_in(figures), promise, now),
        metrics=_metrics(period, agreement),
        clause="" if promise is None else promise.clause or "",
        note="" if promise is None else note_of(promise),
        zone=zone_in_words(agreement.zone),
    )


def verdict_of(period: SubscriptionPeriod, now: datetime, *, goal: bool = False) -> Verdict:
    """Whether the promise of the period was kept, or is so far; the only coloured fact of a page. Asks no figures."""
    if period.worked_out_at is None:
        return Verdict("plain", _("Not worked out yet"))
    if period.met is None:
        return Verdict("plain", _("Not promised"))
    what = _("Goal") if goal else _("Target")
    if not period.met:
        return Verdict("missed", _("%(what)s missed") % {"what": what})
    if period.ends_at > now:
        return Verdict("met", _("%(what)s met so far") % {"what": what})
    return Verdict("met", _("%(what)s met") % {"what": what})


def _why_none(period: SubscriptionPeriod) -> str:
    if period.worked_out_at is None:
        return _("The figures are on their way.")
    return str(_WHY_NONE.get(period.figures.get("why_none") or "", ""))


def _facts(period: SubscriptionPeriod, agreement: Agreement, now: datetime) -> Facts:
    stored, promise = period.figures["availability"], agreement.terms.availability
    counted, allowed = fraction_of(stored["counted_downtime_us"]), fraction_of(stored["allowed_downtime_us"])
    left = allowed - counted
    promised_note = str(_PERIODS["month" if promise is None else promise.period])
    if promise is not None and promise.strength != "guarantee":
        promised_note = _("%(period)s; a goal, no guarantee") % {"period": promised_note}
    blind = stored["unmonitored_us"]
    read_as = _READ_AS["up" if promise is None else promise.unmonitored]
    told = {"length": short_length(abs(left))}
    return Facts(
        percent=percent_cut(stored["percent"]),
        exactly=_("%(percent)s %%, cut off, never rounded up") % {"percent": stored["percent"]},
        promised=f"{cut(Fraction(stored['target']))} %",
        promised_note=promised_note,
        coverage=f"{percent_cut(stored['coverage_percent'])} %",
        coverage_note=_("%(length)s unmeasured, %(read)s") % {"length": short_length(blind), "read": read_as}
        if blind
        else _("measured throughout"),
        allowed=short_length(allowed),
        left=_("%(length)s left") % told if left >= 0 else _("Exceeded by %(length)s") % told,
        over=left < 0,
        pace=_pace(counted, allowed, period, now),
    )


def _pace(counted: Fraction, allowed: Fraction, period: SubscriptionPeriod, now: datetime) -> str:
    """How much of the allowance is used, and of a running period how much of it is gone."""
    if not allowed:
        return ""
    used = cut(100 * counted / allowed, 0)
    if period.ends_at <= now:
        return _("%(used)s %% of it used") % {"used": used}
    whole = instant_of(period.ends_at) - instant_of(period.starts_at)
    gone = max(0, instant_of(now) - instant_of(period.starts_at))
    told = {"used": used, "gone": cut(Fraction(100 * gone, whole), 0)}
    return _("%(used)s %% of it used, %(gone)s %% of the time gone") % told


def _metrics(period: SubscriptionPeriod, agreement: Agreement) -> list[MetricRow]:
    promises = agreement.terms.performance.entries
    rows = []
    for name, stored in period.figures.get("performance", {}).items():
        promise = promises.get(name)
        if promise is None:
            continue
        for region, value in sorted(stored["values"].items()):
            rows.append(_metric_row(name, promise, region, value))
    return rows


def _metric_row(name: str, promise: Metric, region: str, value: Mapping[str, object]) -> MetricRow:
    limit = _("below %(limit)s") if promise.is_ == "below" else _("at least %(limit)s")
    in_regions = {"most": _("in most regions"), "every": _("in every region")}[promise.in_]
    said = limit % {"limit": cut(Fraction(promise.limit))}
    return MetricRow(
        name=_("%(statistic)s of %(metric)s") % {"statistic": _STATISTICS[promise.statistic], "metric": spoken(name)},
        region=region,
        value=cut(fraction_of(str(value["value"]))),
        promised=f"{said} {in_regions}" if promise.per else said,
        met=bool(value["met"]),
        clause=promise.clause or "",
    )


def breaches_shown(
    breaches: Sequence[Breach], agreement: Agreement, now: datetime
) -> tuple[list[BreachRow], list[BreachRow]]:
    """The promises missed, and those of them that were excused."""
    rows = [(breach.excused_at is not None, _breach_row(breach, agreement, now)) for breach in breaches]
    return [row for excused, row in rows if not excused], [row for excused, row in rows if excused]


def _breach_row(breach: Breach, agreement: Agreement, now: datetime) -> BreachRow:
    cause = cause_in_words(breach.cause) if breach.cause else ""
    return BreachRow(
        number=breach.ticket.number,
        subject=breach.ticket.subject,
        clock=str(CLOCKS_NAMED[breach.clock]),
        severity=severity_in_words(agreement, breach.severity).name,
        at=at_reader(breach.breached_at, now),
        excuse=": ".join(part for part in (cause, breach.excuse) if part),
    )
