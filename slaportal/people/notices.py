"""The words of the mails about people: what arrives, and why."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from slaportal.people.contrast import shades_of
from slaportal.people.models import Invitation
from slaportal.tenancy.models import Provider, Tenant


@dataclass(frozen=True)
class Notice:
    """One mail, as text and as HTML."""

    subject: str
    text: str
    html: str


def invitation_notice(
    invitation: Invitation, provider: Provider, tenant: Tenant | None, *, by: str, link: str
) -> Notice:
    """Who invites whom to what, until when, with the link."""
    words = {
        "invitation": invitation,
        "provider": provider.name,
        "tenant": tenant.name if tenant else "",
        "by": by,
        "link": link,
        "expires": f"{invitation.expires_at:%-d %b %Y, %H:%M} UTC",
        "role": invitation.get_role_display(),
        "shades": shades_of(provider.colour) if provider.colour else None,
    }
    return Notice(
        _("%(provider)s invites you to SLA Portal") % {"provider": provider.name},
        render_to_string("people/mail/invitation.txt", words),
        render_to_string("people/mail/invitation.html", words),
    )
