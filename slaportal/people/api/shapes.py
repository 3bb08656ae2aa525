"""What calls about customers, people and invitations take and give (docs/api.md)."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from slaportal.api.shapes import Flag, Id, Instant, Listed, Ref, Shape, Text
from slaportal.tenancy.models import Role

ORDERS = ("-id", "id")


class TenantShape(Shape):
    """A customer organisation, and how many of its people are here."""

    id = Id()
    name = serializers.CharField()
    people = Id(min_value=0)
    created_at = Instant()


class TenantNameShape(Shape):
    """What a customer is called."""

    name = Text(max_length=120)


class TenantQueryShape(Listed):
    """In which order."""

    ordering = serializers.ChoiceField(ORDERS, default="-id")


class MemberShape(Shape):
    """Somebody of the provider's staff (no tenant) or of a customer."""

    id = Id()
    name = serializers.CharField()
    email = serializers.EmailField()
    role = serializers.ChoiceField(Role.choices)
    tenant = Ref(allow_null=True)
    created_at = Instant()
    removed_at = Instant(allow_null=True)


class MemberQueryShape(Listed):
    """Which people, in which order."""

    tenant = Id(required=False, help_text=_("Of this customer."))
    staff = Flag(required=False, help_text=_("The provider's own people alone, or all others."))
    role = serializers.ChoiceField(Role.choices, required=False)
    ordering = serializers.ChoiceField(ORDERS, default="-id")


class RoleShape(Shape):
    """What somebody is to be."""

    role = serializers.ChoiceField(Role.choices)


class InviteShape(Shape):
    """Whom to invite, as what, and (from staff) into which customer; without one, into the provider's staff."""

    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(Role.choices)
    tenant = Id(required=False, help_text=_("The customer's id; a customer's manager leaves it out."))


class InvitationShape(Shape):
    """Somebody who was invited and has not accepted yet."""

    id = Id()
    email = serializers.EmailField()
    role = serializers.ChoiceField(Role.choices)
    tenant = Ref(allow_null=True)
    invited_by = Ref(allow_null=True)
    created_at = Instant()
    expires_at = Instant()
    revoked_at = Instant(allow_null=True)
