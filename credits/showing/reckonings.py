"""How the amount of a credit came about, step by step, read back from what was kept of its assessment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.policy.document.credits import LENGTHS, PERCENTAGES, Credit
from credits.models import Assessment
from credits.showing.amounts import cut, fraction_of, length_of
from slaportal.pages.amounts import money

_QUANTITIES = {
    "availability": gettext_lazy("Availability"),
    "downtime_percent": gettext_lazy("Share of the month that was down"),
    "shortfall": gettext_lazy("Short of the promise by"),
    "downtime": gettext_lazy("Downtime that counts"),
    "excess_downtime": gettext_lazy("Downtime beyond what is allowed"),
    "longest_outage": gettext_lazy("Longest outage"),
    "misses": gettext_lazy("Promises missed"),
}
BASES = {
    "monthly_fee": gettext_lazy("monthly fee"),
    "annual_fee": gettext_lazy("yearly fee"),
    "period_fee": gettext_lazy("fee of the period"),
}
COUNTS = {
    "full": gettext_lazy("full ones only"),
    "started": gettext_lazy("each one begun"),
    "exact": gettext_lazy("parts count too"),
}


# Money is in the currency of the credit, `place` that of a tier in the policy, counted from one.
Unit = Literal["percent", "microseconds", "count", "place", "share", "money", "none"]


@dataclass(frozen=True, slots=True)
class Step:
    """One line; `kind` is `tot` for the amount.

    `key` names it for programs; `value` is the figure exactly in its `unit`, None where it is none.
    """

    key: str
    label: str
    note: str
    figure: str
    value: Fraction | None
    unit: Unit
    kind: str = ""


def steps_of(assessment: Assessment, rule: Credit) -> list[Step]:
    """The steps of a stored assessment; none where nothing was worked out."""
    reckoning = assessment.figures.get("reckoning")
    return [] if not reckoning else list(_steps(assessment, rule, reckoning))


def _steps(assessment: Assessment, rule: Credit, reckoning: Mapping[str, Any]) -> Iterator[Step]:
    currency, schedule = assessment.currency, rule.schedule
    if "claimed_us" in assessment.figures:
        claimed = fraction_of(assessment.figures["claimed_us"])
        label = _("Downtime of the outages claimed")
        yield Step("claimed", label, "", length_of(claimed), claimed, "microseconds")
    if "quantity" in reckoning:
        yield _sized("quantity", str(_QUANTITIES[rule.quantity or "misses"]), rule, fraction_of(reckoning["quantity"]))
        yield from _counted(rule, reckoning)
    if schedule.times is not None and "downtime" in assessment.figures:
        whole = fraction_of(assessment.figures["downtime"]["denominator_us"])
        note = _("%(times)s times the downtime, divided by the month") % {"times": cut(Fraction(schedule.times))}
        yield Step("denominator", _("Length of the month"), note, length_of(whole), whole, "microseconds")
    if schedule.discretionary:
        label = _("The provider decides the amount")
        yield Step("discretionary", label, "", _("on your claim"), None, "none")
        return
    share = fraction_of(reckoning["share"])
    yield _paid("base", str(BASES[rule.base]).capitalize(), fraction_of(reckoning["base"]), currency)
    yield Step("share", _("Share that is paid"), "", share_in_words(share), share, "share")
    yield _paid("uncapped", _("Comes to"), fraction_of(reckoning["uncapped"]), currency)
    yield from _kept_within(rule, reckoning, currency)
    amount = fraction_of(reckoning["amount"])
    yield Step("amount", _("Credit"), _("rounded once"), money(amount, currency), amount, "money", "tot")


def _counted(rule: Credit, reckoning: Mapping[str, Any]) -> Iterator[Step]:
    """The steps of the quantity that count (each), or the tier that holds (tiers)."""
    schedule = rule.schedule
    if schedule.each is not None and "steps" in reckoning:
        if schedule.free is not None:
            yield _sized("free", _("Free of credit"), rule, schedule.free.size)
            yield _sized("beyond", _("Beyond that"), rule, fraction_of(reckoning["beyond"]))
        each = _("for each %(size)s, %(count)s") % {
            "size": _measured(rule, schedule.each.size),
            "count": COUNTS[schedule.count],
        }
        steps = fraction_of(reckoning["steps"])
        yield Step("steps", _("Steps that count"), each, cut(steps), steps, "count")
    elif schedule.tiers is not None:
        if "tier" not in reckoning:
            yield Step("tier", _("Tier"), "", _("none applies"), None, "place")
        else:
            place = reckoning["tier"]
            tier = schedule.tiers[place]
            pays, when = _("pays %(pay)s") % {"pay": tier.pay.text}, condition_in_words(tier.when.text)
            yield Step("tier", _("Tier"), pays, when, Fraction(place + 1), "place")


def _kept_within(rule: Credit, reckoning: Mapping[str, Any], currency: str) -> Iterator[Step]:
    cap = fraction_of(reckoning["cap"])
    if fraction_of(reckoning["uncapped"]) > cap:
        yield _paid("cap", _("Capped at"), cap, currency, rule.cap.text)
    if rule.minimum is not None and reckoning.get("minimum"):
        said = _("raised to the least") if reckoning["minimum"] == "raised" else _("below it nothing is paid")
        yield _paid("minimum", _("Least amount"), Fraction(rule.minimum.amount), currency, said)


def _paid(key: str, label: str, amount: Fraction, currency: str, note: str = "") -> Step:
    return Step(key, label, note, money(amount, currency), amount, "money")


def _sized(key: str, label: str, rule: Credit, size: Fraction) -> Step:
    """A size of the rule's quantity in its unit."""
    unit: Unit = "microseconds" if rule.quantity in LENGTHS else "percent"
    if rule.quantity not in (*LENGTHS, *PERCENTAGES):
        unit = "count"
    return Step(key, label, "", _measured(rule, size), size, unit)


def condition_in_words(text: str) -> str:
    """`below 99.9` of `< 99.9`."""
    for operator, words in (
        ("<=", _("at most %(size)s")),
        (">=", _("at least %(size)s")),
        ("<", _("below %(size)s")),
        (">", _("more than %(size)s")),
    ):
        if text.startswith(operator):
            return words % {"size": text[len(operator) :].strip()}
    return text


def share_in_words(share: Fraction) -> str:
    """`10 %`, or as a fraction where no percentage says it exactly: `1/12`."""
    exact = (100 * share * 10**4).denominator == 1
    return f"{cut(100 * share, 4)} %" if exact else f"{share.numerator}/{share.denominator}"


def _measured(rule: Credit, size: Fraction) -> str:
    """A size of the rule's quantity in its unit."""
    if rule.quantity in LENGTHS:
        return length_of(size)
    return f"{cut(size)} %" if rule.quantity in PERCENTAGES else cut(size)
