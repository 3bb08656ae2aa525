"""A month in sentences: availability with its arithmetic, every outage and window, and performance."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from slaportal.site.simulate.figures import cut_off, plain
from slaportal.site.simulate.telling.words import at, grounds, length, spoken, strength
from slaportal.site.simulate.working_out import Outcome
from uptime.availability import MeasuredAvailability, NoAvailability
from uptime.exclusions import Verdict
from uptime.explanation import AvailabilityExplanation, OutageLine, WindowLine, explain_availability
from uptime.performance import MeasuredMetric

_WHY_NONE = {
    "no_promise": "the plan promises none",
    "not_for": "the promise is not for this kind of subscription",
    "not_active": "the subscription was not active",
    "part_period": "the subscription was not active throughout, and a part of a period has no promise",
    "nothing_open": "no hours are left to measure",
}
_PIECES = {
    "counted": "counted",
    "cause": "not counted: its cause is excluded",
    "window": "not counted: in an excluded maintenance window",
    "unmonitored": "not counted: nobody measured, which this policy leaves out",
    "too_short": "not counted: the stretch is too short",
    "not_whole": "not counted: beyond the last whole unit",
    "overlap": "borne by another outage",
    "weightless": "not counted: an impact without weight",
    "closed": "outside the hours in which downtime counts",
    "outside": "outside the period",
}
_WINDOWS = {
    "excluded": "excluded",
    "empty": "has no length",
    "not_happened": "has not happened",
    "unknown_kind": "counts: this kind is not excluded",
    "never_announced": "counts: it was never announced",
    "announced_late": "counts: announced too late",
    "quota_used": "counts: the quota of the period is used up",
}


def month_lines(outcome: Outcome) -> Iterator[str]:
    """The availability and the performance of the month, if the scenario has one."""
    availability = outcome.availability
    if isinstance(availability, NoAvailability):
        yield f"  Availability {availability.period}: none, for {_WHY_NONE[availability.why]}."
    elif availability is not None:
        yield from _availability_lines(explain_availability(availability), outcome.agreement.zone)
    for metric in outcome.performance:
        yield from _metric_lines(metric)


def _availability_lines(explained: AvailabilityExplanation, zone: ZoneInfo) -> Iterator[str]:
    measured = explained.measured
    kept = "kept" if measured.met else "MISSED"
    percent, target = cut_off(100 * measured.availability), measured.promise.target
    yield f"  Availability {measured.period}: {percent} %, promised {target} %: {kept}; {strength(measured.promise)}."
    yield f"    {length(explained.open_us)} in the period{_less(explained)}; coverage {_coverage(measured)} %."
    allowed = measured.downtime.allowed_us
    left = explained.budget_left_us
    budget = f"{length(left)} left" if left >= 0 else f"{length(-left)} over"
    yield f"    Counted {length(measured.downtime.us)} of {length(allowed)} allowed ({budget});" + (
        f" reported but not counted {length(measured.excluded_us)}."
    )
    for outage in explained.outages:
        yield from _outage_lines(outage, zone)
    for window in explained.windows:
        yield from _window_lines(window, zone)
    yield from grounds((measured.promise,), "    ")


def _less(explained: AvailabilityExplanation) -> str:
    less = [
        f", less {length(us)} {what}"
        for us, what in ((explained.windows_us, "of excluded windows"), (explained.unmonitored_us, "unmeasured"))
        if us
    ]
    if not less:
        return ""
    return f"{''.join(less)}: {length(explained.measured.downtime.denominator_us)}"


def _coverage(measured: MeasuredAvailability) -> str:
    return cut_off(100 * measured.coverage).rstrip("0").rstrip(".")


def _outage_lines(line: OutageLine, zone: ZoneInfo) -> Iterator[str]:
    outage = line.outage
    what = "Outage" if outage.measured else "Unmeasured time"
    service = f" of {outage.service}" if outage.service else ""
    end = f"until {at(outage.end, zone)}" if outage.end is not None else "still on"
    yield (
        f"    {what}{service} from {at(outage.start, zone)} {end} ({outage.impact}, cause {spoken(outage.cause)}):"
        + ("" if line.pieces else " has not happened.")
    )
    for piece in line.pieces:
        weighed = f" at weight {plain(line.weight)}" if piece.word == "counted" and line.weight != 1 else ""
        yield f"      {length(piece.us)} {_PIECES[piece.word]}{weighed}"
    if line.ground is not None:
        yield from grounds((line.ground.stated,), "      ")


def _window_lines(line: WindowLine, zone: ZoneInfo) -> Iterator[str]:
    verdict = line.verdict
    window = verdict.window
    yield f"    Maintenance ({spoken(window.kind)}) from {at(window.start, zone)} until {at(window.end, zone)}:"
    hidden = f"{length(line.hidden_us)} of downtime in it"
    yield f"      {_judged(verdict, zone)}; {length(line.excluded_us)} excluded, {hidden}."
    yield from grounds((line.ground.stated,), "      ")


def _judged(verdict: Verdict, zone: ZoneInfo) -> str:
    said = _WINDOWS[verdict.word]
    if verdict.word == "excluded" and verdict.ended_by == "up_to" and verdict.rule is not None:
        said += f", its first {verdict.rule.up_to}"
    if verdict.late_us is not None and verdict.late_us > 0 and verdict.announce_by is not None:
        said += f" by {length(verdict.late_us)}, the latest was {at(verdict.announce_by, zone)}"
    elif verdict.notice_us is not None and verdict.notice_us > 0:
        said += f", told {length(verdict.notice_us)} ahead"
    return said


def _metric_lines(metric: MeasuredMetric) -> Iterator[str]:
    promise = metric.promise
    values = ", ".join(f"{region} {plain(value.value)}".strip() for region, value in metric.values.items())
    wanted = f"{'below' if promise.is_ == 'below' else 'at least'} {promise.limit}"
    regions = f" in {promise.in_} {'region' if promise.in_ == 'every' else 'regions'}" if metric.by_region else ""
    kept = "kept" if metric.met else "MISSED"
    promised = f"promised {wanted}{regions}: {kept}; {strength(promise)}"
    yield f"  {spoken(metric.name)}: {promise.statistic} {values}, {promised}."
    yield from grounds((promise,), "    ")
