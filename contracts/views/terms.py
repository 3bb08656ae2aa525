"""Subscribing, changing a term and ending it: the consequences for months and tickets are read first."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from contracts.access import get_subscription_for
from contracts.actions.subscriptions import change_term, end_subscription, subscribe
from contracts.consequences import of_ending, of_new_term, of_subscribing, period_after, pinned_until
from contracts.forms import CheckedForm, EndingForm, SubscribeForm, TermForm
from contracts.models import Subscription, Term
from contracts.naming import plan_names
from contracts.policy.agreement import Agreement
from contracts.policy.documents import agreement_of
from contracts.queries import document_of, version_in_force, versions_to_offer, with_their_parts
from contracts.views.steps import Step, take_step
from slaportal.tenancy.access import get_tenant_for, membership_of, needs
from slaportal.tenancy.models import Role


@needs(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def subscription_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A subscription of a customer with its first term."""
    actor, now = membership_of(request), timezone.now()
    tenant = get_tenant_for(actor, pk)
    initial = {"starts_at": now.replace(second=0, microsecond=0)}
    form = SubscribeForm(request.POST or None, offered=versions_to_offer(actor.provider_id, now), initial=initial)
    made: list[Subscription] = []

    def act() -> None:
        given, (policy, plan) = form.cleaned_data, form.chosen()
        one = subscribe(
            tenant,
            given["name"],
            policy=policy,
            plan=plan,
            kind=given["kind"],
            fee=form.fee(),
            starts_at=given["starts_at"],
            actor=actor,
            at=now,
        )
        made.append(one)

    def told() -> list[str]:
        (policy, plan), starts_at = form.chosen(), form.cleaned_data["starts_at"]
        return of_subscribing(_promised(actor.provider_id, policy, plan, starts_at), starts_at=starts_at, now=now)

    step = take_step(request, form, act=act, told=told)
    if step.done:
        messages.success(request, _("Subscribed. Choose what it covers next."))
        return redirect("subscription", pk=made[-1].pk)
    return _page(request, "contracts/subscribe.html", form, step, tenant=tenant)


@needs(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def subscription_term(request: HttpRequest, pk: int) -> HttpResponse:
    """Another plan, kind or fee from an instant on."""
    actor, now = membership_of(request), timezone.now()
    found = get_subscription_for(actor, pk)
    found = with_their_parts(Subscription.objects.select_related("tenant")).get(pk=found.pk)
    offered = versions_to_offer(actor.provider_id, now)
    terms = list(found.terms.all())
    last = terms[-1] if terms else None
    names = plan_names([found], offered).get(found.policy, {})
    form = TermForm(
        request.POST or None,
        versions=offered.get(found.policy, []),
        last=last,
        called=names.get(last.plan, last.plan) if last else "",
        starts_at=_next_period(found, last, now),
    )

    def act() -> Term:
        given = form.cleaned_data
        return change_term(
            found,
            plan=given["plan"],
            kind=given["kind"],
            fee=form.fee(),
            starts_at=given["starts_at"],
            actor=actor,
            at=now,
        )

    def told() -> list[str]:
        starts_at = form.cleaned_data["starts_at"]
        agreement = _promised(found.provider_id, found.policy, form.cleaned_data["plan"], starts_at)
        return of_new_term(terms, agreement, names=names, starts_at=starts_at, now=now)

    step = take_step(request, form, act=act, told=told)
    if step.done:
        messages.success(request, _("The term is changed."))
        return redirect("subscription", pk=pk)
    return _page(request, "contracts/term.html", form, step, subscription=found)


@needs(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def subscription_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing is promised from an instant on."""
    actor, now = membership_of(request), timezone.now()
    found = get_subscription_for(actor, pk)
    terms = list(found.terms.order_by("starts_at"))
    last = terms[-1] if terms else None
    form = EndingForm(request.POST or None, initial={"ends_at": _next_period(found, last, now)})

    def act() -> None:
        given = form.cleaned_data
        end_subscription(found, ends_at=given["ends_at"], reason=given["reason"], actor=actor, at=now)

    def told() -> list[str]:
        ends_at = form.cleaned_data["ends_at"]  # a subscription without terms would have been refused
        return of_ending(pinned_until(found, terms, ends_at), ends_at=ends_at, now=now)

    step = take_step(request, form, act=act, told=told)
    if step.done:
        messages.success(request, _("It ends then."))
        return redirect("subscription", pk=pk)
    return _page(request, "contracts/ending.html", form, step, subscription=found)


def _promised(provider_id: int, policy: str, plan: str, at: datetime) -> Agreement:
    """What the version in force then promises in one of its plans."""
    return agreement_of(document_of(version_in_force(provider_id, policy, at)), plan)


def _next_period(found: Subscription, last: Term | None, now: datetime) -> datetime:
    """When the period after the running one begins, or the one after the last term's start where that is to come."""
    at = now if last is None else max(now, last.starts_at)
    versions = versions_to_offer(found.provider_id, at).get(found.policy, [])
    return period_after(agreement_of(document_of(versions[0])), at) if versions else at


def _page(request: HttpRequest, template: str, form: CheckedForm, step: Step, **about: object) -> HttpResponse:
    words = {"form": form, "told": step.told, "hurried": step.hurried, **about}
    return render(request, template, words, status=step.status)
