"""The credits in sentences: what is owed for which missed promise, at most how much, and how to get it."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.policy.document import Terms
from contracts.policy.document.credits import LENGTHS, PERCENTAGES, Credit
from contracts.policy.document.values import Condition, Measure, Pay
from contracts.policy.durations import read_duration
from contracts.sentences.delivery import plain
from contracts.sentences.said import Group, Said, Section, by_default, length_said, listed, note_of, said, spoken

_FOR = {
    "availability": gettext_lazy("Missed availability"),
    "performance": gettext_lazy("Missed performance"),
    "response": gettext_lazy("A first answer that comes late"),
    "next_reply": gettext_lazy("A reply that comes late"),
    "update": gettext_lazy("News that comes late"),
    "status_request": gettext_lazy("A question about the status answered late"),
    "resolution": gettext_lazy("A solution that comes late"),
}
_BASES = {
    "monthly_fee": gettext_lazy("the monthly fee"),
    "annual_fee": gettext_lazy("the yearly fee"),
    "period_fee": gettext_lazy("the fee of the period"),
}
_QUANTITIES = {
    "availability": gettext_lazy("the availability"),
    "downtime_percent": gettext_lazy("the share of the period that was down"),
    "shortfall": gettext_lazy("what is missing to the promise"),
    "downtime": gettext_lazy("the downtime"),
    "excess_downtime": gettext_lazy("the downtime beyond what is allowed"),
    "longest_outage": gettext_lazy("the longest outage"),
    "misses": gettext_lazy("the number of promises missed"),
}
_COUNTS = {
    "full": gettext_lazy("Only full steps count."),
    "started": gettext_lazy("Every step that is begun counts."),
    "exact": gettext_lazy("Parts of a step count too."),
}
_OPERATORS = (
    ("<=", gettext_lazy("at most %(size)s")),
    (">=", gettext_lazy("at least %(size)s")),
    ("<", gettext_lazy("below %(size)s")),
    (">", gettext_lazy("more than %(size)s")),
)


def credits_said(terms: Terms) -> Section:
    """A group for each credit, in the policy's order."""
    groups = [
        Group(str(_FOR[rule.for_]), "", tuple(_credit(rule, terms, f"credits[{number}]")))
        for number, rule in enumerate(terms.credits)
    ]
    return Section("credits", _("Credits"), tuple(groups))


def _credit(rule: Credit, terms: Terms, path: str) -> Iterator[Said]:
    if rule.severities is not None:
        known = terms.support.severities.entries
        names = [(known[key].name if key in known else None) or spoken(key) for key in rule.severities]
        yield Said(_("For tickets of severity %(names)s.") % {"names": listed(names)}, at=(f"{path}.severities",))
    for text in _schedule(rule):
        yield said(text, rule.schedule, rule, at=(f"{path}.schedule", f"{path}.base", f"{path}.quantity"))
    if rule.note:
        at = (f"{path}.clause", f"{path}.note")
        yield Said(_("How the clause is read."), clause=rule.clause or "", reading=note_of(rule), at=at)
    yield from _limits(rule, terms.currency or "", path)
    yield from _claims(rule, path)


def _schedule(rule: Credit) -> Iterator[str]:
    schedule, base = rule.schedule, str(_BASES[rule.base])
    quantity = str(_QUANTITIES[rule.quantity]) if rule.quantity else ""
    if schedule.discretionary:
        yield _("The provider decides how much it is.")
    elif schedule.tiers is not None:
        for tier in schedule.tiers:
            told = {"quantity": quantity, "when": condition_said(tier.when, rule), "pay": pay_said(tier.pay, base)}
            yield _("If %(quantity)s is %(when)s: %(pay)s.") % told
    elif schedule.each is not None and schedule.pay is not None:
        told = {"pay": pay_said(schedule.pay, base), "each": size_said(schedule.each, rule), "quantity": quantity}
        yield _("%(pay)s for each %(each)s of %(quantity)s.") % told
        if schedule.free is not None:
            yield _("The first %(size)s are free of credit.") % {"size": size_said(schedule.free, rule)}
    elif schedule.times is not None:
        told = {"times": plain(schedule.times), "base": base, "quantity": quantity}
        yield _("%(times)s times the part of %(base)s that was paid for %(quantity)s.") % told
    elif schedule.pay is not None:
        yield _("%(pay)s, however deep the miss.") % {"pay": pay_said(schedule.pay, base)}


def _limits(rule: Credit, currency: str, path: str) -> Iterator[Said]:
    if rule.schedule.each is not None:
        counts = str(_COUNTS[rule.schedule.count])
        stated = "count" in rule.schedule.model_fields_set
        yield Said(counts, at=(f"{path}.schedule.count",)) if stated else by_default(counts)
    if not rule.schedule.discretionary:
        cap = _("At most %(cap)s.") % {"cap": pay_said(rule.cap, str(_BASES[rule.base]))}
        yield Said(cap, at=(f"{path}.cap",)) if "cap" in rule.model_fields_set else by_default(cap)
    if rule.minimum is not None:
        least = f"{plain(rule.minimum.amount)} {currency}".rstrip()
        text = _("An amount below %(least)s is not paid.") if rule.minimum.below == "drop" else ""
        text = text or _("An amount below %(least)s is raised to it.")
        yield said(text % {"least": least}, rule.minimum, rule, at=(f"{path}.minimum",))
    if not rule.only_if_missed:
        yield Said(_("It is worked out whether or not the promise is missed."), at=(f"{path}.only_if_missed",))


def _claims(rule: Credit, path: str) -> Iterator[Said]:
    claim = rule.claim
    if claim.by == "automatic":
        text = _("You need not ask for it: it comes by itself.")
    elif claim.within is None:
        text = _("You ask for it; there is no time limit.")
    elif claim.from_ == "failure":
        text = _("You claim it within %(length)s after the end of the failure.") % {"length": length_said(claim.within)}
    else:
        text = _("You claim it within %(length)s after the end of the period.") % {"length": length_said(claim.within)}
    yield said(text, claim, rule, at=(f"{path}.claim",)) if "claim" in rule.model_fields_set else by_default(text)
    settled = _("It is taken off the next invoice.")
    if rule.settle == "refund_if_not_renewed":
        settled = _("It is applied to your account, and refunded if you do not renew.")
    yield Said(settled, at=(f"{path}.settle",)) if "settle" in rule.model_fields_set else by_default(settled)
    if "current_account" in rule.requires:
        standing = _("Your account has to be in good standing.")
        yield Said(standing, clause=rule.clause or "", at=(f"{path}.requires",))


def pay_said(pay: Pay, base: str) -> str:
    """`10 % of the monthly fee`, `1/12 of the yearly fee`, or service worth so much time."""
    if pay.share is None:
        return _("the fee for %(length)s of service") % {"length": length_said(read_duration(pay.text))}
    share = pay.text.replace("%", " %").replace("  ", " ")
    return _("%(share)s of %(base)s") % {"share": share, "base": base}


def size_said(size: Measure, rule: Credit) -> str:
    """A size of the rule's quantity in its unit."""
    if rule.quantity in LENGTHS and size.us is not None:
        return length_said(read_duration(size.text))
    return f"{size.text} %" if rule.quantity in PERCENTAGES else size.text


def condition_said(when: Condition, rule: Credit) -> str:
    """`below 99.9 %`, `at least 4 hours`."""
    words = next(words for operator, words in _OPERATORS if when.operator == operator)
    return str(words) % {"size": size_said(when.measure, rule)}
