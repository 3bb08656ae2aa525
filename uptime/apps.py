"""The uptime app: what was delivered."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from slaportal.audit.words import ACTIONS, FIELDS, KINDS, VALUES, in_words
from slaportal.outbox import words
from slaportal.outbox.webhooks.kinds import GROUPS, EventKind
from slaportal.outbox.webhooks.kinds import KINDS as EVENTS
from uptime.words import cause_in_words

# What webhooks can be told of.
TOLD = {
    "month.closed": EventKind(_("Month closed")),
    "month.revised": EventKind(_("Month corrected")),
    "outage.corrected": EventKind(_("Outage corrected")),
    "outage.ended": EventKind(_("Outage ended")),
    "outage.recorded": EventKind(_("Outage recorded")),
    "outage.struck_out": EventKind(_("Outage struck out")),
}
# What the audit calls what is done here.
DONE = {
    "outage_corrected": _("Outage corrected"),
    "outage_ended": _("Outage ended"),
    "outage_recorded": _("Outage recorded"),
    "outage_struck_out": _("Outage struck out"),
    "period_revised": _("Closed period revised"),
    "restore_point_corrected": _("Restore point corrected"),
    "restore_point_gone": _("Restore point gone"),
    "restore_point_struck_out": _("Restore point struck out"),
    "restore_points_gone": _("Restore points gone"),
    "restore_points_reported": _("Restore points reported"),
    "unmonitored_ended": _("Measured again"),
    "unmonitored_recorded": _("Unmeasured time recorded"),
    "unmonitored_struck_out": _("Unmeasured time struck out"),
    "window_announced": _("Maintenance announced"),
    "window_cancelled": _("Maintenance cancelled"),
    "window_moved": _("Maintenance moved"),
    "window_planned": _("Maintenance planned"),
}


class UptimeConfig(AppConfig):
    """Outages, maintenance, availability and performance."""

    name = "uptime"
    label = "uptime"

    def ready(self) -> None:
        """The audit and the page of messages get the words for what is done here."""
        ACTIONS.update(DONE)
        KINDS.update(
            outage=_("Outage"),
            restorepoint=_("Restore point"),
            subscriptionperiod=_("Period"),
            unmonitored=_("Unmeasured time"),
            window=_("Maintenance window"),
        )
        FIELDS.update(
            cancelled_at=_("Cancelled"),
            cause=_("Cause"),
            ends_at=_("End"),
            gone_at=_("Gone"),
            impact=_("Impact"),
            knew=_("People who knew"),
            inputs=_("Digest of the evidence"),
            new=_("New"),
            note=_("Note"),
            percent=_("Percent"),
            reported=_("Reported"),
            revision=_("Revision"),
            service=_("Service"),
            services=_("Services"),
            starts_at=_("Start"),
            taken_from=_("Taken from"),
            taken_to=_("Taken to"),
            title=_("Title"),
            told=_("People told"),
            true_start_at=_("True start"),
            void_at=_("Struck out"),
        )
        VALUES.update(cause=cause_in_words, impact=in_words, kind=in_words)
        words.KINDS.update(
            window_announced=_("Maintenance announced"),
            window_cancelled=_("Maintenance cancelled"),
            window_moved=_("Maintenance moved"),
        )
        GROUPS.update(outage=_("Outages"), month=_("Months"))
        EVENTS.update(TOLD)
