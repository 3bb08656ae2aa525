"""Downtime and availability of one period, judged piece by piece of the time line."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from .calendars_of_months import Document, open_hours, period_of, span_of_period
from .figures_of_months import cut_off, seconds
from .moments import Span, instant, length, moved, pieces, strung_together, within

NOTHING = Fraction(0)


@dataclass(frozen=True)
class Failure:
    """An outage, or an unmonitored stretch that counts as one, as far as it has happened."""

    span: Span
    weight: Fraction
    counts: bool
    ended: bool
    reported: bool  # by somebody, as an outage; not time that nobody measured


@dataclass(frozen=True)
class Delivery:
    """What was delivered in a period that has a denominator; lengths in microseconds."""

    failures: list[Failure]
    left: list[Span]  # counted time after the `outages` filter, in stretches
    target: Fraction  # 0 to 1
    denominator: int
    counted: Fraction
    excluded: Fraction
    coverage: Fraction  # 0 to 1

    @property
    def allowed(self) -> Fraction:
        """The downtime that the target allows."""
        return (1 - self.target) * self.denominator

    @property
    def availability(self) -> Fraction:
        """From 0 to 1, exactly."""
        return self.after(self.counted)

    @property
    def met(self) -> bool:
        """Whether the target was reached."""
        return self.availability >= self.target

    def after(self, downtime: Fraction) -> Fraction:
        """What the availability would be with some other downtime."""
        return 1 - downtime / self.denominator

    def counting(self) -> list[Failure]:
        """The failures that count: some weight, and some of what is left lies in them."""
        return [
            failure for failure in self.failures if failure.counts and failure.weight > 0 and self.part_in([failure])
        ]

    def part_in(self, failures: list[Failure]) -> list[Span]:
        """The stretches of what is left that lie within some of the failures."""
        spans = [failure.span for failure in failures]
        found = [piece for stretch in self.left for piece in pieces(stretch, spans) if within(piece, spans)]
        return strung_together(found)


def heaviest(piece: Span, failures: Iterable[Failure]) -> Fraction:
    """The largest weight among the failures that are on during an elementary piece."""
    return max((failure.weight for failure in failures if within(piece, [failure.span])), default=NOTHING)


def weighed(spans: Iterable[Span], failures: list[Failure]) -> Fraction:
    """The integral over the spans of the largest weight among the failures."""
    edges = [failure.span for failure in failures]
    return sum(
        ((b - a) * heaviest((a, b), failures) for span in spans for a, b in pieces(span, edges)),
        NOTHING,
    )


def happened(entry: Document, now: int) -> Span | None:
    """The part of an outage or of an unmonitored stretch that lies before now."""
    start = instant(entry["start"])
    end = now if entry.get("end") is None else min(now, instant(entry["end"]))
    return (start, end) if start < end else None


def failures_known(rules: Document, month: Document, now: int) -> list[Failure]:
    """All that was down or degraded, whatever its cause, and unmeasured time where it counts as down."""
    excused = ((rules.get("exclusions") or {}).get("causes")) or {}
    found: list[Failure] = []
    for outage in month.get("outages") or []:
        span = happened(outage, now)
        if span is None:
            continue
        light = outage.get("impact", "down") == "degraded"
        found.append(
            Failure(
                span=span,
                weight=Fraction(str(rules.get("degraded", "0"))) if light else Fraction(1),
                counts=outage.get("cause", "provider") not in excused,
                ended=outage.get("end") is not None and instant(outage["end"]) <= now,
                reported=True,
            )
        )
    if rules.get("unmonitored", "up") != "down":
        return found
    counts = "provider" not in excused
    return found + [Failure(span, Fraction(1), counts, ended=True, reported=False) for span in unmonitored(month, now)]


def unmonitored(month: Document, now: int) -> list[Span]:
    """The stretches that nobody measured, as far as they have happened."""
    spans = [happened(entry, now) for entry in month.get("unmonitored") or []]
    return [span for span in spans if span is not None]


def excluded_windows(rules: Document, month: Document, now: int, zone: ZoneInfo) -> list[Span]:
    """The parts of maintenance windows that the policy excludes: kind, notice, quota and length asked in this order."""
    kinds = ((rules.get("exclusions") or {}).get("maintenance")) or {}
    used: dict[tuple[str, str], int] = {}
    excluded: list[Span] = []
    for window in sorted(month.get("maintenance") or [], key=lambda entry: instant(entry["start"])):
        start, end = instant(window["start"]), instant(window["end"])
        announced = None if window.get("announced") is None else instant(window["announced"])
        if announced is None or announced > now:
            announced = None
            end = min(end, now)
        if start >= end or window["kind"] not in kinds:
            continue
        rule = kinds[window["kind"]] or {}
        if "notice" in rule and (announced is None or announced > moved(start, rule["notice"], zone, -1)):
            continue
        quota = (window["kind"], period_of(start, rules.get("period", "month"), zone))
        used[quota] = used.get(quota, 0) + 1
        if "per_period" in rule and used[quota] > int(rule["per_period"]):
            continue
        if "up_to" in rule:
            end = min(end, moved(start, rule["up_to"], zone))
        excluded.append((start, end))
    return excluded


def kept_by_filter(stretches: list[Span], filters: Document) -> list[Span]:
    """The stretches that are long enough, their ends cut to whole units."""
    kept: list[Span] = []
    for start, end in stretches:
        long = end - start
        if "at_least" in filters and long < length(filters["at_least"]):
            continue
        if "longer_than" in filters and long <= length(filters["longer_than"]):
            continue
        if "whole" in filters:
            long -= long % length(filters["whole"])
        if long:
            kept.append((start, start + long))
    return kept


def span_active(month: Document, whole: Span) -> Span:
    """The period cut to the time in which the subscription was active (it may be empty)."""
    active = month.get("active") or {}
    begin, end = whole
    if active.get("from") is not None:
        begin = max(begin, instant(active["from"]))
    if active.get("to") is not None:
        end = min(end, instant(active["to"]))
    return begin, max(begin, end)


def is_promised(rules: Document | None, month: Document, whole: Span) -> bool:
    """Whether the policy promises any availability to this subscription in this period."""
    if not rules:
        return False
    if month.get("subscription", "production") in (rules.get("not_for") or []):
        return False
    return rules.get("part_periods", "cut") == "cut" or span_active(month, whole) == whole


def delivery_of(policy: Document, month: Document, now: int) -> Delivery | None:
    """What was delivered in the period, or nothing where there is no promise or no denominator."""
    zone = ZoneInfo(policy["timezone"])
    whole = span_of_period(str(month["period"]), zone)
    rules: Document | None = policy.get("availability")
    if rules is None or not is_promised(rules, month, whole):
        return None
    active = span_active(month, whole)
    if active[0] == active[1]:
        return None
    failures = failures_known(rules, month, now)
    windows = excluded_windows(rules, month, now, zone)
    unseen = unmonitored(month, now)
    blind = unseen if rules.get("unmonitored", "up") == "excluded" else []
    undivided = blind + (windows if rules.get("basis", "period") == "service_time" else [])
    shifts, closed = open_hours(policy, rules.get("hours", "always"), active)
    cut = pieces(active, shifts, closed, windows, unseen, [failure.span for failure in failures])
    opened = [piece for piece in cut if within(piece, shifts) and not within(piece, closed)]
    denominator = total(piece for piece in opened if not within(piece, undivided))
    if not denominator:
        return None
    left = left_of(opened, windows + blind, failures, rules.get("outages") or {})
    counted = weighed(left, [failure for failure in failures if failure.counts])
    return Delivery(
        failures=failures,
        left=left,
        target=Fraction(str(rules["target"])) / 100,
        denominator=denominator,
        counted=counted,
        excluded=weighed(opened, failures) - counted,
        coverage=1 - Fraction(total(piece for piece in opened if within(piece, unseen)), total(opened)),
    )


def left_of(opened: list[Span], removed: list[Span], failures: list[Failure], filters: Document) -> list[Span]:
    """The stretches of counted time that pass the filter."""
    counting = [failure for failure in failures if failure.counts]
    down = [piece for piece in opened if not within(piece, removed) and heaviest(piece, counting) > 0]
    return kept_by_filter(strung_together(down), filters)


def total(spans: Iterable[Span]) -> int:
    """The length of spans that do not overlap."""
    return sum(b - a for a, b in spans)


def shown_availability(delivery: Delivery, target: Any) -> Document:
    """The availability of `simulate --json`."""
    return {
        "percent": cut_off(100 * delivery.availability),
        "target": str(target),
        "met": delivery.met,
        "counted_downtime_s": seconds(delivery.counted),
        "excluded_downtime_s": seconds(delivery.excluded),
        "coverage_percent": cut_off(100 * delivery.coverage),
        "denominator_s": seconds(Fraction(delivery.denominator)),
        "allowed_downtime_s": seconds(delivery.allowed),
    }
