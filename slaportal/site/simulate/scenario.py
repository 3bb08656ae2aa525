"""A scenario as typed models: a policy, a `now`, a ticket's events, a month of a subscription, and what is expected."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from contracts.policy.calendars import EARLIEST, FIRST_YEAR, LAST_YEAR, LATEST
from contracts.policy.document.availability import Subscription
from contracts.policy.document.values import Clock, Exact, read_exact, shown
from contracts.policy.soundness.names import CURRENCIES
from slaportal.intervals import read_instant
from tickets.history import EventType, Resolution, Status

_BELONGS = {"status": ("status",), "severity": ("severity", "opened"), "resolution": ("resolved",)}
_NEEDED = {"status": "status", "severity": "severity"}


def _instant(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not an instant, write it as 2026-03-13T17:00:00-04:00")
    instant = read_instant(value)
    if not EARLIEST <= instant < LATEST:
        raise ValueError(f'"{value}" is out of range, years go from {FIRST_YEAR} to {LAST_YEAR}')
    return instant


def _currency(value: Any) -> Any:
    if value is not None and (not isinstance(value, str) or value not in CURRENCIES):
        raise ValueError(f"{shown(value)} is not a currency of ISO 4217, write its three capital letters as EUR")
    return value


def _samples(value: Any) -> Any:
    """Samples by region; those of no region under the empty name."""
    given = value if isinstance(value, dict) else {"": value}
    if not all(isinstance(samples, list) for samples in given.values()):
        raise ValueError("samples are a list of decimals, or such lists by region")
    return {region: tuple(read_exact(sample) for sample in samples) for region, samples in given.items()}


def _figures(value: Any) -> Any:
    if isinstance(value, dict):
        return {region: read_exact(figure) for region, figure in value.items()}
    return {"": read_exact(value)}


def _policy(value: Any) -> Any:
    if not isinstance(value, str | dict):
        raise ValueError("a policy is the key of a shipped one, the path of a file, or a mapping written out")
    return value


Instant = Annotated[int, BeforeValidator(_instant)]
MetricSamples = Annotated[Any, BeforeValidator(_samples)]
Figures = Annotated[Any, BeforeValidator(_figures)]
Text = Annotated[str, Field(min_length=1)]


class Part(BaseModel):
    """A mapping of a scenario: nothing but its own keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EventPart(Part):
    """One event of a ticket."""

    at: Instant
    type: EventType
    status: Status | None = None
    severity: str | None = None
    resolution: Resolution | None = None

    @model_validator(mode="after")
    def _says_what_its_type_says(self) -> "EventPart":
        for key, types in _BELONGS.items():
            if getattr(self, key) is not None and self.type not in types:
                raise ValueError(f'"{key}" belongs to {" and ".join(types)} events, not to {self.type}')
        needed = _NEEDED.get(self.type)
        if needed and getattr(self, needed) is None:
            raise ValueError(f'a {self.type} event names its "{needed}"')
        return self


class TicketPart(Part):
    """The events of one ticket, in any order."""

    events: list[EventPart] = Field(default_factory=list)


class Stretch(Part):
    """From `start` to `end`, which is not before it."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> "Stretch":
        if self.end < self.start:
            raise ValueError("it ends before it starts")
        return self


class OutagePart(Part):
    """An outage; without `end` it is still on."""

    start: Instant
    end: Instant | None = None
    cause: Text = "provider"
    impact: Literal["down", "degraded"] = "down"
    service: str | None = None

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> "OutagePart":
        if self.end is not None and self.end < self.start:
            raise ValueError("it ends before it starts")
        return self


class MaintenancePart(Stretch):
    """A maintenance window, and when it was announced."""

    kind: Text
    announced: Instant | None = None


class ActivePart(Part):
    """Since when and until when the subscription is active."""

    from_: Instant | None = Field(default=None, alias="from")
    to: Instant | None = None


class FeePart(Part):
    """What the subscription costs; `annual` is twelve times `monthly` unless it is said."""

    monthly: Exact = Field(default=Decimal(0), ge=0)
    annual: Annotated[Exact, Field(ge=0)] | None = None
    currency: Annotated[str | None, BeforeValidator(_currency)] = None


class MissPart(Part):
    """A breach of a ticket clock, for credits that pay for them."""

    clock: Clock
    severity: str
    at: Instant


class ClaimPart(Part):
    """A claim that the customer made."""

    at: Instant


class MonthPart(Part):
    """A period of one subscription."""

    period: Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
    active: ActivePart = ActivePart()
    subscription: Subscription = "production"
    account_current: bool = True
    fee: FeePart | None = None
    outages: list[OutagePart] = Field(default_factory=list)
    maintenance: list[MaintenancePart] = Field(default_factory=list)
    unmonitored: list[Stretch] = Field(default_factory=list)
    samples: dict[str, MetricSamples] = Field(default_factory=dict)
    misses: list[MissPart] = Field(default_factory=list)
    claims: list[ClaimPart] = Field(default_factory=list)


class ClockExpectation(Part):
    """What a clock is to say."""

    state: Literal["running", "paused", "stopped"] | None = None
    outcome: Literal["pending", "met", "breached"] | None = None
    due: Instant | None = None
    aim: Instant | None = None
    elapsed_s: Exact | None = None
    remaining_s: Exact | None = None
    stopped_at: Instant | None = None
    breached_at: Instant | None = None
    breaches: int | None = None


class AvailabilityExpectation(Part):
    """What the availability is to be."""

    percent: Exact | None = None
    target: Exact | None = None
    met: bool | None = None
    counted_downtime_s: Exact | None = None
    excluded_downtime_s: Exact | None = None
    coverage_percent: Exact | None = None
    denominator_s: Exact | None = None
    allowed_downtime_s: Exact | None = None


class MetricExpectation(Part):
    """What a metric is to be, by region where the rule is."""

    value: Figures = None
    met: bool | None = None


class CreditExpectation(Part):
    """What a credit is to be."""

    for_: Literal["availability", "performance"] | Clock | None = Field(default=None, alias="for")
    status: Literal["none", "pending", "granted", "claimable", "claimed", "expired", "ineligible"] | None = None
    amount: Exact | None = None
    claim_by: Instant | None = None
    claimed_downtime_s: Exact | None = None


class Expectation(Part):
    """What is expected; only what is named is compared."""

    clocks: dict[Clock, ClockExpectation | None] | None = None
    availability: AvailabilityExpectation | None = None
    performance: dict[str, MetricExpectation | None] | None = None
    credits: list[CreditExpectation] | None = None


class Scenario(Part):
    """One scenario; `policy` is a name or a document written out."""

    name: Text = "A scenario without a name"
    policy: Annotated[Any, BeforeValidator(_policy)]
    plan: str | None = None
    now: Instant
    ticket: TicketPart | None = None
    month: MonthPart | None = None
    expect: Expectation = Expectation()
