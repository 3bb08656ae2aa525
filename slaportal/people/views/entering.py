"""Coming in: the link of an invitation, and switching between memberships. These run in the identity plane."""

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from slaportal.pages.times import at_reader
from slaportal.people.actions.invitations import Presented, accept_invitation, join_with_new_account, read_invitation
from slaportal.people.actions.members import change_profile
from slaportal.people.forms import JoinForm, ProfileForm
from slaportal.refusal import Refusal
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.middleware import CHOSEN
from slaportal.tenancy.models import Role, User
from slaportal.tenancy.queries import memberships_of


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Shows what somebody is invited to; a POST accepts it, as who is signed in or with a new account."""
    presented = read_invitation(secret, at=timezone.now())
    if isinstance(request.user, User):
        return _accept_signed_in(request, secret, presented, request.user)
    return _join(request, secret, presented)


def _words(presented: Presented) -> dict[str, object]:
    return {
        "presented": presented,
        "role": Role(presented.role).label,
        "expires": at_reader(presented.expires_at, timezone.now()),
    }


def _accept_signed_in(request: HttpRequest, secret: str, presented: Presented, user: User) -> HttpResponse:
    if request.method == "POST":
        member = accept_invitation(secret, user=user, at=timezone.now())
        request.session[CHOSEN] = member.pk
        return redirect("home")
    return render(request, "people/invitation.html", {**_words(presented), "signed_in": user})


def _join(request: HttpRequest, secret: str, presented: Presented) -> HttpResponse:
    form = JoinForm(request.POST or None, email=presented.email)
    exists = False
    if request.method == "POST" and form.is_valid():
        try:
            user = join_with_new_account(
                secret, name=form.cleaned_data["name"], password=form.cleaned_data["password"], at=timezone.now()
            )
        except Refusal as refusal:
            if refusal.code != "account_exists":
                raise
            exists = True
        else:
            response: HttpResponse = perform_login(request, Login(user=user))
            return response
    status = 409 if exists else 422 if form.errors else 200
    words = {**_words(presented), "form": form, "account_exists": exists}
    return render(request, "people/invitation.html", words, status=status)


@login_required
@require_http_methods(["GET", "HEAD"])
def switch(request: HttpRequest) -> HttpResponse:
    """The person's memberships, to choose from."""
    assert isinstance(request.user, User)
    return render(request, "people/switch.html", {"memberships": memberships_of(request.user)})


@act_of("switch")
@login_required
@require_POST
def switch_to(request: HttpRequest, pk: int) -> HttpResponse:
    """From now on this session acts under that membership; another person's is not there."""
    assert isinstance(request.user, User)
    if pk not in {member.pk for member in memberships_of(request.user)}:
        raise Refusal("not_found", _("You have no such membership."), status=404)
    request.session[CHOSEN] = pk
    return redirect("home")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name and time zone."""
    user = request.user
    assert isinstance(user, User)
    form = ProfileForm(request.POST or None, initial={"name": user.name, "time_zone": user.time_zone})
    if request.method == "POST" and form.is_valid():
        change_profile(user, name=form.cleaned_data["name"], time_zone=form.cleaned_data["time_zone"])
        messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "people/profile.html", {"form": form}, status=422 if form.errors else 200)
