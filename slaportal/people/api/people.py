"""People and invitations over the API: everybody sees whom their page shows, administrators and managers change it."""

from slaportal.api.naming import named
from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.people.access import get_invitation_for
from slaportal.people.actions.invitations import invite, revoke_invitation
from slaportal.people.actions.members import change_role, remove_member
from slaportal.people.api.saying import invitation_said, member_said
from slaportal.people.api.shapes import InvitationShape, InviteShape, MemberQueryShape, MemberShape, RoleShape
from slaportal.people.models import Invitation
from slaportal.people.queries import open_invitations_for, people_for
from slaportal.tenancy.access import get_member_for
from slaportal.tenancy.models import Membership, Role, Tenant

AREA = "people"
OVER_PEOPLE = (Role.ADMIN, Role.MANAGER)


class People(ApiView):
    """Who is here."""

    area = AREA

    @operation("people", gives=MemberShape, query=MemberQueryShape, paged=True)
    def get(self, call: Call) -> Page:
        """People, who came last first.

        Staff see all of the provider and its customers, a customer's people those of their own.
        """
        query, found = call.query, people_for(call.actor)
        if "tenant" in query:
            found = found.filter(tenant=query["tenant"])
        if "staff" in query:
            found = found.filter(tenant__isnull=query["staff"])
        if "role" in query:
            found = found.filter(role=query["role"])
        rows, further = rows_of(found, query, query["ordering"])
        return Page([member_said(row) for row in rows], further)


class Person(ApiView):
    """One member."""

    area = AREA

    @operation("person", gives=MemberShape)
    def get(self, call: Call, person: int) -> Answer:
        """Somebody who is here."""
        return Answer(member_said(get_member_for(call.actor, person)))

    @operation(
        "person_role",
        takes=RoleShape,
        gives=MemberShape,
        roles=OVER_PEOPLE,
        examples={"A manager from now on": {"role": "manager"}},
        refuses="`role_does_not_fit`, `last_admin`",
    )
    def patch(self, call: Call, person: int) -> Answer:
        """Gives somebody another role of the same side."""
        change_role(get_member_for(call.actor, person), call.body["role"], actor=call.actor)
        return Answer(member_said(get_member_for(call.actor, person)))


class RemovePerson(ApiView):
    """Who is here no more."""

    area = AREA

    @operation("person_remove", gives=MemberShape, refuses="`last_admin`")
    def post(self, call: Call, person: int) -> Answer:
        """Removes somebody, with all tokens; everybody may leave by themselves."""
        member = get_member_for(call.actor, person)
        remove_member(member, actor=call.actor, at=call.at)
        return Answer(member_said(Membership.objects.select_related("tenant").get(pk=person)))


class Invitations(ApiView):
    """Who was invited."""

    area = AREA

    @operation("invitations", gives=InvitationShape, many=True, roles=OVER_PEOPLE)
    def get(self, call: Call) -> Answer:
        """Invitations that can still be accepted, the newest first."""
        return Answer([invitation_said(row) for row in open_invitations_for(call.actor, call.at)])

    @operation(
        "invite",
        takes=InviteShape,
        gives=InvitationShape,
        roles=OVER_PEOPLE,
        status=201,
        examples={
            "Somebody of the desk": {"email": "kim@example.test", "role": "agent"},
            "Somebody of a customer": {"email": "kim@northwind.test", "role": "member", "tenant": 1},
            "By a customer": {"email": "lee@northwind.test", "role": "manager"},
        },
        refuses="`tenant_unknown`, `role_does_not_fit`, `already_member`",
    )
    def post(self, call: Call) -> Answer:
        """Invites somebody by mail; an earlier open invitation of the address stops working."""
        actor, body = call.actor, call.body
        made = invite(
            body["email"],
            body["role"],
            provider=actor.provider,
            tenant=_tenant(actor, body.get("tenant")),
            actor=actor,
            at=call.at,
        )
        return Answer(_said(made.pk))


def _tenant(actor: Membership, pk: int | None) -> Tenant | None:
    """Into which customer: a manager's own, whether or not it is named."""
    rows = Tenant.objects.filter(provider_id=actor.provider_id)
    if actor.tenant_id is not None:
        rows = rows.filter(pk=actor.tenant_id)
    wanted = actor.tenant_id if pk is None else pk
    return None if wanted is None else named(rows, wanted, "tenant")


def _said(pk: int) -> dict[str, object]:
    return invitation_said(Invitation.objects.select_related("tenant", "invited_by").get(pk=pk))


class RevokeInvitation(ApiView):
    """Invitations withdrawn."""

    area = AREA

    @operation("invitation_revoke", gives=InvitationShape, roles=OVER_PEOPLE, refuses="`invitation_closed`")
    def post(self, call: Call, invitation: int) -> Answer:
        """Withdraws an invitation: its link stops working."""
        revoke_invitation(get_invitation_for(call.actor, invitation), actor=call.actor, at=call.at)
        return Answer(_said(invitation))
