"""Months made up at random, in the corners where readings of the specification could part."""

import random
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from .calendars_of_months import dates_of_period, midnight, open_hours, span_of_period
from .downtime import delivery_of
from .figures_of_months import decimals_of
from .moments import DAY, EPOCH, HOUR, MICROSECOND, MINUTE, SECOND, Span, instant, length, moved, pieces, within
from .months import policy_of_plan
from .random_promises import CAUSES, CLOCKS, SEVERITIES, ZONES, Setting, random_policy

Document = dict[str, Any]

CHANGES = {  # the months in which the clocks change
    "America/New_York": [3, 11],
    "Australia/Lord_Howe": [4, 10],
    "America/Santiago": [4, 9],
    "Europe/Berlin": [3, 10],
    "America/Havana": [3, 11],
}
NUDGES = [0, 0, 0, 0, SECOND, -SECOND, 1, -1, MINUTE, -MINUTE]
REGIONS = ["eu", "us", "asia", "africa"]


@dataclass
class Story:
    """A month in the making: its policy as the plan has it, its span, and the instants worth meeting again."""

    rng: random.Random
    policy: Document
    zone: ZoneInfo
    whole: Span
    edges: list[int] = field(default_factory=list)
    windows: list[Span] = field(default_factory=list)  # of maintenance, and stretches that nobody measured

    @property
    def rules(self) -> Document:
        """The availability promise (empty where the plan drops it)."""
        found: Document = self.policy.get("availability") or {}
        return found

    def point(self) -> int:
        """An instant in the period or near it, often one that was met before."""
        begin, end = self.whole
        chance = self.rng.random()
        if chance < 0.3 and self.edges:
            return self.rng.choice(self.edges) + self.rng.choice(NUDGES)
        if chance < 0.36:
            return self.rng.choice([begin, end]) + self.rng.choice([*NUDGES, HOUR, -HOUR])
        if chance < 0.45:
            return self.rng.randint(begin - 40 * DAY, end + 20 * DAY) // MINUTE * MINUTE
        grain = self.rng.choices([HOUR, MINUTE, SECOND, 1], [4, 10, 3, 1])[0]
        return self.rng.randint(begin, end) // grain * grain

    def kept(self, at: int) -> int:
        """The same instant, remembered."""
        self.edges.append(at)
        return at

    def text(self, at: int) -> str:
        """An instant as text, in the policy's zone or another."""
        zone = self.rng.choice([UTC, self.zone, self.zone, ZoneInfo("Asia/Kolkata")])
        moment = (EPOCH + at * MICROSECOND).astimezone(zone).isoformat()
        return moment.replace("+00:00", "Z")


def random_period(rng: random.Random, zone: str) -> tuple[str, str]:
    """The kind and the name of a period, mostly one in which the clocks change."""
    year = rng.randint(2024, 2028)
    kind = rng.choices(["month", "quarter", "year"], [8, 2, 1])[0]
    month = rng.choice(CHANGES[zone]) if zone in CHANGES and rng.random() < 0.65 else rng.randint(1, 12)
    if zone == "America/Havana" and rng.random() < 0.3:
        year, month = 2026, 11  # whose first midnight comes twice
    names = {"month": f"{year}-{month:02}", "quarter": f"{year}-Q{(month + 2) // 3}", "year": f"{year}"}
    return kind, names[kind]


def remember_edges(story: Story, period: str) -> None:
    """Keeps some openings and closings, and the hours around changes of the clocks."""
    first, after = dates_of_period(period)
    day = first
    while day < after:
        start, end = midnight(day, story.zone), midnight(day + timedelta(days=1), story.zone)
        if end - start != DAY:
            story.edges += [start, start + HOUR, start + 2 * HOUR, start + 3 * HOUR, end]
        day += timedelta(days=1)
    shifts, closed = open_hours(story.policy, story.rules.get("hours", "always"), story.whole)
    for span in story.rng.sample(shifts, min(4, len(shifts))) + closed[:2]:
        story.edges += span


def random_length(story: Story) -> int:
    """How long an outage or a window lasts: at a limit of the policy, or anything."""
    rng = story.rng
    limits = [length(text) for text in (story.rules.get("outages") or {}).values()]
    limits += [length(rule["up_to"]) for rule in window_rules(story).values() if "up_to" in rule]
    if limits and rng.random() < 0.35:
        return max(1, rng.choice(limits) * rng.choice([1, 1, 2]) + rng.choice(NUDGES))
    if story.rules and rng.random() < 0.12:
        short = 1 - Fraction(str(story.rules["target"])) / 100
        allowed = int((story.whole[1] - story.whole[0]) * short)
        return max(SECOND, allowed + rng.choice(NUDGES))
    unit, most = rng.choices([(SECOND, 600), (MINUTE, 90), (HOUR, 12), (DAY, 4)], [2, 6, 5, 1])[0]
    return rng.randint(1, most) * unit


def window_rules(story: Story) -> Document:
    """What the policy says of each kind of window."""
    found: Document = (story.rules.get("exclusions") or {}).get("maintenance") or {}
    return found


def random_outages(story: Story) -> list[Document]:
    """Outages that overlap, touch, lie in windows, are still on, excused or degraded."""
    rng = story.rng
    found = []
    for _ in range(rng.choice([0, 1, 1, 2, 3, 3, 4, 6, 9])):
        near = rng.choice(story.windows) if story.windows and rng.random() < 0.35 else None
        start = story.kept(story.point() if near is None else rng.randint(near[0] - HOUR, near[1]) // SECOND * SECOND)
        outage: Document = {"start": story.text(start)}
        later = [edge for edge in story.edges if edge > start]
        end = rng.choice(later) if later and rng.random() < 0.15 else start + random_length(story)
        if rng.random() < 0.92:
            outage["end"] = story.text(story.kept(end))
        if rng.random() < 0.5:
            outage["cause"] = rng.choice(["provider", "provider", "provider", *CAUSES])
        if rng.random() < 0.6:
            outage["impact"] = rng.choice(["down", "degraded"])
        if rng.random() < 0.5:
            outage["service"] = rng.choice(["api", "web"])
        found.append(outage)
    return found


def outage_at_the_target(story: Story, period: str) -> list[Document]:
    """One outage that uses up just what the target allows, or a little more or less."""
    delivery = delivery_of(story.policy, {"period": period}, story.whole[1] + 400 * DAY)
    if delivery is None or not delivery.allowed:
        return random_outages(story)
    shifts, closed = open_hours(story.policy, story.rules.get("hours", "always"), story.whole)
    cut = pieces(story.whole, shifts, closed)
    opened = [piece for piece in cut if within(piece, shifts) and not within(piece, closed)]
    wanted = int(delivery.allowed)
    later = opened[story.rng.randrange(len(opened)) :]
    start = end = later[0][0]
    for opens, closes in later:
        used = min(wanted, closes - opens)
        wanted -= used
        if used:
            end = opens + used
    end = max(start + 1, end + story.rng.choice(NUDGES))
    return [{"start": story.text(story.kept(start)), "end": story.text(story.kept(end))}]


def random_announcement(story: Story, start: int, rule: Document) -> int | None:
    """When a window was announced: just in time, too late, long before, afterwards, never."""
    rng = story.rng
    if rng.random() < 0.15:
        return None
    if "notice" in rule and rng.random() < 0.6:
        return moved(start, rule["notice"], story.zone, -1) + rng.choice(NUDGES)
    return start - rng.choice([30 * DAY, 8 * DAY, 4 * DAY, HOUR, 0, -HOUR, -20 * DAY])


def random_windows(story: Story) -> list[Document]:
    """Maintenance windows, those of earlier months and those that run over an edge among them; no two start at once."""
    rng = story.rng
    begin, end = story.whole
    starts: set[int] = set()
    found = []
    for _ in range(rng.choice([0, 1, 1, 2, 3, 5])):
        start = story.point()
        if rng.random() < 0.25:
            start = rng.choice([begin, end]) - rng.choice([HOUR, 30 * MINUTE, 5 * DAY, 12 * DAY])
        if start in starts:
            continue
        starts.add(story.kept(start))
        kind = rng.choice(["scheduled", "scheduled", "emergency"])
        until = story.kept(start + random_length(story))
        story.windows.append((start, until))
        window: Document = {"start": story.text(start), "end": story.text(until), "kind": kind}
        announced = random_announcement(story, start, window_rules(story).get(kind, {}))
        if announced is not None:
            window["announced"] = story.text(story.kept(announced))
        found.append(window)
    return found


def random_samples(story: Story) -> Document:
    """Samples around the limit of each metric, by region where the rule is per region."""
    rng = story.rng
    found: Document = {}
    for metric, rule in (story.policy.get("performance") or {}).items():
        if rng.random() < 0.15:
            continue
        limit = str(rule["limit"])
        values = [limit, limit, "0.09", "41", "44.5", "99.949999", "100.1", "0", "50.0000001", "12.3456789", "33"]

        def some(values: list[str] = values) -> list[str]:
            return [rng.choice(values) for _ in range(rng.choice([1, 2, 3, 5, 20, 21, 101]))]

        if rule.get("per") == "region":
            found[metric] = {region: some() for region in rng.sample(REGIONS, rng.randint(1, 4))}
        else:
            found[metric] = some()
    return found


def random_fee(story: Story, currency: str) -> Document:
    """A fee with the decimals of its currency."""
    rng = story.rng
    places = decimals_of(currency)

    def amount(units: int) -> str:
        return f"{units}" if not places else f"{units // 10**places}.{units % 10**places:0{places}}"

    fee: Document = {"monthly": amount(rng.choice([0, 1, 8000, 49999, 100000, 120000, rng.randint(1, 10**7)]))}
    if rng.random() < 0.35:
        fee["annual"] = amount(rng.choice([1080000, 999999, rng.randint(1, 10**8)]))
    if rng.random() < 0.8:
        fee["currency"] = currency
    return fee


def claim_edges(story: Story, outages: list[Document]) -> list[int]:
    """The instants at which claim windows end, of the period and of each outage."""
    claims = [rule.get("claim", {}) for rule in story.policy.get("credits") or []]
    withins = [claim["within"] for claim in claims if "within" in claim]
    ends = [story.whole[1], *(instant(outage["end"]) for outage in outages if "end" in outage)]
    return [moved(end, within, story.zone) for within in withins for end in ends] or [story.whole[1]]


def random_now(story: Story, limits: list[int]) -> int:
    """Before, in and after the period; at its end, at an edge of the story, at the end of a claim window."""
    rng = story.rng
    begin, end = story.whole
    chance = rng.random()
    if chance < 0.03:
        return begin - rng.randint(0, 40 * DAY)
    if chance < 0.22:
        return rng.randint(begin, end) // MINUTE * MINUTE
    if chance < 0.30:
        return rng.choice(story.edges or [end]) + rng.choice(NUDGES)
    if chance < 0.36:
        return end + rng.choice(NUDGES)
    if chance < 0.65:
        return rng.choice(limits) + rng.choice(NUDGES)
    return end + rng.randint(0, 100 * DAY)


def random_claims(story: Story, limits: list[int]) -> list[Document]:
    """Claims early, just in time, just too late, after now."""
    rng = story.rng
    begin, end = story.whole
    found = []
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
        at = rng.choice(limits) + rng.choice(NUDGES)
        if rng.random() < 0.3:
            at = rng.randint(begin, end + 60 * DAY) // MINUTE * MINUTE
        elif rng.random() < 0.4:
            at = story.point()
        found.append({"at": story.text(at)})
    return found


def random_active(story: Story) -> Document | None:
    """When the subscription began or ended: mostly always, else in the period, at its edges, or outside it."""
    rng = story.rng
    begin, end = story.whole
    if rng.random() < 0.7:
        return None
    active: Document = {}
    if rng.random() < 0.65:
        began = rng.choice([begin, begin - 9 * DAY, begin + 1, rng.randint(begin, end), story.point()])
        active["from"] = story.text(began)
    if not active or rng.random() < 0.4:
        active["to"] = story.text(rng.choice([end, end + DAY, end - 1, end + 40 * DAY, rng.randint(begin, end)]))
    return active if "to" not in active or "from" not in active or in_order(active) else None


def in_order(active: Document) -> bool:
    """Whether a subscription began before it ended."""
    return instant(active["from"]) < instant(active["to"])


def random_stretches(story: Story) -> list[Document]:
    """Stretches that nobody measured."""
    found = []
    for _ in range(story.rng.choice([0, 0, 1, 2, 4])):
        start = story.kept(story.point())
        end = story.kept(start + random_length(story))
        story.windows.append((start, end))
        found.append({"start": story.text(start), "end": story.text(end)})
    return found


def random_misses(story: Story) -> list[Document]:
    """Breaches of ticket clocks, in the period and around it."""
    rng = story.rng
    clocks = [rule["for"] for rule in story.policy.get("credits") or [] if rule["for"] in CLOCKS] or CLOCKS
    return [
        {
            "clock": rng.choice([*clocks, rng.choice(CLOCKS)]),
            "severity": rng.choice(SEVERITIES),
            "at": story.text(story.point()),
        }
        for _ in range(rng.choice([0, 1, 2, 3, 6]))
    ]


def random_facts(story: Story, period: str) -> tuple[str, Document]:
    """Now, and the month's facts."""
    rng = story.rng
    windows = random_windows(story)
    stretches = random_stretches(story)
    outages = outage_at_the_target(story, period) if rng.random() < 0.08 else random_outages(story)
    limits = claim_edges(story, outages)
    month: Document = {"period": int(period) if len(period) == 4 and rng.random() < 0.5 else period}
    active = random_active(story)
    if active:
        month["active"] = active
    if rng.random() < 0.3:
        month["subscription"] = rng.choice(["production", "production", "beta", "trial", "pilot"])
    if rng.random() < 0.5:
        month["account_current"] = rng.random() < 0.6
    month["fee"] = random_fee(story, story.policy["currency"])
    facts = {
        "outages": outages,
        "maintenance": windows,
        "unmonitored": stretches,
        "samples": random_samples(story),
        "misses": random_misses(story),
        "claims": random_claims(story, limits),
    }
    month |= {name: entries for name, entries in facts.items() if entries}
    return story.text(random_now(story, limits)), month


def random_month(rng: random.Random) -> Document:
    """A scenario with a policy written out in it, valid by the format and of the kind of JSON documents."""
    zone = rng.choice(ZONES)
    kind, period = random_period(rng, zone)
    policy = random_policy(rng, Setting(zone, kind, *dates_of_period(period)))
    plan = rng.choice(sorted(policy["plans"]))
    story = Story(rng, policy_of_plan(policy, plan), ZoneInfo(zone), span_of_period(period, ZoneInfo(zone)))
    remember_edges(story, period)
    now, month = random_facts(story, period)
    return {"name": f"{kind} {period} in {zone}", "policy": policy, "plan": plan, "now": now, "month": month}
