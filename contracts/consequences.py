"""What a change of a contract does to months and tickets, in sentences, to be read before it is saved.

They say what `uptime.opening`, `credits` and `tickets` make of the change that the act leaves (docs/contracts.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Subscription, Term
from contracts.policy.agreement import Agreement
from contracts.policy.periods import Period, period_at
from contracts.queries import agreed_at
from slaportal.intervals import instant_of, moment_of
from slaportal.pages.times import at_reader

PERIODS = {"month": gettext_lazy("month"), "quarter": gettext_lazy("quarter"), "year": gettext_lazy("year")}


def of_subscribing(agreement: Agreement, *, starts_at: datetime, now: datetime) -> list[str]:
    """A subscription whose first term begins then."""
    told = {"at": at_reader(starts_at, now).text, "period": _period_in_words(agreement)}
    said = [
        _("From %(at)s on tickets can be opened for it, and each %(period)s is measured by what it covers.") % told,
        _("It covers no service yet: choose what it covers on the page that comes next."),
        *_of_a_part(agreement, starts_at, told),
    ]
    if starts_at < now:
        past = _("That is in the past: each %(period)s since then is worked out now, and closed once its time is over.")
        said.append(past % told)
    return said


def of_new_term(
    terms: Sequence[Term], agreement: Agreement, *, names: Mapping[str, str], starts_at: datetime, now: datetime
) -> list[str]:
    """Another plan, kind or fee from then on; `terms` are those there are, `agreement` that of the new one.

    `names` are what the plans are called, by key.
    """
    period = _around(agreement, starts_at)
    begun = _runs_within(terms, moment_of(period.start), starts_at)
    first = moment_of(period.end) if begun else starts_at
    told = {
        "at": at_reader(starts_at, now).text,
        "first": at_reader(first, now).text,
        "period": _period_in_words(agreement),
    }
    said = _of_another_plan([term for term in terms if term.starts_at < starts_at], agreement, names)
    if begun:
        kept = _("The %(period)s in which %(at)s lies keeps the plan, the kind and the fee with which it began.")
        said.append(kept % told)
    else:
        said += _of_a_part(agreement, starts_at, told)
    said.append(_("Each %(period)s that begins at %(first)s or later is worked out by the new ones.") % told)
    if first < now:
        corrected = _(
            "What began since then is worked out anew; beside a closed %(period)s a correction is made, "
            "so the customer sees both."
        )
        said.append(corrected % told)
    tickets = _("Tickets keep the plan under which they were opened; those opened from then on have the new one.")
    late = _("Tickets keep the plan under which they were opened, also those opened since %(at)s; new ones have this.")
    said.append((late if starts_at < now else tickets) % told)
    return said


def of_ending(agreement: Agreement, *, ends_at: datetime, now: datetime) -> list[str]:
    """Nothing is promised from then on; `agreement` is what the period in which that lies has pinned."""
    told = {"at": at_reader(ends_at, now).text, "period": _period_in_words(agreement)}
    none = _("From %(at)s on nothing is promised: no ticket can be opened for it, and no outage counts.")
    if _is_whole_until(agreement, ends_at):
        last = [_("The %(period)s that ends then is measured as a whole; none is measured after it.") % told]
    elif part := _of_a_part(agreement, ends_at, told):
        last = [*part, _("No %(period)s is measured after it.") % told]
    else:
        last = [_("The %(period)s in which that lies is measured up to then; none is measured after it.") % told]
    said = [none % told, *last]
    if ends_at < now:
        corrected = _("Each %(period)s since then is worked out anew; beside a closed one a correction is made.")
        said.append(corrected % told)
    said.append(_("Tickets that are open stay open and keep their deadlines."))
    return said


def of_standing(agreement: Agreement | None) -> str:
    """Whether the account is in good standing or not."""
    rules = () if agreement is None else agreement.terms.credits
    if any("current_account" in rule.requires for rule in rules):
        return _(
            "The policy in force owes credits only while the account is in good standing: once you save, "
            "all credits that are not settled yet are worked out anew, those of past months too."
        )
    return _(
        "The policy in force does not ask for it. Only unsettled credits of months under an older version that does "
        "are worked out anew once you save."
    )


def of_covering() -> str:
    """A service more."""
    return _(
        "Every month that is not closed is worked out anew with the outages of the service, from its first day; "
        "closed months stay as they are. Tickets can name it."
    )


def of_uncovering() -> str:
    """A service less."""
    return _(
        "Every month that is not closed is worked out anew without the outages of this service, from its first day; "
        "closed months stay as they are. New tickets cannot name it; those that do keep it."
    )


def period_after(agreement: Agreement, at: datetime) -> datetime:
    """When the next period of the agreement begins: the instant from which a new term leaves no period half."""
    return moment_of(_around(agreement, at).end)


def pinned_until(subscription: Subscription, terms: Sequence[Term], ends_at: datetime) -> Agreement:
    """What the period in which an end lies has pinned: what was agreed where its active part began."""
    agreement = agreed_at(subscription, terms[-1].plan, ends_at)[1]
    start = moment_of(_around(agreement, ends_at).start)
    first = next((term for term in terms if term.ends_at is None or term.ends_at > start), terms[-1])
    began = max(start, first.starts_at)
    return agreement if began >= ends_at else agreed_at(subscription, first.plan, began)[1]


def _of_another_plan(before: Sequence[Term], agreement: Agreement, names: Mapping[str, str]) -> list[str]:
    """That the plan is another one than that of the last of the terms before."""
    if not before or before[-1].plan == agreement.plan:
        return []
    old = before[-1].plan
    told = {"old": names.get(old, old), "new": agreement.plan_name}
    return [_("The plan changes: from %(old)s to %(new)s.") % told]


def _is_whole_until(agreement: Agreement, at: datetime) -> bool:
    """That no period is cut at that instant: one begins there."""
    return moment_of(_around(agreement, at).start) == at


def _of_a_part(agreement: Agreement, at: datetime, told: Mapping[str, str]) -> list[str]:
    """The sentence on the period that is cut there, where the policy promises nothing for a part of one."""
    promise = agreement.terms.availability
    if promise is None or promise.part_periods == "cut" or _is_whole_until(agreement, at):
        return []
    part = _(
        "The %(period)s in which %(at)s lies has no promise of availability, and no credit for it: "
        "the policy promises nothing for a part of one."
    )
    return [part % told]


def _around(agreement: Agreement, at: datetime) -> Period:
    promise = agreement.terms.availability
    return period_at(instant_of(at), "month" if promise is None else promise.period, agreement.zone)


def _period_in_words(agreement: Agreement) -> str:
    promise = agreement.terms.availability
    return str(PERIODS["month" if promise is None else promise.period])


def _runs_within(terms: Iterable[Term], start: datetime, end: datetime) -> bool:
    """Whether something ran in [start, end)."""
    return start < end and any(
        term.starts_at < end and (term.ends_at is None or term.ends_at > start) for term in terms
    )
