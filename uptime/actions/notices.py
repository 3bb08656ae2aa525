"""Telling customers of a maintenance window: whom it concerns, in which words."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from contracts.models import Contact, Coverage, Service, Term
from slaportal.outbox.actions import leave_mail
from slaportal.tenancy.models import Membership, Role
from uptime.models import Window


def tell_of_window(window: Window, services: Iterable[Service], *, text: str) -> int:
    """Leaves a mail for each technical contact and manager of every tenant that is promised one of the services then.

    Once for each recipient and revision of the window, however often it is announced. Returns to how many.
    """
    concerned = _concerned(window, services)
    recipients = _recipients(concerned)
    for tenant_id, email in recipients:
        leave_mail(
            "window_announced",
            email,
            _("Maintenance: %(title)s") % {"title": window.title},
            _words(window, concerned[tenant_id], text),
            key=f"window/{window.pk}/{window.revision}/{tenant_id}/{hashlib.sha256(email.encode()).hexdigest()}",
            provider_id=window.provider_id,
            tenant_id=tenant_id,
        )
    return len(recipients)


def _concerned(window: Window, services: Iterable[Service]) -> dict[int, list[str]]:
    """The tenants with a term that runs in the window, and the names of the services that they are promised."""
    running = Term.objects.filter(starts_at__lt=window.ends_at).filter(
        Q(ends_at=None) | Q(ends_at__gt=window.starts_at)
    )
    covered = Coverage.objects.filter(
        service__in=list(services), subscription__in=running.values("subscription")
    ).values_list("tenant_id", "service__name")
    concerned: dict[int, list[str]] = defaultdict(list)
    for tenant_id, name in covered.distinct().order_by("tenant_id", "service__name"):
        concerned[tenant_id].append(name)
    return concerned


def _recipients(tenants: Iterable[int]) -> list[tuple[int, str]]:
    """(tenant, address), each once."""
    among = list(tenants)
    contacts = Contact.objects.filter(tenant__in=among, concern=Contact.Concern.TECHNICAL)
    managers = Membership.objects.filter(tenant__in=among, role=Role.MANAGER, removed_at=None)
    found = {
        (tenant_id, email.lower())
        for people in (contacts, managers)
        for tenant_id, email in people.values_list("tenant_id", "email")
        if tenant_id is not None
    }
    return sorted(found)


def _words(window: Window, services: Iterable[str], text: str) -> str:
    lines = [
        window.title,
        "",
        _("From %(start)s UTC to %(end)s UTC.")
        % {"start": f"{window.starts_at:%-d %b %Y, %H:%M}", "end": f"{window.ends_at:%-d %b %Y, %H:%M}"},
        _("Services: %(services)s.") % {"services": ", ".join(services)},
    ]
    return "\n".join([*lines, *(["", text] if text else [])]) + "\n"
