"""One restore point: what is known of it, that it is gone, since when it really is, that it never was."""

from collections.abc import Callable
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contracts.access import get_subscription_for
from contracts.models import Subscription
from slaportal.pages.fields import fill_in
from slaportal.pages.refusals import tell_in
from slaportal.pages.times import at_reader, to_the_second
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import STAFF_ROLES, Membership
from uptime.access import get_restore_point_of
from uptime.actions.restore_points import correct_restore_point, report_gone, strike_out_restore_point
from uptime.forms import GoneCorrectionForm, GoneForm, ReasonForm
from uptime.models import RestorePoint
from uptime.views.lines import point_line
from uptime.views.outages import LEADS, unseen_refusals
from uptime.views.trail import trail_of

Asked = GoneForm | GoneCorrectionForm | ReasonForm


class _Found(NamedTuple):
    """What the address names: a subscription, and a restore point of a service that it covers."""

    subscription: Subscription
    point: RestorePoint


@needs(*STAFF_ROLES)
@require_safe
def restore_point(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """All of one restore point."""
    return _page(request, _found(membership_of(request), pk, point))


def _found(actor: Membership, pk: int, point: int) -> _Found:
    subscription = get_subscription_for(actor, pk)
    return _Found(subscription, get_restore_point_of(actor, subscription, point))


def _page(request: HttpRequest, found: _Found, *, refused: Asked | None = None, status: int = 200) -> HttpResponse:
    """The page, also with a form of it that was refused."""
    actor, now = membership_of(request), timezone.now()
    subscription, point = found
    seen = {"seen": point.revision}
    may_change = actor.role in LEADS and point.void_at is None
    may_go, may_correct = may_change and point.gone_at is None, may_change and point.gone_at is not None
    going = refused if isinstance(refused, GoneForm) else None
    correcting = refused if isinstance(refused, GoneCorrectionForm) else None
    striking = refused if isinstance(refused, ReasonForm) else None
    words = {
        "subscription": subscription,
        "point": point,
        "line": point_line(point, now),
        "exactly": to_the_second(point.taken_at),
        "gone": None if point.gone_at is None else to_the_second(point.gone_at),
        "recorded": at_reader(point.recorded_at, now),
        "struck": None if point.void_at is None else at_reader(point.void_at, now),
        "entries": trail_of(actor, "restorepoint", point.pk),
        "refused": unseen_refusals((going, may_go), (correcting, may_correct), (striking, may_change)),
        "may_change": may_change,
        "may_go": may_go,
        "may_correct": may_correct,
        "going": going or GoneForm(initial=seen, prefix="gone"),
        "correcting": correcting or GoneCorrectionForm(point=point, prefix="correct"),
        "striking": striking or ReasonForm(initial=seen, prefix="strike"),
    }
    return render(request, "uptime/restore_point.html", words, status=status)


@act_of("subscription_restore_point", "pk", "point")
@needs(*LEADS)
@require_POST
def gone(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """It is no longer there: from now on, or since the time given."""
    actor, now = membership_of(request), timezone.now()
    found = _found(actor, pk, point)
    form = GoneForm(request.POST, prefix="gone")

    def act() -> None:
        given = form.cleaned_data
        report_gone(found.point, gone_at=given["gone_at"] or now, actor=actor, at=now, seen=given["seen"])

    return _done(request, found, form, act, _("Gone: it counts for no promise any more."))


@act_of("subscription_restore_point", "pk", "point")
@needs(*LEADS)
@require_POST
def correct(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """Since when it really is gone, or that it is still there."""
    actor, now = membership_of(request), timezone.now()
    found = _found(actor, pk, point)
    form = GoneCorrectionForm(request.POST, point=found.point, prefix="correct")

    def act() -> None:
        given = form.cleaned_data
        correct_restore_point(
            found.point, gone_at=form.since(), reason=given["reason"], actor=actor, at=now, seen=given["seen"]
        )

    return _done(request, found, form, act, _("Corrected."))


@act_of("subscription_restore_point", "pk", "point")
@needs(*LEADS)
@require_POST
def strike_out(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """It never was one."""
    actor, now = membership_of(request), timezone.now()
    found = _found(actor, pk, point)
    form = ReasonForm(request.POST, prefix="strike")

    def act() -> None:
        given = form.cleaned_data
        strike_out_restore_point(found.point, reason=given["reason"], actor=actor, at=now, seen=given["seen"])

    return _done(request, found, form, act, _("Struck out: it counts no more."))


def _done(request: HttpRequest, found: _Found, form: Asked, act: Callable[[], None], said: str) -> HttpResponse:
    """The act, or the page with what was refused; what was typed stays, and it counts as seen as it is now."""
    status = 422
    if form.is_valid():
        try:
            act()
        except Refusal as refusal:
            status = tell_in(form, refusal)
        else:
            messages.success(request, said)
            return redirect("subscription_restore_point", pk=found.subscription.pk, point=found.point.pk)
    fill_in(form, "seen", found.point.revision)
    return _page(request, found, refused=form, status=status)
