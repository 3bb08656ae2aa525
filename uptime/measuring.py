"""The figures of a period out of its facts: the one place where workers, pages and credits have them worked out."""

from datetime import datetime

from slaportal.intervals import Instant, instant_of
from uptime.availability import MeasuredAvailability, NoAvailability, measure_availability
from uptime.facts import Facts, kind_of_subscription
from uptime.models import SubscriptionPeriod
from uptime.performance import MeasuredMetric, measure_performance


def measure(
    period: SubscriptionPeriod, facts: Facts, now: Instant | datetime
) -> tuple[MeasuredAvailability | NoAvailability, tuple[MeasuredMetric, ...]]:
    """Availability and performance of a period as of `now`, by the agreement that it has pinned."""
    availability = measure_availability(
        facts.agreement,
        facts.period,
        outages=facts.outages,
        windows=facts.windows,
        unmonitored=facts.unmonitored,
        active=facts.active,
        subscription=kind_of_subscription(period),
        now=now if isinstance(now, int) else instant_of(now),
    )
    return availability, measure_performance(facts.agreement.terms.performance, facts.samples)
