"""The months: the last twelve of each subscription, and one with everything that its figures are made of."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts.models import Subscription
from contracts.policy.agreement import Agreement
from credits.covering import with_claims
from credits.forms import ClaimForm, SearchForm
from credits.models import Assessment, Claim
from credits.queries import OPEN, agreement_of_period, assessments_of, claims_of, is_up_to_date, newest_revision
from credits.showing.amounts import percent_cut
from credits.showing.claims import ToClaim, cards_of, claim_rows, counting, to_claim
from credits.showing.lists import months_of, services_by_key
from credits.showing.month import breaches_shown, month_of, verdict_of
from slaportal.intervals import instant_of
from slaportal.pages.times import at_reader
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.models import CUSTOMER_ROLES, STAFF_ROLES, Membership, Role
from tickets.queries import breaches_between
from uptime.access import get_period_for
from uptime.models import SubscriptionPeriod
from uptime.queries import periods_of
from uptime.words import period_in_words

EVERYBODY = (*STAFF_ROLES, *CUSTOMER_ROLES)
MAY_CLAIM = (Role.LEAD, Role.ADMIN, *CUSTOMER_ROLES)
SUBSCRIPTIONS = 10
BACK = 13
# A month in which more promises on tickets were missed names the first so many.
MOST_BREACHES = 200


@needs(*EVERYBODY)
@require_safe
def months(request: HttpRequest) -> HttpResponse:
    """The last twelve months of each subscription that the member may see."""
    actor, now = membership_of(request), timezone.now()
    wanted = wanted_of(request)
    page = Paginator(subscriptions_listed(actor, wanted), SUBSCRIPTIONS).get_page(request.GET.get("page"))
    form, lists = SearchForm(request.GET), months_of(list(page), now)
    words = {"page": page, "lists": lists, "form": form, "wanted": wanted, "actor": actor}
    return render(request, "credits/months.html", words)


def wanted_of(request: HttpRequest) -> str:
    """What the address looks for, "" for all."""
    form = SearchForm(request.GET)
    return str(form.cleaned_data["q"]).strip() if form.is_valid() else ""


def subscriptions_listed(actor: Membership, wanted: str) -> QuerySet[Subscription]:
    """The subscriptions that the member may see and looks for, in the order of the page."""
    found = Subscription.objects.filter(provider_id=actor.provider_id).select_related("tenant")
    if actor.tenant_id is not None:
        found = found.filter(tenant_id=actor.tenant_id)
    if wanted:
        found = found.filter(Q(name__icontains=wanted) | Q(tenant__name__icontains=wanted))
    return found.order_by("tenant__name", "name", "pk")


@needs(*EVERYBODY)
@require_safe
def month(request: HttpRequest, pk: int) -> HttpResponse:
    """One month; asked with what was `seen` of it, nothing (204) as long as that is all there is."""
    actor = membership_of(request)
    known = known_of(get_period_for(actor, pk))
    if request.GET.get("seen") == known.stamp:
        return HttpResponse(status=204)
    form = ClaimForm(initial={"token": uuid.uuid4()})
    return render(request, "credits/month.html", page_of_month(known, actor, form, timezone.now()))


@dataclass(frozen=True)
class Known:
    """A period with what is owed and what was claimed for it."""

    period: SubscriptionPeriod
    newest: SubscriptionPeriod
    assessments: Sequence[Assessment]
    claims: Sequence[Claim]
    up_to_date: bool

    @property
    def stamp(self) -> str:
        """Something else as soon as a figure, an amount or a claim is another one."""
        rows = [(row.position, row.status, str(row.amount), row.claim_by, row.measurement) for row in self.assessments]
        claims = [(claim.pk, claim.state) for claim in self.claims]
        period = (self.period.measurement, self.period.closed_at, self.newest.pk, self.up_to_date)
        return hashlib.sha256(repr((period, rows, claims)).encode()).hexdigest()[:16]


def known_of(period: SubscriptionPeriod) -> Known:
    """What there is of a period. Four queries."""
    return Known(
        period,
        newest_revision(period),
        list(assessments_of(period)),
        list(claims_of(period)),
        is_up_to_date(period),
    )


def page_of_month(known: Known, actor: Membership, form: ClaimForm, now: datetime, refused: str = "") -> dict[str, Any]:
    """All that the page of a month shows; `refused` says why a claim was not taken."""
    period = known.period
    agreement = agreement_of_period(period)
    breaches = breaches_between(period.subscription_id, period.starts_at, period.ends_at).select_related("ticket")
    missed, excused = breaches_shown(list(breaches[:MOST_BREACHES]), agreement, now)
    shown = month_of(period, agreement, services_by_key([period.subscription_id]), now)
    return {
        "actor": actor,
        "period": period,
        "subscription": period.subscription,
        "customer": period.subscription.tenant if actor.is_staff else None,
        "month": shown,
        "missed": missed,
        "excused": excused,
        "stamp": known.stamp,
        "form": form,
        "refused": refused,
        **_credits(known, agreement, actor, now),
        **_about(known, now),
        **_others(period, now),
    }


def _credits(known: Known, agreement: Agreement, actor: Membership, now: datetime) -> dict[str, Any]:
    rows = with_claims(known.period, agreement, known.assessments, counting(known.claims), at=instant_of(now))
    claimable: ToClaim | None = None
    if known.newest.pk == known.period.pk and actor.role in MAY_CLAIM:
        claimable = to_claim(known.period, agreement, rows, known.claims, up_to_date=known.up_to_date, now=now)
    return {
        "cards": cards_of(rows, agreement, now, running=known.period.ends_at > now),
        "claimable": claimable,
        "claims": claim_rows(known.claims, known.period.currency, now),
        "live": known.period.closed_at is None or any(claim.state in OPEN for claim in known.claims),
        "may_withdraw": not actor.is_staff,
        "no_rules": not agreement.terms.credits,
    }


def _about(known: Known, now: datetime) -> dict[str, Any]:
    """What the figures rest on, and how far they go."""
    period = known.period
    return {
        "worked_out": at_reader(period.worked_out_at, now) if period.worked_out_at else None,
        "closes": at_reader(period.closes_at, now),
        "closed": at_reader(period.closed_at, now) if period.closed_at else None,
        "behind": period.marked_at is not None or not known.up_to_date,
        "newest": known.newest if known.newest.pk != period.pk and known.newest.revision > period.revision else None,
    }


def _others(period: SubscriptionPeriod, now: datetime) -> dict[str, Any]:
    """The twelve months before, and the neighbours."""
    others = periods_of(period.subscription).only(
        "pk", "text", "percent", "met", "worked_out_at", "ends_at", "starts_at", "subscription_id"
    )
    earlier = [_other(row, now) for row in others.filter(starts_at__lt=period.starts_at)[: BACK - 1]]
    later = others.filter(starts_at__gt=period.starts_at, starts_at__lte=now).order_by("starts_at").first()
    return {
        "earlier": earlier,
        "previous": earlier[0] if earlier else None,
        "following": None if later is None else _other(later, now),
    }


def _other(period: SubscriptionPeriod, now: datetime) -> dict[str, Any]:
    return {
        "pk": period.pk,
        "name": period_in_words(period.text),
        "percent": "" if period.percent is None else percent_cut(f"{period.percent:f}"),
        "verdict": verdict_of(period, now),
    }


def claimed_words(name: str) -> str:
    """What is said once a claim is in."""
    return _("Claimed. The credits of %(month)s are checked after the month has closed.") % {"month": name}
