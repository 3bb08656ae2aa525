"""The words of the mails that tickets leave, and to whom: the customer, the owner, the leads."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from slaportal.outbox.actions import leave_mail
from slaportal.tenancy.models import Membership, Role
from tickets.models import Breach, ClockWarning, Ticket, TicketEvent

CLOCKS_IN_WORDS = {
    "response": gettext_lazy("first response"),
    "next_reply": gettext_lazy("next reply"),
    "update": gettext_lazy("update"),
    "status_request": gettext_lazy("answer to the question how it stands"),
    "resolution": gettext_lazy("resolution"),
}


def tell_requester(ticket: Ticket, event: TicketEvent) -> None:
    """What support said or did, to who asked; nothing to who has left."""
    requester = ticket.requester
    if requester.removed_at is not None:
        return
    if event.type == "resolved":
        said = _("%(who)s solved your ticket.") % {"who": event.author_name}
    else:
        said = _("%(who)s replied.") % {"who": event.author_name}
    leave_mail(
        "ticket_" + event.type,
        requester.email,
        f"[#{ticket.number}] {ticket.subject}",
        "\n\n".join(part for part in (said, event.text, _where()) if part),
        key=f"ticket-event-{event.pk}",
        provider_id=ticket.provider_id,
        tenant_id=ticket.tenant_id,
    )


def tell_of_breach(ticket: Ticket, breach: Breach, leads: Iterable[Membership]) -> None:
    """To the owner and the leads: which promise was missed, and when."""
    said = _("The %(clock)s was due at %(due)s and was missed.") % {
        "clock": CLOCKS_IN_WORDS[breach.clock],
        "due": _utc(breach.breached_at),
    }
    for member in _owner_and(ticket, leads):
        leave_mail(
            "clock_breached",
            member.email,
            _("Breached: [#%(number)s] %(subject)s") % {"number": ticket.number, "subject": ticket.subject},
            f"{said}\n\n{_where()}",
            key=f"breach-{breach.pk}-{member.pk}",
            provider_id=ticket.provider_id,
        )


def tell_of_warning(ticket: Ticket, warning: ClockWarning, due_at: datetime, leads: Iterable[Membership]) -> None:
    """To the owner, or to the leads where nobody owns it: so much of the time is used up."""
    said = _("%(percent)s %% of the time for the %(clock)s is used up. It is due at %(due)s.") % {
        "percent": warning.percent,
        "clock": CLOCKS_IN_WORDS[warning.clock],
        "due": _utc(due_at),
    }
    for member in _owner_and(ticket, () if _owner(ticket) else leads):
        leave_mail(
            "clock_warned",
            member.email,
            _("Due soon: [#%(number)s] %(subject)s") % {"number": ticket.number, "subject": ticket.subject},
            f"{said}\n\n{_where()}",
            key=f"warning-{warning.pk}-{member.pk}",
            provider_id=ticket.provider_id,
        )


def leads_of(provider_id: int) -> list[Membership]:
    """Whom breaches are told to: the leads, or where there is none the administrators."""
    staff = Membership.objects.filter(provider_id=provider_id, tenant=None, removed_at=None)
    leads = list(staff.filter(role=Role.LEAD).order_by("pk"))
    return leads or list(staff.filter(role=Role.ADMIN).order_by("pk"))


def _owner(ticket: Ticket) -> Membership | None:
    owner = ticket.assignee
    return None if owner is None or owner.removed_at is not None else owner


def _owner_and(ticket: Ticket, others: Iterable[Membership]) -> list[Membership]:
    owner = _owner(ticket)
    everybody = {member.pk: member for member in ([owner] if owner else [])}
    everybody.update((member.pk, member) for member in others)
    return list(everybody.values())


def _where() -> str:
    return _("Sign in to see it: %(url)s") % {"url": settings.PUBLIC_URL}


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
