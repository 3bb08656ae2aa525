"""How the amount of a credit came about, step by step, read back from what was kept of its assessment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Step:
    """One line; `kind` is `tot` for the amount."""

    label: str
    note: str
    figure: str
    kind: str = ""


def steps_of(assessment: Assessment, rule: Credit) -> list[Step]:
    """The steps of a stored assessment; none where nothing was worked out."""
    reckoning = assessment.figures.get("reckoning")
    return [] if not reckoning else list(_steps(assessment, rule, reckoning))


def _steps(assessment: Assessment, rule: Credit, reckoning: Mapping[str, Any]) -> Iterator[Step]:
    currency, schedule = assessment.currency, rule.schedule
    if "claimed_us" in assessment.figures:
        yield Step(_("Downtime of the outages claimed"), "", length_of(fraction_of(assessment.figures["claimed_us"])))
    if "quantity" in reckoning:
        yield Step(str(_QUANTITIES[rule.quantity or "misses"]), "", _sized(rule, reckoning["quantity"]))
        yield from _counted(rule, reckoning)
    if schedule.times is not None and "downtime" in assessment.figures:
        whole = assessment.figures["downtime"]["denominator_us"]
        note = _("%(times)s times the downtime, divided by the month") % {"times": cut(Fraction(schedule.times))}
        yield Step(_("Length of the month"), note, length_of(whole))
    base, share = fraction_of(reckoning["base"]), fraction_of(reckoning["share"])
    if schedule.discretionary:
        yield Step(_("The provider decides the amount"), "", _("on your claim"))
        return
    yield Step(str(BASES[rule.base]).capitalize(), "", money(base, currency))
    yield Step(_("Share that is paid"), "", share_in_words(share))
    yield Step(_("Comes to"), "", money(fraction_of(reckoning["uncapped"]), currency))
    yield from _kept_within(rule, reckoning, currency)
    yield Step(_("Credit"), _("rounded once"), money(fraction_of(reckoning["amount"]), currency), "tot")


def _counted(rule: Credit, reckoning: Mapping[str, Any]) -> Iterator[Step]:
    """The steps of the quantity that count (each), or the tier that holds (tiers)."""
    schedule = rule.schedule
    if schedule.each is not None and "steps" in reckoning:
        if schedule.free is not None:
            yield Step(_("Free of credit"), "", _measured(rule, schedule.free.size))
            yield Step(_("Beyond that"), "", _sized(rule, reckoning["beyond"]))
        each = _("for each %(size)s, %(count)s") % {
            "size": _measured(rule, schedule.each.size),
            "count": COUNTS[schedule.count],
        }
        yield Step(_("Steps that count"), each, cut(fraction_of(reckoning["steps"])))
    elif schedule.tiers is not None:
        if "tier" not in reckoning:
            yield Step(_("Tier"), "", _("none applies"))
        else:
            tier = schedule.tiers[reckoning["tier"]]
            yield Step(_("Tier"), _("pays %(pay)s") % {"pay": tier.pay.text}, condition_in_words(tier.when.text))


def _kept_within(rule: Credit, reckoning: Mapping[str, Any], currency: str) -> Iterator[Step]:
    cap = fraction_of(reckoning["cap"])
    if fraction_of(reckoning["uncapped"]) > cap:
        yield Step(_("Capped at"), rule.cap.text, money(cap, currency))
    if rule.minimum is not None and reckoning.get("minimum"):
        least = money(rule.minimum.amount, currency)
        said = _("raised to the least") if reckoning["minimum"] == "raised" else _("below it nothing is paid")
        yield Step(_("Least amount"), said, least)


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


def _sized(rule: Credit, text: str) -> str:
    return _measured(rule, fraction_of(text))


def _measured(rule: Credit, size: Fraction) -> str:
    """A size of the rule's quantity in its unit."""
    if rule.quantity in LENGTHS:
        return length_of(size)
    return f"{cut(size)} %" if rule.quantity in PERCENTAGES else cut(size)
