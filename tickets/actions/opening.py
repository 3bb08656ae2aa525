"""Opening a ticket: by a customer, or by an agent for a customer with the time of the call."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from contracts.models import Service, Subscription
from contracts.policy.agreement import Agreement
from contracts.queries import agreed_at, hold_versions, term_at
from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership
from tickets.actions.fitting import refuse_unfit_text
from tickets.history import Event
from tickets.log import Log, Said, submitted
from tickets.models import Counter, Ticket
from tickets.timing import timing_of


def open_ticket(
    subscription: Subscription,
    subject: str,
    text: str,
    *,
    requester: Membership,
    actor: Membership,
    at: datetime,
    opened_at: datetime | None = None,
    severity: str | None = None,
    service: Service | None = None,
    details: Mapping[str, str] | None = None,
    token: uuid.UUID | None = None,
) -> Ticket:
    """A ticket of the subscription, with the version in force (that has the plan) pinned; it is timed from its opening.

    Staff open for a `requester` of the customer and may name the time of the call (`opened_at`, not after `at`).
    `severity` is for whom the policy lets classify; a customer's wish under another policy stands in the details.
    A second submission with the same `token` gives the first one's ticket. Refuses `token_taken`, `subject_needed`,
    `text_needed`, `text_too_long`, `opened_later`, `not_subscribed`, `requester_unknown`, `service_unknown`,
    `unknown_severity`.
    """
    there = submitted(actor.provider_id, token, "opened")
    if there is not None:
        return there.ticket
    opened = opened_at or at
    _refuse_unfit(subject, text, actor, opened_at, at)
    _refuse_strangers(subscription, requester, service, actor)
    pinned = _pinned(subscription, opened)
    told = dict(details or {})
    chosen = _severity(pinned[2], severity, actor, told)
    ticket = Ticket(
        provider_id=subscription.provider_id,
        tenant_id=subscription.tenant_id,
        subscription=subscription,
        service=service,
        version_id=pinned[0],
        plan=pinned[1],
        subject=subject.strip(),
        details=told,
        requester=requester,
        opened_at=opened,
        created_at=at,
        last_event_at=opened,
        standing_at=opened,
    )
    return _opened(ticket, pinned[2], Said(actor, text, token=token), chosen)


def _opened(ticket: Ticket, agreement: Agreement, said: Said, severity: str | None) -> Ticket:
    """The counter's row is taken last, since all openings of the provider wait for it; whoever waited looks again."""
    Counter.objects.bulk_create([Counter(provider_id=ticket.provider_id)], ignore_conflicts=True)
    counter = Counter.objects.select_for_update(of=("self",)).get(provider_id=ticket.provider_id)
    there = submitted(ticket.provider_id, said.token, "opened")
    if there is not None:
        return there.ticket
    counter.last_number += 1
    counter.save(update_fields=["last_number"])
    ticket.number = counter.last_number
    ticket.save(force_insert=True)
    log = Log(ticket, agreement, list[Event]())
    log.add("opened", said, ticket.opened_at, severity=severity)
    log.save()
    after = {"number": ticket.number, "subject": ticket.subject, "severity": ticket.severity, "plan": ticket.plan}
    record("ticket_opened", ticket, actor=said.actor, after=after)
    return ticket


def _refuse_unfit(subject: str, text: str, actor: Membership, opened_at: datetime | None, at: datetime) -> None:
    if not subject.strip():
        raise Refusal("subject_needed", _("Say in a few words what it is about."), fields={"subject": _("Needed.")})
    if len(subject.strip()) > 200:
        said = _("A subject has 200 letters at most; the rest belongs in the text.")
        raise Refusal("subject_too_long", said, fields={"subject": said})
    refuse_unfit_text(text)
    if opened_at is not None and not actor.is_staff:
        raise Refusal("role_not_allowed", _("Only support may say when a call came in."), status=403)
    if opened_at is not None and opened_at > at:
        said = _("The time of the call lies in the future.")
        raise Refusal("opened_later", said, fields={"opened_at": said})


def _refuse_strangers(
    subscription: Subscription, requester: Membership, service: Service | None, actor: Membership
) -> None:
    owners = (subscription.provider_id, subscription.tenant_id)
    if not actor.is_staff and actor.tenant_id != subscription.tenant_id:
        raise Refusal("not_subscribed", _("There is no such subscription here."), status=404)
    if (requester.provider_id, requester.tenant_id) != owners or requester.removed_at is not None:
        said = _("A ticket is opened for somebody of the customer.")
        raise Refusal("requester_unknown", said, fields={"requester": said})
    if service is not None and (
        service.provider_id != owners[0] or not subscription.coverages.filter(service=service).exists()
    ):
        said = _("The subscription does not cover this service.")
        raise Refusal("service_unknown", said, fields={"service": said})


def _pinned(subscription: Subscription, opened: datetime) -> tuple[int, str, Agreement]:
    term = term_at(subscription, opened)
    if term is None:
        said = _("%(name)s was not active then.") % {"name": subscription.name}
        raise Refusal("not_subscribed", said, fields={"subscription": said}, status=409)
    hold_versions(subscription.provider_id)
    version, agreement = agreed_at(subscription, term.plan, opened)
    return version.pk, term.plan, agreement


def _severity(agreement: Agreement, severity: str | None, actor: Membership, details: dict[str, str]) -> str | None:
    """What the opening names; a customer's wish where the provider classifies is kept and not followed."""
    timing = timing_of(agreement)
    if severity is None:
        return timing.default
    if severity not in timing.severities:
        known = ", ".join(timing.severities) or _("none")
        said = _("There is no severity %(severity)s; the policy has: %(known)s.") % {
            "severity": severity,
            "known": known,
        }
        raise Refusal("unknown_severity", said, fields={"severity": said})
    if not actor.is_staff and agreement.terms.support.classified_by == "provider":
        details["severity_wished"] = severity
        return timing.default
    return severity
