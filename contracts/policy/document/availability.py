"""The promises on a service: availability with what is excluded from it, and performance."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from contracts.policy.document.stated import Named, Stated
from contracts.policy.document.values import Exact, PlainDuration, Whole
from contracts.policy.durations import Duration

Subscription = Literal["production", "beta", "trial", "pilot"]


class OutageFilter(Stated):
    """Which counted stretches count, and in which whole units."""

    at_least: PlainDuration | None = None
    longer_than: PlainDuration | None = None
    whole: PlainDuration | None = None


class MaintenanceKind(Stated):
    """When a window of this kind is excluded, and how much of it."""

    notice: PlainDuration | None = None
    up_to: PlainDuration | None = None
    per_period: Whole | None = Field(default=None, ge=0)


class MaintenanceKinds(Named[MaintenanceKind]):
    """The kinds of maintenance window that are excluded."""

    __pydantic_extra__: dict[str, MaintenanceKind]


class ExcludedCause(Stated):
    """A cause whose outages do not count."""


class ExcludedCauses(Named[ExcludedCause]):
    """The causes whose outages do not count."""

    __pydantic_extra__: dict[str, ExcludedCause]


class Exclusions(Stated):
    """What does not count as downtime."""

    maintenance: MaintenanceKinds = MaintenanceKinds()
    causes: ExcludedCauses = ExcludedCauses()


class Availability(Stated):
    """The share of a period in which the service is promised to be up, in percent, and how it is measured."""

    target: Exact = Field(ge=0, le=100)
    period: Literal["month", "quarter", "year"] = "month"
    hours: str = "always"
    basis: Literal["period", "service_time"] = "period"
    degraded: Exact = Field(default=Decimal(0), ge=0, le=1)
    outages: OutageFilter = OutageFilter()
    unmonitored: Literal["up", "down", "excluded"] = "up"
    part_periods: Literal["cut", "none"] = "cut"
    close_after: PlainDuration = Duration("5d", days=5)
    not_for: list[Subscription] = Field(default_factory=list)
    exclusions: Exclusions = Exclusions()


class Metric(Stated):
    """A limit that the reduced samples of a metric are compared with."""

    limit: Exact
    is_: Literal["below", "at_least"] = Field(alias="is")
    statistic: Literal["mean", "median", "p95", "p99", "min", "max"] = "mean"
    per: Literal["region"] | None = None
    in_: Literal["most", "every"] = Field(default="every", alias="in")


class Performance(Named[Metric]):
    """The metrics with a promise."""

    __pydantic_extra__: dict[str, Metric]
