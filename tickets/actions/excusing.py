"""Excusing a breach: it stays, marked, with a cause that the policy names, and is reported apart."""

from datetime import datetime

from django.utils.translation import gettext as _

from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.access import require_role
from slaportal.tenancy.models import Membership, Role
from tickets.actions.fitting import refuse_unfit_reason
from tickets.announcing import announce_excuse
from tickets.log import Said, open_log
from tickets.models import Breach
from tickets.queries import agreement_of_ticket


def excuse(breach: Breach, *, cause: str, reason: str, actor: Membership, at: datetime) -> None:
    """Marks a breach as excused; the customer reads cause and reason.

    For leads and administrators. Refuses `cause_not_excused` (support.excused of the policy), `reason_needed`,
    `reason_too_long`, `already_excused`.
    """
    require_role(actor, Role.LEAD, Role.ADMIN)
    known = agreement_of_ticket(breach.ticket).terms.support.excused
    if cause not in known:
        said = _("The policy excuses no breach for this cause; it names: %(known)s.") % {
            "known": ", ".join(known) or _("none")
        }
        raise Refusal("cause_not_excused", said, fields={"cause": said})
    refuse_unfit_reason(reason)
    log = open_log(breach.ticket, at=at)
    marked = Breach.objects.filter(pk=breach.pk, excused_at=None).update(
        excused_at=at, excused_by=actor, cause=cause, excuse=reason.strip()
    )
    if not marked:
        raise Refusal("already_excused", _("This breach is excused already."), status=409)
    log.add("excused", Said(actor, reason=f"{breach.clock}: {reason.strip()}"[:500]), at)
    log.save()
    announce_excuse(Breach.objects.select_related("ticket").get(pk=breach.pk))
    record("breach_excused", log.ticket, actor=actor, after={"clock": breach.clock, "cause": cause}, reason=reason)
