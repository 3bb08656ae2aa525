"""Policy documents made up at random: calendars, availability, performance, clocks to be missed, plans."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from .random_credits import random_rule

Document = dict[str, Any]

TARGETS: list[Any] = ["100", "99.999", "99.99", "99.95", "99.9", "99.9", "99.5", "99", "98", "90", 99, 100]
LIMITS: list[Any] = ["50", "100", "0.1", "99.95", 20]
CLOCKS = ["response", "update", "resolution", "next_reply"]
SEVERITIES = ["critical", "high", "low"]
CAUSES = ["customer", "third_party", "force_majeure", "local_connectivity", "external"]
CURRENCIES = ["USD", "EUR", "GBP", "JPY", "KWD"]
ZONES = [
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kolkata",
    "Europe/Berlin",
    "UTC",
    "America/Havana",
]
HOURS: list[Document] = [
    {"mon-fri": "09:00-17:00"},
    {"mon-fri": ["09:00-12:00", "13:00-17:00"], "sat": "10:00-14:00"},
    {"mon-fri": ["08:00-12:00", "12:00-16:00"]},
    {"mon-sat": "22:00-06:00"},
    {"mon-sun": "22:00-06:00"},
    {"fri-mon": "18:00-02:30"},
    {"mon-fri": "24h"},
    {"mon-sun": "24h"},
    {"mon-thu": "18:00-00:00", "fri": "18:00-03:00", "sun": "24h"},
    {"sat-sun": ["00:00-02:30", "03:00-23:30"], "wed": "24h"},
    {"mon-sun": "01:30-02:30"},
    {"tue": "23:00-01:00", "thu-sun": ["00:30-02:00", "23:15-00:15"]},
]
OPENED: list[Any] = ["09:00-12:00", "24h", "20:00-04:00", ["00:00-03:00", "10:00-11:00"], "04:00-09:00", "18:00-00:00"]
HOLIDAYS = ["US", "US-CA", "GB-ENG", "IN", "DE", "CL", "AU"]


@dataclass(frozen=True)
class Setting:
    """What a made-up policy is made for: a zone, a kind of period and the dates of one such period."""

    zone: str
    kind: str
    first: date
    after: date

    def some_date(self, rng: random.Random) -> str:
        """A date in the period or just outside it, as text; often next to its edges."""
        days = (self.after - self.first).days
        near = rng.choice([-1, 0, 1, days - 1, days])
        return (self.first + timedelta(days=near if rng.random() < 0.3 else rng.randint(-1, days))).isoformat()


def random_calendar(rng: random.Random, setting: Setting) -> Document:
    """A calendar with some of: a zone of its own, holidays, closed dates, dates with hours of their own."""
    calendar: Document = {"hours": dict(rng.choice(HOURS))}
    if rng.random() < 0.2:
        calendar["timezone"] = rng.choice(ZONES)
    if rng.random() < 0.4:
        calendar["holidays"] = rng.sample(HOLIDAYS, rng.choice([1, 1, 2]))
    if rng.random() < 0.4:
        calendar["closed"] = sorted({setting.some_date(rng) for _ in range(rng.randint(1, 4))})
    if rng.random() < 0.4:
        dates = {setting.some_date(rng) for _ in range(rng.randint(1, 3))}
        if calendar.get("closed") and rng.random() < 0.4:
            dates.add(calendar["closed"][0])
        calendar["open"] = {day: rng.choice(OPENED) for day in sorted(dates)}
    return calendar


def random_window_rule(rng: random.Random) -> Document:
    """What a kind of maintenance window asks for."""
    rule: Document = {}
    if rng.random() < 0.5:
        rule["notice"] = rng.choice(["48h", "24h", "3d", "1d", "1w", "1d12h", "30m"])
    if rng.random() < 0.5:
        rule["up_to"] = rng.choice(["2h", "4h", "90m", "30m", "1d", "1d2h"])
    if rng.random() < 0.45:
        rule["per_period"] = rng.choice([1, 1, 2, 3])
    return rule


def random_filter(rng: random.Random) -> Document:
    """An `outages` filter."""
    found: Document = {}
    if rng.random() < 0.7:
        found[rng.choice(["at_least", "longer_than"])] = rng.choice(["1m", "5m", "10m", "30s", "1h"])
    if not found or rng.random() < 0.5:
        found["whole"] = rng.choice(["1m", "5m", "30m", "1h"])
    return found


def random_availability(rng: random.Random, setting: Setting, calendars: Document) -> Document:
    """An availability promise."""
    found: Document = {"target": rng.choice(TARGETS)}
    if setting.kind != "month" or rng.random() < 0.5:
        found["period"] = setting.kind
    if calendars and rng.random() < 0.7:
        found["hours"] = rng.choice(sorted(calendars))
    elif rng.random() < 0.3:
        found["hours"] = "always"
    if rng.random() < 0.7:
        found["basis"] = rng.choice(["period", "service_time", "service_time"])
    if rng.random() < 0.7:
        found["degraded"] = rng.choice(["0", "0.25", "0.5", "0.5", "1", 0, 1])
    if rng.random() < 0.5:
        found["outages"] = random_filter(rng)
    if rng.random() < 0.75:
        found["unmonitored"] = rng.choice(["up", "down", "excluded"])
    if rng.random() < 0.3:
        found["part_periods"] = rng.choice(["cut", "none"])
    if rng.random() < 0.3:
        found["not_for"] = rng.sample(["beta", "trial", "pilot"], rng.randint(1, 3))
    if rng.random() < 0.85:
        kinds = rng.sample(["scheduled", "emergency"], rng.choice([1, 2, 2]))
        exclusions: Document = {"maintenance": {kind: random_window_rule(rng) for kind in kinds}}
        if rng.random() < 0.7:
            exclusions["causes"] = {cause: {} for cause in rng.sample(CAUSES, rng.randint(1, 3))}
        found["exclusions"] = exclusions
    return found


def random_performance(rng: random.Random) -> Document:
    """Up to three metrics."""
    found: Document = {}
    for metric in rng.sample(["latency_ms", "throughput_mbps", "packet_loss_percent"], rng.randint(1, 3)):
        rule: Document = {"limit": rng.choice(LIMITS), "is": rng.choice(["below", "at_least"])}
        if rng.random() < 0.85:
            rule["statistic"] = rng.choice(["mean", "median", "p95", "p99", "min", "max"])
        if rng.random() < 0.5:
            rule["per"] = "region"
            if rng.random() < 0.8:
                rule["in"] = rng.choice(["most", "every"])
        found[metric] = rule
    return found


def random_support(rng: random.Random) -> Document:
    """Severities whose clocks can be missed."""
    figures: Document = {clock: {"every" if clock == "update" else "within": "4h"} for clock in CLOCKS}
    return {"default_severity": "low", "severities": {severity: dict(figures) for severity in SEVERITIES}}


def random_rules(rng: random.Random, setting: Setting, currency: str, promises: list[str], most: int) -> list[Document]:
    """Credit rules for some of the promises that the policy makes."""
    found = []
    for _ in range(rng.randint(1, most)):
        others = [promise for promise in promises if promise != "availability"]
        promised = "availability" in promises
        promise = "availability" if promised and rng.random() < 0.75 else rng.choice(others)
        found.append(random_rule(rng, promise, setting.kind, currency, SEVERITIES))
    return found


def random_plan(rng: random.Random, setting: Setting, policy: Document) -> Document:
    """What a dearer plan changes: figures, a list, a section that it drops."""
    availability = policy["availability"]
    currency = policy.get("currency", "USD")
    promises = [*(["performance"] if "performance" in policy else []), *CLOCKS]
    changes: list[Document] = [
        {"availability": {"target": rng.choice(TARGETS)}},
        {"availability": {"part_periods": "none"}},
        {"availability": {"unmonitored": rng.choice(["up", "down", "excluded"]), "degraded": "0.25"}},
        {"credits": random_rules(rng, setting, currency, ["availability", *promises], 3)},
        {"credits": "none"} if "credits" in policy else {},
        {"availability": "none", "credits": random_rules(rng, setting, currency, promises, 2)},
    ]
    if "exclusions" in availability:
        kind = rng.choice(sorted(availability["exclusions"]["maintenance"]))
        changes.append({"availability": {"exclusions": "none"}})
        changes.append({"availability": {"exclusions": {"maintenance": {kind: {"up_to": "1h", "per_period": 2}}}}})
        changes.append({"availability": {"exclusions": {"maintenance": {kind: "none"}}}})
    return {"name": "Premium", **rng.choice(changes)}


def random_policy(rng: random.Random, setting: Setting) -> Document:
    """A whole policy document, valid by the format."""
    policy: Document = {
        "format": "slaportal/1",
        "provider": {"key": "chance", "name": "Chance & Sons"},
        "title": "Promises made at random",
        "timezone": setting.zone,
        "currency": rng.choice(CURRENCIES),
    }
    if rng.random() < 0.65:
        policy["calendars"] = {name: random_calendar(rng, setting) for name in ["desk", "late"][: rng.randint(1, 2)]}
    policy["support"] = random_support(rng)
    policy["availability"] = random_availability(rng, setting, policy.get("calendars", {}))
    promises = ["availability", *CLOCKS]
    if rng.random() < 0.4:
        policy["performance"] = random_performance(rng)
        promises += ["performance"] * 4
    if rng.random() < 0.95:
        policy["credits"] = random_rules(rng, setting, policy["currency"], promises, 5)
    policy["plans"] = {"standard": {"name": "Standard"}}
    if rng.random() < 0.4:
        policy["plans"]["premium"] = random_plan(rng, setting, policy)
    return policy
