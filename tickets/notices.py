"""The words of the mails that tickets leave, and to whom: the customer, the owner, the leads."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.policy.document.values import read_moment
from slaportal.outbox.actions import leave_mail
from slaportal.pages.lengths import length_in_words
from slaportal.tenancy.models import Membership, Role
from tickets.models import Breach, ClockWarning, Escalation, Ticket, TicketEvent
from tickets.queries import agreement_of_ticket
from tickets.timing import runs_in_open_hours

CLOCKS_IN_WORDS = {
    "response": gettext_lazy("first response"),
    "next_reply": gettext_lazy("next reply"),
    "update": gettext_lazy("update"),
    "status_request": gettext_lazy("answer to the question how it stands"),
    "resolution": gettext_lazy("resolution"),
}

# What follows from an escalation, as the log says it; what the portal cannot do, the leads are told.
_FOLLOWS = {
    "notify_owner": gettext_lazy("The owner is told."),
    "notify_lead": gettext_lazy("The leads are told."),
    "notify_customer": gettext_lazy("Who asked is told."),
    "reassign": gettext_lazy("The leads are asked for another owner."),
    "raise_severity": gettext_lazy("The leads are asked for a higher severity."),
    "webhook": gettext_lazy("The leads are told."),
}
# What the mail, and the page, ask the desk for.
ASKED = {
    "reassign": gettext_lazy("The agreement asks for another owner: assign it anew."),
    "raise_severity": gettext_lazy("The agreement asks for a higher severity: raise it if there is one."),
    "webhook": gettext_lazy("The agreement asks for another system to be told; the portal knows no address of it."),
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


def escalated_to(ticket: Ticket, escalation: Escalation, leads: Iterable[Membership]) -> list[Membership]:
    """Whom the acts of an escalation name: the owner (the leads where there is none), the leads, who asked.

    What only a person can do (another owner, a higher severity) and what the portal cannot (`webhook`) is told to the
    leads. Where who asked has left, the customer's managers are told.
    """
    acts, leads = set(escalation.acts), list(leads)
    named: list[Membership] = []
    if "notify_owner" in acts:
        named += _owner_and(ticket, () if _owner(ticket) else leads)
    if acts - {"notify_owner", "notify_customer"}:
        named += leads
    if "notify_customer" in acts:
        named += _customers(ticket)
    return list({member.pk: member for member in named}.values())


def tell_of_escalation(ticket: Ticket, escalation: Escalation, due_at: datetime | None, member: Membership) -> None:
    """That the agreement's escalation has come, to one of whom it names; what the desk is asked for, to the desk."""
    asked = () if member.tenant_id else (words for act, words in ASKED.items() if act in escalation.acts)
    said = " ".join([_moment_in_words(escalation, due_at), *map(str, asked)])
    leave_mail(
        "ticket_escalated",
        member.email,
        _("Escalated: [#%(number)s] %(subject)s") % {"number": ticket.number, "subject": ticket.subject},
        f"{said}\n\n{_where()}",
        key=f"escalation-{escalation.pk}-{member.pk}",
        provider_id=ticket.provider_id,
        tenant_id=member.tenant_id,
    )


def escalation_in_words(escalation: Escalation, due_at: datetime | None) -> str:
    """What stands in the ticket's log: how far the clock is, and what follows from it. The customer reads it too."""
    follows = dict.fromkeys(str(_FOLLOWS[act]) for act in escalation.acts)
    return " ".join([_moment_in_words(escalation, due_at), *follows])


def _moment_in_words(escalation: Escalation, due_at: datetime | None) -> str:
    moment = read_moment(escalation.moment)
    offset = moment.offset_us or 0
    open_hours = offset < 0 and runs_in_open_hours(
        agreement_of_ticket(escalation.ticket), escalation.clock, escalation.severity
    )
    length = length_in_words(timedelta(microseconds=offset), open_hours=open_hours)
    told = {"clock": CLOCKS_IN_WORDS[escalation.clock], "length": length, "percent": escalation.moment.rstrip("%")}
    if moment.share is not None:
        said = _("%(percent)s %% of the time for the %(clock)s is used up.") % told
    elif not offset:
        said = _("The time for the %(clock)s is used up.") % told
    elif offset < 0:
        said = _("%(length)s of the time for the %(clock)s are left.") % told
    else:
        said = _("The %(clock)s is late by %(length)s.") % told
    if due_at is None:
        return said
    due = _("It is due at %(due)s.") if due_at > escalation.reached_at else _("It was due at %(due)s.")
    return f"{said} {due % {'due': _utc(due_at)}}"


def _customers(ticket: Ticket) -> list[Membership]:
    if ticket.requester.removed_at is None:
        return [ticket.requester]
    managers = Membership.objects.filter(tenant=ticket.tenant_id, role=Role.MANAGER, removed_at=None)
    return list(managers.order_by("pk"))


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
