"""Who an API token stands for: the first call of every integration."""

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership


@require_http_methods(["GET", "HEAD"])
def me(request: HttpRequest) -> JsonResponse:
    """The member, the provider, the tenant and what the token may; 401 without a token or a session."""
    member: Membership | None = getattr(request, "membership", None)
    if member is None:
        raise Refusal("not_signed_in", _("Send an API token: Authorization: Bearer slap_..."), status=401)
    token = getattr(request, "api_token", None)
    return JsonResponse(
        {
            "name": member.name,
            "email": member.email,
            "role": member.role,
            "provider": {"slug": member.provider.slug, "name": member.provider.name},
            "tenant": {"id": member.tenant_id, "name": member.tenant.name} if member.tenant else None,
            "token": {"name": token.name, "read_only": token.read_only} if token else None,
        }
    )
