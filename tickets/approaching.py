"""When a clock has used up a share of its time, if nothing changes: what owners are warned of, what is escalated."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from contracts.policy.agreement import Agreement
from contracts.policy.document.support import Act
from contracts.policy.document.values import Moment
from slaportal.intervals import Instant
from tickets.clocks import Clock
from tickets.timing import timing_of

# The shares, in percent, at which the owner of a ticket is told (product, Main flows: Ticket).
WARNED_AT = (75, 90)


@dataclass(frozen=True, slots=True)
class Rule:
    """What an agreement escalates at one moment of a clock: the acts of all its rules for that moment, each once."""

    moment: Moment
    acts: tuple[Act, ...]

    @property
    def name(self) -> str:
        """The moment as it is written, without blanks: the same one for `75%` and `75 %`."""
        return self.moment.text.replace(" ", "")


def warnings_of(clock: Clock) -> Iterator[tuple[int, Instant]]:
    """Each share with the instant at which it is reached, while the clock has not stopped and is not paused before."""
    if clock.stopped_at is None and clock.due is not None and clock.since < clock.due:
        for percent in WARNED_AT:
            reached = reached_at(clock, percent)
            if reached is not None:
                yield percent, reached


def soon_at(clock: Clock) -> Instant | None:
    """From when on a clock that has not stopped is due soon: the first of the shares."""
    return None if clock.stopped_at is not None or clock.due is None else reached_at(clock, WARNED_AT[0])


def escalations_of(agreement: Agreement, clock: Clock) -> Iterator[tuple[Rule, Instant]]:
    """What the agreement escalates of a clock that has not stopped, with the instant at which its moment is reached.

    A moment before due is one of the clock's own time, one after it of real time (docs/tickets.md, Readings).
    """
    if clock.stopped_at is None:
        for rule in _rules_of(agreement).get((clock.name, clock.target.severity), ()):
            reached = _reaches(clock, rule.moment)
            if reached is not None:
                yield rule, reached


@lru_cache(maxsize=1024)
def _rules_of(agreement: Agreement) -> Mapping[tuple[str, str], tuple[Rule, ...]]:
    """By clock and severity; several rules for one moment are one."""
    targets = timing_of(agreement).targets
    found: dict[tuple[str, str], dict[tuple[Fraction | None, int | None], Rule]] = defaultdict(dict)
    for stated in agreement.terms.support.escalate:
        for severity in targets[stated.clock]:
            if severity is None or (stated.severities is not None and severity not in stated.severities):
                continue
            rules, key = found[stated.clock, severity], (stated.at.share, stated.at.offset_us)
            moment, acts = (rules[key].moment, rules[key].acts) if key in rules else (stated.at, ())
            rules[key] = Rule(moment, tuple(dict.fromkeys((*acts, *stated.do))))
    return {key: tuple(rules.values()) for key, rules in found.items()}


def _reaches(clock: Clock, moment: Moment) -> Instant | None:
    """None while paused before it, and after due while due is not known."""
    if moment.share is not None:
        return _used_up(clock, moment.share)
    offset = moment.offset_us or 0
    if offset >= 0 or clock.target.limit_days is not None:
        return None if clock.due is None else max(clock.since, clock.due + offset)
    return _counted_to(clock, max(0, clock.target.limit + offset))


def reached_at(clock: Clock, percent: int) -> Instant | None:
    """The earliest instant at which `percent` of the target has been used; None while paused before that.

    Of a target in business days, which is never paused, the share is one of the real time until it is due.
    """
    return _used_up(clock, Fraction(percent, 100))


def _used_up(clock: Clock, share: Fraction) -> Instant | None:
    if clock.target.limit_days is not None:
        return None if clock.due is None else clock.since + _share(clock.due - clock.since, share)
    return _counted_to(clock, _share(clock.target.limit, share))


def _counted_to(clock: Clock, length: int) -> Instant | None:
    """When the clock has counted so much open time."""
    if clock.elapsed < length:
        return None if clock.state == "paused" else clock.target.calendar.deadline(clock.at, length - clock.elapsed)
    for start, _, counted, calendar in clock.ran:
        if counted >= length:
            return calendar.deadline(start, length)
        length -= counted
    return clock.since


def _share(length: int, share: Fraction) -> int:
    """Rounded up, so that the share is not announced before it is used."""
    return -(-length * share.numerator // share.denominator)
