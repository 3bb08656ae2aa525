"""The desk's decisions on a ticket: its status, its severity, whose it is."""

import uuid
from datetime import datetime

from django.utils.translation import gettext as _

from contracts.policy.agreement import Agreement
from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership
from tickets.actions.conversation import require_staff
from tickets.actions.fitting import refuse_long_reason, refuse_unfit_reason, refuse_unknown_status
from tickets.history import Status
from tickets.log import Said, open_log
from tickets.models import Ticket, TicketEvent


def set_status(
    ticket: Ticket,
    status: Status,
    *,
    actor: Membership,
    at: datetime,
    reason: str = "",
    seen: int | None = None,
    token: uuid.UUID | None = None,
) -> TicketEvent:
    """Waiting for the customer or a third party, or with support again; solving and closing are acts of their own.

    Refuses `status_unknown`, `status_unchanged`, `reason_too_long`, `changed_meanwhile`, `event_does_not_fit`.
    """
    require_staff(actor)
    refuse_unknown_status(status)
    refuse_long_reason(reason)
    log = open_log(ticket, at=at, seen=seen, token=token, kind="status")
    if log.submitted is not None:
        return log.submitted
    before = log.history.status
    if status == before:
        raise Refusal("status_unchanged", _("The ticket has this status already."), fields={"status": _("Unchanged.")})
    event = log.add("status", Said(actor, reason=reason.strip(), token=token), at, status=status)
    log.save()
    record("ticket_status_set", log.ticket, actor=actor, before={"status": before}, after={"status": status})
    return event


def set_severity(
    ticket: Ticket,
    severity: str,
    *,
    reason: str,
    actor: Membership,
    at: datetime,
    seen: int | None = None,
    token: uuid.UUID | None = None,
) -> TicketEvent:
    """Another severity, with the reason that the customer reads too; the policy says what becomes of the clocks.

    By whom the policy lets classify: refuses the other side (`severity_not_yours`), `reason_needed`,
    `reason_too_long`, `severity_unchanged`, `unknown_severity`, `changed_meanwhile`, `ticket_closed`.
    """
    log = open_log(ticket, at=at, seen=seen, token=token, kind="severity")
    if log.submitted is not None:
        return log.submitted
    if not may_classify(log.agreement, actor):
        raise Refusal("severity_not_yours", _("The policy lets the other side set the severity."), status=403)
    refuse_unfit_reason(reason)
    before = log.ticket.severity
    if severity == before:
        said = _("The ticket has this severity already.")
        raise Refusal("severity_unchanged", said, fields={"severity": said})
    if log.history.status == "closed":
        raise Refusal("ticket_closed", _("This ticket is closed: its severity stays."), status=409)
    event = log.add("severity", Said(actor, reason=reason.strip(), token=token), at, severity=severity)
    log.save()
    record(
        "ticket_severity_set",
        log.ticket,
        actor=actor,
        before={"severity": before},
        after={"severity": severity},
        reason=reason.strip(),
    )
    return event


def may_classify(agreement: Agreement, actor: Membership) -> bool:
    """Whether the policy lets this side set the severity (policy format, support.classified_by)."""
    return actor.is_staff == (agreement.terms.support.classified_by == "provider")


def assign(
    ticket: Ticket,
    assignee: Membership | None,
    *,
    actor: Membership,
    at: datetime,
    seen: int | None = None,
    token: uuid.UUID | None = None,
) -> TicketEvent:
    """Whose it is from now on, or (None) nobody's. Refuses `assignee_unknown` for who is not at the desk (any more)."""
    require_staff(actor)
    if assignee is not None and (
        assignee.provider_id != ticket.provider_id or not assignee.is_staff or assignee.removed_at is not None
    ):
        said = _("A ticket is assigned to somebody of the desk.")
        raise Refusal("assignee_unknown", said, fields={"assignee": said})
    log = open_log(ticket, at=at, seen=seen, token=token, kind="assigned")
    if log.submitted is not None:
        return log.submitted
    before = log.ticket.assignee
    said_name = assignee.name if assignee else _("Nobody")
    event = log.add("assigned", Said(actor, reason=said_name, token=token), at, public=False)
    log.ticket.assignee = assignee
    log.ticket.save(update_fields=["assignee"])
    log.save()
    record(
        "ticket_assigned",
        log.ticket,
        actor=actor,
        before={"assignee": before.name if before else None},
        after={"assignee": assignee.name if assignee else None},
    )
    return event
