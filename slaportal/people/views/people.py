"""The list of people: invite, change a role, remove, withdraw an invitation."""

from collections.abc import Iterator, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slaportal.pages.paging import page_of
from slaportal.pages.spreadsheets import Cells, CsvFile, in_blocks
from slaportal.pages.times import at_reader
from slaportal.people.access import get_invitation_for
from slaportal.people.actions.invitations import invite, revoke_invitation
from slaportal.people.actions.members import change_role, remove_member
from slaportal.people.forms import InvitationForm, RoleForm
from slaportal.people.queries import open_invitations_for, people_for, tenants_for
from slaportal.refusal import Refusal
from slaportal.tenancy.access import get_member_for, membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import Membership, Role

STAFF = (Role.AGENT, Role.LEAD, Role.ADMIN)
OVER_PEOPLE = (Role.ADMIN, Role.MANAGER)
EVERYBODY = (*STAFF, Role.MEMBER, Role.MANAGER)


@needs(*EVERYBODY)
@require_http_methods(["GET", "HEAD"])
def people(request: HttpRequest) -> HttpResponse:
    """Who is here, and for those who may, whom to invite."""
    actor = membership_of(request)
    return render(request, "people/people.html", _page(request, actor, _form(actor)))


@needs(*EVERYBODY)
@require_safe
def people_csv(request: HttpRequest) -> HttpResponseBase:
    """The members as a file."""
    actor = membership_of(request)
    house = actor.provider.name
    heads = [_("Name"), _("E-mail address"), _("Belongs to"), _("Role")]

    def cells(block: Sequence[Membership]) -> Iterator[Cells]:
        for member in block:
            belongs_to = member.tenant.name if member.tenant else house
            yield [member.name, member.email, belongs_to, member.get_role_display()]

    return CsvFile("people", heads, in_blocks(people_for(actor), cells), at=timezone.now())


def _form(actor: Membership, data: object = None) -> InvitationForm:
    return InvitationForm(data, actor=actor, tenants=tenants_for(actor))


def _page(request: HttpRequest, actor: Membership, form: InvitationForm) -> dict[str, object]:
    may_change = actor.role in OVER_PEOPLE
    now = timezone.now()
    invitations = list(open_invitations_for(actor, now)) if may_change else []
    return {
        "page": page_of(people_for(actor), request),
        "invitations": [(invitation, at_reader(invitation.expires_at, now)) for invitation in invitations],
        "form": form,
        "may_change": may_change,
        "actor": actor,
    }


@act_of("people")
@needs(*OVER_PEOPLE)
@require_POST
def invite_person(request: HttpRequest) -> HttpResponse:
    """Sends an invitation; a form with mistakes comes back with them, what was typed kept."""
    actor = membership_of(request)
    form = _form(actor, request.POST)
    if form.is_valid():
        tenant = form.cleaned_data.get("tenant") if actor.is_staff else actor.tenant
        try:
            invitation = invite(
                form.cleaned_data["email"],
                form.cleaned_data["role"],
                provider=actor.provider,
                tenant=tenant,
                actor=actor,
                at=timezone.now(),
            )
        except Refusal as refusal:
            refuse_in(form, refusal)
        else:
            messages.success(request, _("Invitation sent to %(email)s.") % {"email": invitation.email})
            return redirect("people")
    return render(request, "people/people.html", _page(request, actor, form), status=422)


def refuse_in(form: InvitationForm | RoleForm | object, refusal: Refusal) -> None:
    """Puts a refusal's words where they belong on a form; one that is about no field of it goes on."""
    add_error = getattr(form, "add_error", None)
    known = [field for field in refusal.fields if field in getattr(form, "fields", {})]
    if add_error is None or not known:
        raise refusal
    for field in known:
        add_error(field, refusal.message)


@act_of("people")
@needs(*OVER_PEOPLE)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraws an invitation."""
    actor = membership_of(request)
    invitation = get_invitation_for(actor, pk)
    revoke_invitation(invitation, actor=actor, at=timezone.now())
    messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": invitation.email})
    return redirect("people")


@needs(*OVER_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One member: another role, or removed."""
    actor = membership_of(request)
    member = get_member_for(actor, pk)
    form = RoleForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            change_role(member, form.cleaned_data["role"], actor=actor)
        except Refusal as refusal:
            refuse_in(form, refusal)
        else:
            messages.success(request, _("The role of %(name)s is changed.") % {"name": member.name})
            return redirect("people")
    status = 422 if form.errors else 200
    return render(request, "people/person.html", {"member": member, "form": form, "actor": actor}, status=status)


@act_of("person", "pk")
@needs(*EVERYBODY)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Removes a member; everybody may remove themselves."""
    actor = membership_of(request)
    member = get_member_for(actor, pk)
    try:
        remove_member(member, actor=actor, at=timezone.now())
    except Refusal as refusal:
        if refusal.code != "last_admin":
            raise
        messages.error(request, refusal.message)
        return redirect("person", pk=member.pk)
    messages.success(request, _("%(name)s is removed.") % {"name": member.name})
    return redirect("home" if member.pk == actor.pk else "people")
