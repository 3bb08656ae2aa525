"""Credits of one period: what is owed for a missed promise, and where its claim stands."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from .calendars_of_months import Document, days_in, span_of_period
from .downtime import Delivery, Failure, weighed
from .figures_of_months import money, seconds
from .moments import DAY, Span, instant, length, moved, written

NOTHING = Fraction(0)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
SIZES = {"downtime", "excess_downtime", "longest_outage"}


@dataclass(frozen=True)
class Period:
    """The month of one subscription and all that its credits are worked out from."""

    policy: Document
    month: Document
    now: int
    delivery: Delivery | None
    performance: Document
    active: Span

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the policy, in which claim windows run."""
        return ZoneInfo(self.policy["timezone"])

    @property
    def kind(self) -> str:
        """A `month`, a `quarter` or a `year`, by its name."""
        name = str(self.month["period"])
        return "year" if len(name) == 4 else "quarter" if "Q" in name else "month"

    @property
    def end(self) -> int:
        """The end of the calendar period, whatever the subscription's."""
        return span_of_period(str(self.month["period"]), self.zone)[1]

    @property
    def currency(self) -> str:
        """That of the fee, else that of the policy."""
        fee = self.month.get("fee") or {}
        return str(fee.get("currency") or self.policy.get("currency") or "USD")

    def claims(self) -> list[int]:
        """The claims made by now."""
        made = [instant(claim["at"]) for claim in self.month.get("claims") or []]
        return [at for at in made if at <= self.now]


@dataclass(frozen=True)
class Standing:
    """How a credit's promise and claim stand: what is claimed, until when the rest may be."""

    claimed: bool
    covered: list[Failure] | None  # the claimed failures; None where claims do not go by failure
    claim_by: int | None


def misses_of(rule: Document, period: Period) -> int:
    """The breaches of the rule's clock in the period, at its severities, that have happened."""
    severities = rule.get("severities")
    counted = 0
    for miss in period.month.get("misses") or []:
        at = instant(miss["at"])
        if miss["clock"] != rule["for"] or at > period.now:
            continue
        if severities is not None and miss["severity"] not in severities:
            continue
        counted += period.active[0] <= at < period.active[1]
    return counted


def is_missed(rule: Document, period: Period) -> bool | None:
    """Whether the rule's promise was missed; None where it is not judged at all."""
    if rule["for"] == "availability":
        return None if period.delivery is None else not period.delivery.met
    if rule["for"] == "performance":
        return not all(metric["met"] for metric in period.performance.values()) if period.performance else None
    return misses_of(rule, period) > 0


def fee_of(base: str, period: Period) -> Fraction:
    """The fee that a credit is a part of."""
    fee = period.month.get("fee") or {}
    monthly = Fraction(str(fee.get("monthly", "0")))
    annual = Fraction(str(fee["annual"])) if fee.get("annual") is not None else 12 * monthly
    if base == "annual_fee" or (base == "period_fee" and period.kind == "year"):
        return annual
    return 3 * monthly if base == "period_fee" and period.kind == "quarter" else monthly


def length_of_base(rule: Document, period: Period) -> Fraction:
    """How long the period is that the base is the fee for."""
    base = rule.get("base", "monthly_fee")
    months = 12 if base == "annual_fee" else MONTHS[period.kind] if base == "period_fee" else 1
    if rule.get("month") is not None:
        return Fraction(months * length(rule["month"]))
    return Fraction(days_in(str(period.month["period"])) * DAY * months, MONTHS[period.kind])


def paid(pay: Any, rule: Document, period: Period) -> Fraction:
    """What a `pay` or a `cap` comes to: a percentage, a fraction or time of the base."""
    text = str(pay)
    base = fee_of(rule.get("base", "monthly_fee"), period)
    if text.endswith("%"):
        return base * Fraction(text[:-1]) / 100
    if text[-1].isalpha():
        return base * length(text) / length_of_base(rule, period)
    return base * Fraction(text)


def quantity_of(rule: Document, period: Period, failures: list[Failure]) -> Fraction:
    """The rule's quantity (percent, microseconds, a number), were only these failures claimed."""
    if rule["quantity"] == "misses":
        return Fraction(misses_of(rule, period))
    delivery = period.delivery
    assert delivery is not None
    parts = delivery.part_in(failures)
    downtime = weighed(parts, failures)
    availability = delivery.after(downtime)
    longest = max((b - a for a, b in parts), default=0)
    return {
        "availability": 100 * availability,
        "downtime_percent": 100 * (1 - availability),
        "shortfall": max(NOTHING, 100 * (delivery.target - availability)),
        "downtime": downtime,
        "excess_downtime": max(NOTHING, downtime - delivery.allowed),
        "longest_outage": Fraction(longest),
    }[rule["quantity"]]


def in_unit(text: Any, rule: Document) -> Fraction:
    """A figure of a schedule in the unit of the rule's quantity."""
    return Fraction(length(str(text))) if rule["quantity"] in SIZES else Fraction(str(text))


def holds(when: str, quantity: Fraction, rule: Document) -> bool:
    """Whether a tier's condition, such as `< 99.9` or `>= 30m`, holds."""
    sign = when[:2] if when[1] == "=" else when[:1]
    bound = in_unit(when[len(sign) :].strip(), rule)
    return {"<": quantity < bound, "<=": quantity <= bound, ">": quantity > bound, ">=": quantity >= bound}[sign]


def steps(schedule: Document, quantity: Fraction, rule: Document) -> Fraction:
    """How many steps of the quantity are paid, beyond what is free."""
    beyond = max(NOTHING, quantity - (in_unit(schedule["free"], rule) if "free" in schedule else 0))
    exact = beyond / in_unit(schedule["each"], rule)
    counts = {"full": Fraction(exact // 1), "started": Fraction(-(-exact // 1)), "exact": exact}
    return counts[schedule.get("count", "full")]


def scheduled(rule: Document, period: Period, failures: list[Failure]) -> Fraction:
    """What the schedule pays, before cap and minimum."""
    schedule = rule["schedule"]
    if "discretionary" in schedule:
        return NOTHING
    if "quantity" not in rule:
        return paid(schedule["pay"], rule, period)
    quantity = quantity_of(rule, period, failures)
    if "tiers" in schedule:
        for tier in schedule["tiers"]:
            if holds(tier["when"], quantity, rule):
                return paid(tier["pay"], rule, period)
        return NOTHING
    if "each" in schedule:
        return steps(schedule, quantity, rule) * paid(schedule["pay"], rule, period)
    assert period.delivery is not None
    base = fee_of(rule.get("base", "monthly_fee"), period)
    return base * quantity / period.delivery.denominator * Fraction(str(schedule["times"]))


def amount_of(rule: Document, period: Period, failures: list[Failure]) -> Fraction:
    """What is owed, not rounded: base x schedule(quantity), capped, then held against the minimum."""
    cap = paid(rule.get("cap", "100%"), rule, period)
    amount = min(scheduled(rule, period, failures), cap)
    minimum = rule.get("minimum")
    if minimum and 0 < amount < Fraction(str(minimum["amount"])):
        return NOTHING if minimum["below"] == "drop" else min(Fraction(str(minimum["amount"])), cap)
    return amount


def limit_of(failure: Failure, within: str, period: Period) -> int | None:
    """Until when a failure may be claimed: none while it is on, and none for time that nobody measured.

    Unmeasured time that counts as down has no end that anybody saw, so nothing starts its window (the scenario
    `Time that nobody measured counts as down where the policy says so` leaves it claimable with no `claim_by`).
    """
    if not failure.ended or not failure.reported:
        return None
    return moved(failure.span[1], within, period.zone)


def standing_of(rule: Document, period: Period) -> Standing:
    """What has been claimed of a credit, and its `claim_by`."""
    claim = rule.get("claim") or {}
    if claim.get("by", "automatic") == "automatic":
        return Standing(claimed=False, covered=None, claim_by=None)
    if claim.get("from", "period_end") == "period_end":
        claim_by = moved(period.end, claim["within"], period.zone)
        return Standing(any(at <= claim_by for at in period.claims()), None, claim_by)
    assert period.delivery is not None
    covered: list[Failure] = []
    limits: list[int | None] = []
    for failure in period.delivery.counting():
        limit = limit_of(failure, claim["within"], period)
        limits.append(limit)
        if any(failure.span[0] <= at and (limit is None or at <= limit) for at in period.claims()):
            covered.append(failure)
    known = [limit for limit in limits if limit is not None]
    last = max(known) if known and len(known) == len(limits) else None
    return Standing(claimed=bool(covered), covered=covered, claim_by=last)


def status_of(rule: Document, period: Period, standing: Standing) -> str:
    """Where a credit stands that is worth something (or is for staff to decide) and may be had."""
    if (rule.get("claim") or {}).get("by", "automatic") == "automatic":
        return "granted" if period.now >= period.end else "pending"
    if standing.claimed:
        return "claimed"
    return "claimable" if standing.claim_by is None or period.now <= standing.claim_by else "expired"


def is_worked_out(rule: Document, missed: bool) -> bool:
    """Whether the amount is worked out: for a missed promise, or always where the rule says so."""
    return missed or str(rule.get("only_if_missed", True)).lower() == "false"


def credit_of(rule: Document, period: Period) -> Document | None:
    """One entry of `credits`, or nothing where the rule's promise was not judged."""
    missed = is_missed(rule, period)
    if missed is None:
        return None
    standing = standing_of(rule, period)
    delivery = period.delivery
    failures = standing.covered or (delivery.counting() if delivery else [])
    worked_out = is_worked_out(rule, missed)
    amount = money(amount_of(rule, period, failures) if worked_out else NOTHING, period.currency)
    entry: Document = {"for": rule["for"], "status": "none", "amount": amount, "claim_by": None}
    for_staff = "discretionary" in rule["schedule"] and missed
    if Fraction(amount) > 0 or for_staff:
        needs_account = "current_account" in (rule.get("requires") or [])
        if needs_account and str(period.month.get("account_current", True)).lower() == "false":
            entry |= {"status": "ineligible", "reason": "current_account"}
        else:
            entry["status"] = status_of(rule, period, standing)
            entry["claim_by"] = None if standing.claim_by is None else written(standing.claim_by)
    if standing.covered and delivery is not None:
        entry["claimed_downtime_s"] = seconds(weighed(delivery.part_in(standing.covered), standing.covered))
    return entry
