"""What stands on every page of a member: where to go, as the role allows, and the provider's colour and logo."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from slaportal.people.brand import Brand, brand_of
from slaportal.tenancy.models import CUSTOMER_ROLES, STAFF_ROLES, Membership, Role

ENTRIES: tuple[tuple[str, Promise, str, tuple[str, ...]], ...] = (
    ("home", _("Home"), "home", (*STAFF_ROLES, *CUSTOMER_ROLES)),
    ("queue", _("Queue"), "inbox", STAFF_ROLES),
    ("tickets", _("Tickets"), "ticket", (*STAFF_ROLES, *CUSTOMER_ROLES)),
    ("months", _("Months"), "chart-bar", (*STAFF_ROLES, *CUSTOMER_ROLES)),
    ("agreements", _("Agreement"), "file-text", CUSTOMER_ROLES),
    ("outages", _("Outages"), "activity", STAFF_ROLES),
    ("maintenance", _("Maintenance"), "tool", STAFF_ROLES),
    ("claims", _("Claims"), "receipt-refund", (Role.LEAD, Role.ADMIN)),
    ("attainment", _("Attainment"), "chart-bar", (Role.LEAD, Role.ADMIN)),
    ("tenants", _("Customers"), "building", STAFF_ROLES),
    ("services", _("Services"), "server", STAFF_ROLES),
    ("policies", _("Policies"), "file-text", (Role.ADMIN,)),
    ("people", _("People"), "users", (*STAFF_ROLES, *CUSTOMER_ROLES)),
    ("jobs", _("Jobs"), "list-check", STAFF_ROLES),
    ("messages", _("Mail"), "mail", (Role.ADMIN,)),
    ("audit", _("Audit"), "history", (Role.ADMIN,)),
    ("tokens", _("API tokens"), "key", (*STAFF_ROLES, *CUSTOMER_ROLES)),
    ("provider", _("Settings"), "settings", (Role.ADMIN,)),
)


@dataclass(frozen=True)
class Entry:
    """One place to go."""

    label: str
    url: str
    icon: str
    current: bool


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context of every page; nothing where nobody is signed in, or when a page is drawn without the middleware."""
    member: Membership | None = getattr(request, "membership", None)
    entries = []
    if member is not None:
        for name, label, icon, roles in ENTRIES:
            if member.role in roles:
                url = reverse(name)
                current = request.path == url if name == "home" else request.path.startswith(url)
                entries.append(Entry(str(label), url, icon, current))
    if getattr(getattr(request, "user", None), "is_operator", False):
        url = reverse("installation")
        entries.append(Entry(str(_("Installation")), url, "layout-dashboard", request.path == url))
    return {"navigation": entries, "brand": Brand() if member is None else brand_of(member.provider)}
