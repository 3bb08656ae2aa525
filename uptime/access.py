"""One outage, window, stretch, restore point or period for one person: another's and a missing one are the same 404."""

from django.utils.translation import gettext as _

from contracts.models import Subscription
from slaportal.tenancy.access import not_found, require_role
from slaportal.tenancy.models import STAFF_ROLES, Membership
from uptime.models import Outage, RestorePoint, SubscriptionPeriod, Unmonitored, Window


def get_outage_for(actor: Membership, pk: int) -> Outage:
    """An outage of the staff's provider; customers read the evidence of their periods instead: 403."""
    require_role(actor, *STAFF_ROLES)
    outage = Outage.objects.filter(pk=pk, provider_id=actor.provider_id).first()
    if outage is None:
        raise not_found(_("There is no such outage here."))
    return outage


def get_window_for(actor: Membership, pk: int) -> Window:
    """A maintenance window of the staff's provider; customers are told of theirs: 403."""
    require_role(actor, *STAFF_ROLES)
    window = Window.objects.filter(pk=pk, provider_id=actor.provider_id).first()
    if window is None:
        raise not_found(_("There is no such maintenance window here."))
    return window


def get_unmonitored_for(actor: Membership, pk: int) -> Unmonitored:
    """An unmonitored stretch of the staff's provider; customers read the evidence of their periods instead: 403."""
    require_role(actor, *STAFF_ROLES)
    unmonitored = Unmonitored.objects.filter(pk=pk, provider_id=actor.provider_id).first()
    if unmonitored is None:
        raise not_found(_("There is no such unmonitored stretch here."))
    return unmonitored


def get_restore_point_for(actor: Membership, pk: int) -> RestorePoint:
    """A restore point of the staff's provider; customers read the verdicts on their backups instead: 403."""
    require_role(actor, *STAFF_ROLES)
    point = RestorePoint.objects.filter(pk=pk, provider_id=actor.provider_id).first()
    if point is None:
        raise not_found(_("There is no such restore point here."))
    return point


def get_restore_point_of(actor: Membership, subscription: Subscription, pk: int) -> RestorePoint:
    """The same, of a service that the subscription covers; one of another service is not there."""
    require_role(actor, *STAFF_ROLES)
    covered = RestorePoint.objects.filter(service__coverages__subscription=subscription)
    point = covered.filter(pk=pk, provider_id=actor.provider_id).select_related("service").first()
    if point is None:
        raise not_found(_("There is no such restore point here."))
    return point


def get_period_for(actor: Membership, pk: int) -> SubscriptionPeriod:
    """A period of the provider's (for staff), or of the actor's own tenant; evidence and text only when asked for."""
    found = SubscriptionPeriod.objects.filter(pk=pk, provider_id=actor.provider_id)
    if actor.tenant_id is not None:
        found = found.filter(tenant_id=actor.tenant_id)
    found = found.select_related("subscription__tenant", "version").defer("evidence", "version__text")
    period = found.first()
    if period is None:
        raise not_found(_("There is no such period here."))
    return period
