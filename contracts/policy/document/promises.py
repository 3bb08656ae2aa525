"""The promises without a clock: notices, backups, and what no other section holds."""

from typing import Literal, get_args

from pydantic import Field

from contracts.policy.document.stated import Named, Stated
from contracts.policy.document.values import Lead, PlainDuration, Weekday, Whole

Check = Literal[
    "account_standing",
    "contacts_current",
    "cost_approval",
    "data_export",
    "escalation",
    "live_tracking",
    "maintenance_announced",
    "monitoring_coverage",
    "next_working_day",
    "price_decrease",
    "publication",
    "reclassification",
    "required_fields",
    "resolution_kind",
    "same_day_share",
    "single_plan",
    "success_manager",
    "support_entitlement",
    "survey",
    "terms_accepted",
    "third_party_updates",
    "ticket_number",
    "ticket_statuses",
    "work_order",
]
CHECKS: tuple[str, ...] = get_args(Check)
Kept = Literal["shown", "attested", Check]


class Notice(Stated):
    """How long ahead customers are told of something, to whom and by which way."""

    lead: Lead
    outside: str | None = None
    to: list[str] = Field(default_factory=list)
    by: list[str] = Field(default_factory=list)
    binding: Literal["guarantee", "best_effort"] = "guarantee"


class Notices(Named[Notice]):
    """The notices promised, by what they tell."""

    __pydantic_extra__: dict[str, Notice]


class Backup(Stated):
    """How often restore points are made (`every`, `per_day` or on a `weekday`) and how long they are kept."""

    every: PlainDuration | None = None
    per_day: Whole | None = Field(default=None, ge=1)
    weekday: Weekday | None = None
    keep: PlainDuration


class Backups(Named[Backup]):
    """The kinds of restore point."""

    __pydantic_extra__: dict[str, Backup]


class OtherPromise(Stated):
    """A promise in words: shown, attested on a schedule or on each ticket, or seen to by a check of the portal."""

    text: str
    kept: Kept
    every: PlainDuration | None = None
    per: Literal["ticket"] | None = None
    severities: list[str] | None = None


class OtherPromises(Named[OtherPromise]):
    """What no other section holds."""

    __pydantic_extra__: dict[str, OtherPromise]
