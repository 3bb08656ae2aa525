"""Credit rules made up at random: every quantity, schedule, base, cap, minimum and claim that the format allows."""

import random
from typing import Any

from .figures_of_months import decimals_of

Document = dict[str, Any]

SHARES = ["5%", "10%", "2.5%", "100%", "33.3%", "25%", "1/12", "1/3", "1/30", "2/365"]
TIMES = ["12h", "2d", "90m", "1d12h", "1w", "1h30m"]
PERCENTS = ["downtime_percent", "shortfall"]
LENGTHS = ["downtime", "excess_downtime", "longest_outage"]
AVAILABILITIES = ["50", "90", "95", "98", "99", "99.5", "99.9", "99.99", "100"]
BOUNDS: dict[str, list[str]] = {
    "percent": ["20", "5", "1", "0.5", "0.1", "0.05", "0"],
    "length": ["2d", "8h", "2h", "1h", "30m", "10m", "5m"],
    "misses": ["5", "3", "2", "1"],
}
STEPS: dict[str, list[str]] = {
    "percent": ["1", "0.1", "0.5", "0.05", "2.5"],
    "length": ["30m", "10m", "1h", "1m", "45s", "1h30m"],
    "misses": ["1", "2", "3"],
}
FREE: dict[str, list[str]] = {
    "percent": ["0.1", "1", "0.05"],
    "length": ["1h", "15m", "43m12s", "5m"],
    "misses": ["1", "2"],
}
WITHINS = ["7d", "60d", "5d", "30d", "48h", "2w", "1d12h", "24h"]


def kind_of(quantity: str) -> str:
    """In what a quantity is written: `percent`, `length` or `misses`."""
    return "misses" if quantity == "misses" else "length" if quantity in LENGTHS else "percent"


def random_pay(rng: random.Random, *, time_allowed: bool) -> str:
    """A percentage or a fraction, or time where the base allows it."""
    return rng.choice(TIMES if time_allowed and rng.random() < 0.35 else SHARES)


def random_tiers(rng: random.Random, quantity: str, *, time_allowed: bool) -> list[Document]:
    """Tiers, mostly in an order in which each can be reached."""
    if quantity == "availability":
        bounds = [bound for bound in AVAILABILITIES if rng.random() < 0.3] or ["99.9"]
        signs = ["<", "<="]
    else:
        bounds = BOUNDS[kind_of(quantity)]
        chosen = sorted(rng.sample(range(len(bounds)), rng.randint(1, min(4, len(bounds)))))
        bounds = [bounds[place] for place in chosen]
        signs = [">", ">="]
    if rng.random() < 0.1:
        signs = ["<", "<=", ">", ">="]
    if rng.random() < 0.1:
        bounds.reverse()
    return [
        {"when": f"{rng.choice(signs)} {bound}", "pay": random_pay(rng, time_allowed=time_allowed)} for bound in bounds
    ]


def random_steps(rng: random.Random, quantity: str, *, time_allowed: bool) -> Document:
    """A schedule that pays for each step."""
    kind = kind_of(quantity)
    each: Any = rng.choice(["10", "25"]) if quantity == "availability" else rng.choice(STEPS[kind])
    schedule: Document = {"each": int(each) if each.isdigit() and rng.random() < 0.3 else each}
    if rng.random() < 0.75:
        schedule["count"] = rng.choice(["full", "started", "exact"])
    if rng.random() < 0.4:
        schedule["free"] = rng.choice(FREE[kind])
    schedule["pay"] = random_pay(rng, time_allowed=time_allowed)
    return schedule


def add_schedule(rng: random.Random, rule: Document, quantities: list[str], *, time_allowed: bool) -> None:
    """Adds a quantity, where one is needed, and a schedule."""
    shapes = ["pay", "pay", "discretionary"]
    if quantities:
        shapes = ["pay", "discretionary", *["tiers"] * 4, *["each"] * 5]
    if "downtime" in quantities and time_allowed:
        shapes += ["times"] * 3
    shape = rng.choice(shapes)
    if shape == "pay":
        rule["schedule"] = {"pay": random_pay(rng, time_allowed=time_allowed)}
    elif shape == "discretionary":
        rule["schedule"] = {"discretionary": True}
    elif shape == "times":
        rule["quantity"] = rng.choice(["downtime", "excess_downtime"])
        rule["schedule"] = {"times": rng.choice(["1", "10", "100", "2.5", 50])}
    elif shape == "tiers":
        rule["quantity"] = rng.choice(quantities)
        rule["schedule"] = {"tiers": random_tiers(rng, rule["quantity"], time_allowed=time_allowed)}
    else:
        rule["quantity"] = rng.choice(quantities)
        rule["schedule"] = random_steps(rng, rule["quantity"], time_allowed=time_allowed)


def pays_time(rule: Document) -> bool:
    """Whether something that a rule pays, or its cap, is written as time."""
    schedule = rule["schedule"]
    pays = [schedule.get("pay"), rule.get("cap"), *(tier["pay"] for tier in schedule.get("tiers", []))]
    return any(pay is not None and pay[-1].isalpha() for pay in pays)


def random_minimum(rng: random.Random, currency: str) -> Document:
    """A minimum that is small, large, or larger than most caps."""
    places = decimals_of(currency)
    units = rng.choice([1, 100, 500, 2500, 10000, 500000])
    amount = f"{units}" if not places else f"{units // 10**places}.{units % 10**places:0{places}}"
    return {"amount": amount, "below": rng.choice(["drop", "raise"])}


def random_claim(rng: random.Random, rule: Document) -> Document | None:
    """Who claims, and by when; nothing for the default. What staff decide is always claimed."""
    staff_decide = "discretionary" in rule["schedule"]
    if not staff_decide and rng.random() < 0.35:
        return rng.choice([None, {"by": "automatic"}])
    claim: Document = {"by": "customer", "within": rng.choice(WITHINS)}
    if rule["for"] == "availability" and rng.random() < 0.6:
        claim["from"] = "failure"
    elif rng.random() < 0.5:
        claim["from"] = "period_end"
    return claim


def random_rule(rng: random.Random, promise: str, kind: str, currency: str, severities: list[str]) -> Document:
    """One credit rule for `availability`, `performance` or a clock, in a policy whose period is of that kind."""
    rule: Document = {"for": promise}
    quantities = {"availability": ["availability", *PERCENTS, *LENGTHS], "performance": []}.get(promise, ["misses"])
    if promise not in {"availability", "performance"} and rng.random() < 0.6:
        rule["severities"] = rng.sample(severities, rng.randint(1, len(severities)))
    if rng.random() < 0.6:
        rule["base"] = rng.choice(["monthly_fee", "annual_fee", "period_fee"])
    time_allowed = rule.get("base") != "annual_fee" or kind == "year"
    add_schedule(rng, rule, quantities, time_allowed=time_allowed)
    if rng.random() < 0.4:
        rule["cap"] = rng.choice(["100%", "50%", "30%", "1/2", "1/12", *(["3d", "12h"] if time_allowed else [])])
    if pays_time(rule) and rng.random() < 0.5:
        rule["month"] = rng.choice(["30d", "28d", "672h", "31d"])
    if rng.random() < 0.3:
        rule["minimum"] = random_minimum(rng, currency)
    if rng.random() < 0.2:
        rule["only_if_missed"] = rng.random() < 0.1
    claim = random_claim(rng, rule)
    if claim is not None:
        rule["claim"] = claim
    if rng.random() < 0.3:
        rule["settle"] = rng.choice(["next_invoice", "refund_if_not_renewed"])
    if rng.random() < 0.4:
        rule["requires"] = ["current_account"]
    return rule
