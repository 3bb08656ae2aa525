"""Months as they go out: plain dicts of the shapes, read from the stored figures alone, as their pages are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from contracts.models import PolicyVersion, Subscription
from contracts.policy.agreement import Agreement
from contracts.policy.document.availability import Availability
from contracts.policy.document.stated import Stated
from contracts.sentences.said import note_of
from credits.api.exact import amount_said, number_said, seconds_said
from credits.models import Assessment
from credits.queries import agreement_of_period, assessments_of, is_up_to_date, newest_revision
from credits.showing.amounts import fraction_of
from credits.showing.arithmetic import Line, sum_of
from credits.showing.pictures import burn_of
from credits.showing.pieces import outages_in
from slaportal.api.shapes import moment
from slaportal.intervals import instant_of, moment_of
from slaportal.tenancy.models import Tenant
from tickets.queries import agreements_of
from uptime.figures import cut_off
from uptime.models import SubscriptionPeriod
from uptime.words import period_in_words

Said = dict[str, Any]
_KINDS = {"": "figure", "sub": "less", "tot": "total"}


class Names:
    """Of the tenants and subscriptions that rows point at, looked up once."""

    def __init__(self, rows: Iterable[Any]) -> None:
        pairs = [(row.tenant_id, row.subscription_id) for row in rows]
        self._tenants = _by_id(Tenant.objects.all(), {tenant for tenant, _subscription in pairs})
        self._subscriptions = _by_id(Subscription.objects.all(), {subscription for _tenant, subscription in pairs})

    def of(self, row: Any) -> Said:
        """Both, as every row has them."""
        return {
            "tenant": {"id": row.tenant_id, "name": self._tenants[row.tenant_id]},
            "subscription": {"id": row.subscription_id, "name": self._subscriptions[row.subscription_id]},
        }


def _by_id(rows: QuerySet[Any], ids: Iterable[int]) -> dict[int, str]:
    wanted = set(ids)
    return dict(rows.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}


def stated_said(stated: Stated | None) -> Said:
    """The clause that something rests on, and how it was read."""
    return {
        "clause": None if stated is None else stated.clause or None,
        "note": None if stated is None else note_of(stated) or None,
    }


def months_said(periods: Sequence[SubscriptionPeriod]) -> list[Said]:
    """Each as lists have it. Four queries, however many there are, once the texts of the policies are known."""
    owed: dict[int, list[Assessment]] = defaultdict(list)
    rows = Assessment.objects.filter(period__in=[period.pk for period in periods]).defer("figures")
    for row in rows.order_by("position"):
        owed[row.period_id].append(row)
    agreements = agreements_of((period.version_id, period.plan) for period in periods)
    names = Names(periods)
    return [_month(period, names, owed[period.pk], agreements[period.version_id, period.plan]) for period in periods]


def _month(period: SubscriptionPeriod, names: Names, owed: Iterable[Assessment], agreement: Agreement) -> Said:
    return {
        "id": period.pk,
        "month": period.text,
        "revision": period.revision,
        **names.of(period),
        "starts_at": moment(period.starts_at),
        "ends_at": moment(period.ends_at),
        "percent": period.percent,
        "met": period.met,
        "worked_out_at": moment(period.worked_out_at),
        "closes_at": moment(period.closes_at),
        "closed_at": moment(period.closed_at),
        "credits": [owed_said(row, agreement) for row in owed],
    }


def owed_said(row: Assessment, agreement: Agreement) -> Said:
    """A credit in short."""
    rules = agreement.terms.credits
    rule = rules[row.position] if row.position < len(rules) else None
    undecided = rule is not None and rule.schedule.discretionary and row.missed and not row.amount
    return {
        "id": row.pk,
        "credit_for": row.credit_for,
        "status": row.status,
        "amount": None if undecided else amount_said(row.amount, row.currency),
        "currency": row.currency,
        "claim_by": moment(row.claim_by),
    }


def month_said(period: SubscriptionPeriod, now: datetime) -> Said:
    """One with its arithmetic, line by line, and the policy that it is measured by."""
    agreement = agreement_of_period(period)
    version: PolicyVersion = period.version
    promise, outages = agreement.terms.availability, outages_in(period.figures)
    newest = newest_revision(period)
    worked = None if promise is None else sum_of(period, period_in_words(period.text), promise, outages)
    return {
        **_month(period, Names([period]), assessments_of(period).defer("figures"), agreement),
        "policy": {
            "policy": version.policy,
            "number": version.number,
            "plan": period.plan,
            "plan_name": agreement.plan_name or period.plan,
            "effective_from": moment(version.effective_from),
        },
        "timezone": agreement.zone.key,
        "fee_monthly": amount_said(period.fee_monthly, period.currency),
        "fee_annual": amount_said(period.fee_annual, period.currency),
        "currency": period.currency,
        "availability": None if promise is None else _availability(period, agreement, promise, now),
        "why_none": period.figures.get("why_none"),
        "sum": [] if worked is None else [_line(line, period.figures["availability"]) for line in worked.lines],
        "performance": _performance(period, agreement),
        "up_to_date": period.marked_at is None and is_up_to_date(period),
        "newest": newest.pk if newest.revision > period.revision else None,
    }


def _availability(
    period: SubscriptionPeriod, agreement: Agreement, promise: Availability, now: datetime
) -> Said | None:
    stored = period.figures.get("availability")
    if not stored:
        return None
    counted, allowed = fraction_of(stored["counted_downtime_us"]), fraction_of(stored["allowed_downtime_us"])
    excluded = fraction_of(stored["excluded_downtime_us"])
    pieces = [piece for outage in outages_in(period.figures) for piece in outage.pieces]
    start, end = instant_of(period.starts_at), instant_of(period.ends_at)
    burn = burn_of(pieces, start, end, allowed, now=instant_of(now), zone=agreement.zone)
    used_up = None if burn is None or burn.used_up is None else moment_of(burn.used_up)
    return {
        "percent": stored["percent"],
        "target": number_said(Fraction(stored["target"])),
        "met": stored["met"],
        "strength": promise.strength,
        "period": promise.period,
        "service_time_s": seconds_said(stored["denominator_us"]),
        "open_s": seconds_said(stored["open_us"]),
        "reported_s": seconds_said(counted + excluded),
        "not_counted_s": seconds_said(excluded),
        "counted_s": seconds_said(counted),
        "allowed_s": seconds_said(allowed),
        "left_s": seconds_said(allowed - counted),
        "used_percent": cut_off(100 * counted, allowed) if allowed else None,
        "used_up_at": moment(used_up),
        "longest_outage_s": seconds_said(stored["longest_outage_us"]),
        "coverage_percent": stored["coverage_percent"],
        "unmonitored_s": seconds_said(stored["unmonitored_us"]),
        "unmonitored_read_as": promise.unmonitored,
        **stated_said(promise),
    }


def _line(line: Line, stored: Mapping[str, Any]) -> Said:
    return {
        "line": line.key,
        "label": line.label,
        "note": line.note,
        "kind": _KINDS[line.kind],
        "length_s": None if line.us is None else seconds_said(line.us),
        "percent": stored["percent"] if line.us is None else None,
    }


def _performance(period: SubscriptionPeriod, agreement: Agreement) -> list[Said]:
    """Each region of each metric that the policy promises something of."""
    promises = agreement.terms.performance.entries
    return [
        {
            "metric": name,
            "statistic": promises[name].statistic,
            "region": region or None,
            "value": number_said(fraction_of(value["value"])),
            "samples": value["samples"],
            "comparison": promises[name].is_,
            "limit": number_said(Fraction(promises[name].limit)),
            "regions": promises[name].in_ if promises[name].per else None,
            "met": value["met"],
            "clause": promises[name].clause or None,
        }
        for name, stored in period.figures.get("performance", {}).items()
        if name in promises
        for region, value in sorted(stored["values"].items())
    ]
