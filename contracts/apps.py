"""The contracts app: what was promised."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from contracts.restored import move_restored_changes
from slaportal.audit.words import ACTIONS, KINDS, VALUES
from slaportal.outbox.webhooks.kinds import GROUPS, EventKind
from slaportal.outbox.webhooks.kinds import KINDS as EVENTS
from slaportal.pages.amounts import plainly


class ContractsConfig(AppConfig):
    """Policies, their plans, and who subscribes to them."""

    name = "contracts"
    label = "contracts"

    def ready(self) -> None:
        """The audit gets the words for what is done here; a restored database is looked at when it is migrated."""
        post_migrate.connect(move_restored_changes, sender=self, dispatch_uid="restored_changes")
        ACTIONS.update(
            account_standing_changed=_("Standing of the account changed"),
            contact_added=_("Contact added"),
            contact_changed=_("Contact changed"),
            contact_removed=_("Contact removed"),
            policy_published=_("Policy published"),
            service_added=_("Service added"),
            service_covered=_("Service covered"),
            service_renamed=_("Service renamed"),
            service_uncovered=_("Service no longer covered"),
            subscription_ended=_("Subscription ended"),
            subscription_made=_("Subscription made"),
            subscription_renamed=_("Subscription renamed"),
            term_changed=_("Plan or fee changed"),
        )
        VALUES.update(fee=plainly)
        KINDS.update(
            policyversion=_("Policy"), subscription=_("Subscription"), service=_("Service"), contact=_("Contact")
        )
        GROUPS.update(policy=_("Policies"))
        EVENTS.update(
            {
                "policy.published": EventKind(_("Policy published")),
            }
        )
