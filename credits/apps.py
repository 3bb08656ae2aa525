"""The credits app: what is owed."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from slaportal.audit.words import ACTIONS, FIELDS, KINDS, VALUES, in_words
from slaportal.outbox.webhooks.kinds import GROUPS, EventKind
from slaportal.outbox.webhooks.kinds import KINDS as EVENTS
from uptime.words import period_in_words


class CreditsConfig(AppConfig):
    """Credits, claims and what becomes of them."""

    name = "credits"
    label = "credits"

    def ready(self) -> None:
        """The audit gets the words for what is done here."""
        ACTIONS.update(
            claim_approved=_("Claim approved"),
            claim_made=_("Credit claimed"),
            claim_rejected=_("Claim rejected"),
            claim_reviewed=_("Claim under review"),
            claim_superseded=_("Claim moved on to a correction"),
            claim_withdrawn=_("Claim withdrawn"),
        )
        KINDS.update(claim=_("Claim"))
        FIELDS.update(amount=_("Amount"), month=_("Month"), claim=_("Claim"))
        VALUES.update(month=period_in_words, state=in_words)
        GROUPS.update(credit=_("Credits"), claim=_("Claims"))
        EVENTS.update(
            {
                "claim.approved": EventKind(_("Claim approved")),
                "claim.filed": EventKind(_("Credit claimed")),
                "claim.rejected": EventKind(_("Claim rejected")),
                "claim.reviewed": EventKind(_("Claim under review")),
                "claim.superseded": EventKind(_("Claim moved to a correction")),
                "claim.withdrawn": EventKind(_("Claim withdrawn")),
                "credit.changed": EventKind(_("Credit changed")),
                "credit.claimable": EventKind(_("Credit can be claimed")),
            }
        )
