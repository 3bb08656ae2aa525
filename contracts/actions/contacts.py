"""Whom to tell at a tenant."""

from django.utils.translation import gettext as _

from contracts.models import Contact
from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership, Tenant


def add_contact(
    tenant: Tenant, *, concern: str, name: str, email: str, phone: str = "", actor: Membership | str
) -> Contact:
    """Whom to tell. Refuses `contact_there` for the same address and concern twice."""
    email = email.strip().lower()
    if Contact.objects.filter(tenant=tenant, concern=concern, email=email).exists():
        raise Refusal(
            "contact_there",
            _("%(email)s is a contact for this already.") % {"email": email},
            fields={"email": _("Is a contact already.")},
        )
    contact = Contact.objects.create(
        provider_id=tenant.provider_id, tenant=tenant, concern=concern, name=name.strip(), email=email, phone=phone
    )
    record("contact_added", contact, actor=actor, after={"name": contact.name, "email": email})
    return contact


def remove_contact(contact: Contact, *, actor: Membership | str) -> None:
    """The record keeps who it was."""
    record("contact_removed", contact, actor=actor, before={"name": contact.name, "email": contact.email})
    contact.delete()
