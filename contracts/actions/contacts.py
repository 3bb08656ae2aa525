"""Whom to tell at a tenant."""

from django.utils.translation import gettext as _

from contracts.actions.checks import refused_as, require_admin
from contracts.models import Contact
from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership, Tenant

FIELDS = ("concern", "name", "email", "phone")


def add_contact(
    tenant: Tenant, *, concern: str, name: str, email: str, phone: str = "", actor: Membership | str
) -> Contact:
    """Whom to tell. Refuses `role_not_allowed`, and `contact_there` for the same address and concern twice."""
    require_admin(actor)
    contact = Contact(
        provider_id=tenant.provider_id,
        tenant=tenant,
        concern=concern,
        name=name.strip(),
        email=email.strip().lower(),
        phone=phone.strip(),
    )
    with refused_as(_there(contact), constraint="contact_once"):
        contact.save(force_insert=True)
    record("contact_added", contact, actor=actor, after={"name": contact.name, "email": contact.email})
    return contact


def change_contact(
    contact: Contact, *, concern: str, name: str, email: str, phone: str = "", actor: Membership | str
) -> None:
    """Another concern, name, address or phone of the same contact. Refuses `role_not_allowed`, `contact_there`."""
    require_admin(actor)
    locked = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    before = {field: getattr(locked, field) for field in FIELDS}
    after = {"concern": concern, "name": name.strip(), "email": email.strip().lower(), "phone": phone.strip()}
    if before == after:
        return
    for field, value in after.items():
        setattr(locked, field, value)
    with refused_as(_there(locked), constraint="contact_once"):
        locked.save(update_fields=list(FIELDS))
    record("contact_changed", locked, actor=actor, before=before, after=after)


def remove_contact(contact: Contact, *, actor: Membership | str) -> None:
    """The record keeps who it was. Refuses `role_not_allowed`."""
    require_admin(actor)
    record("contact_removed", contact, actor=actor, before={"name": contact.name, "email": contact.email})
    contact.delete()


def _there(contact: Contact) -> Refusal:
    return Refusal(
        "contact_there",
        _("%(email)s is a contact for this already.") % {"email": contact.email},
        fields={"email": _("Is a contact for this already.")},
    )
