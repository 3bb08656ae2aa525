"""Who an API token stands for: the first call of every integration."""

from rest_framework import serializers

from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.shapes import Id, Instant, Ref, Shape
from slaportal.tenancy.models import Role


class ProviderShape(Shape):
    """A provider by its short name."""

    slug = serializers.CharField()
    name = serializers.CharField()


class OwnTokenShape(Shape):
    """What the token that calls may do; without scopes all that its member may."""

    id = Id()
    name = serializers.CharField()
    read_only = serializers.BooleanField()  # type: ignore[assignment]
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = Instant(allow_null=True)


class MeShape(Shape):
    """Who calls: the member, the provider, the tenant (null for staff), the token (null for a session)."""

    id = Id()
    name = serializers.CharField()
    email = serializers.EmailField()
    role = serializers.ChoiceField(Role.choices)
    provider = ProviderShape()
    tenant = Ref(allow_null=True)
    token = OwnTokenShape(allow_null=True)


class Me(ApiView):
    """Whoever calls."""

    @operation("me", gives=MeShape)
    def get(self, call: Call) -> Answer:
        """Who calls: the member, the provider, the tenant and what the token may."""
        member, token = call.actor, call.token
        return Answer(
            {
                "id": member.pk,
                "name": member.name,
                "email": member.email,
                "role": member.role,
                "provider": {"slug": member.provider.slug, "name": member.provider.name},
                "tenant": {"id": member.tenant_id, "name": member.tenant.name} if member.tenant else None,
                "token": {
                    "id": token.pk,
                    "name": token.name,
                    "read_only": token.read_only,
                    "scopes": token.scopes,
                    "expires_at": token.expires_at,
                }
                if token
                else None,
            }
        )
