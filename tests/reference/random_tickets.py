"""Random ticket scenarios: a policy written out, a history that fits the rules, and a now."""

import random
from typing import Any

from .random_histories import DAY, MINUTE, SECOND, History, random_history, written
from .random_policies import ZONES, random_day, random_policy


def random_ticket(rng: random.Random) -> dict[str, Any]:
    """A whole scenario, valid by the format: `name`, `policy`, `plan` (or none for the default), `now`, `ticket`."""
    number = rng.randrange(10**9)
    zone = rng.choice(ZONES)
    day = random_day(rng, zone)
    policy = random_policy(rng, zone, day)
    plan = rng.choice([None, *policy["plans"]])
    history = random_history(rng, policy, plan, day)
    scenario: dict[str, Any] = {"name": f"Random ticket {number}", "policy": policy}
    if plan is not None:
        scenario["plan"] = plan
    scenario["now"] = written(rng, _random_now(rng, history))
    scenario["ticket"] = {"events": _listed(rng, history.events)}
    return scenario


def _random_now(rng: random.Random, history: History) -> int:
    """After the history, in it, at one of its instants, where a figure turns after it, or before it all."""
    instants = [at for at, _ in history.events]
    choice = rng.random()
    if choice < 0.15:
        return rng.choice(instants)
    if choice < 0.25:
        return rng.randint(instants[0], instants[-1])
    if choice < 0.27:
        return instants[0] - rng.choice((1, MINUTE))
    if choice < 0.65 and (points := history.turning_points()):
        return rng.choice(points) + rng.choice((0, 0, 1, -1, SECOND))
    return instants[-1] + rng.choice((0, rng.randint(0, 600) * MINUTE, rng.randint(0, 20 * DAY)))


def _listed(rng: random.Random, events: list[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The events as they arrived; sometimes out of order, but never those of the same instant."""
    if rng.random() < 0.7:
        return [event for _, event in events]
    waiting: dict[int, list[dict[str, Any]]] = {}
    for at, event in events:
        waiting.setdefault(at, []).append(event)
    listed = []
    while waiting:
        at = rng.choice(list(waiting))
        listed.append(waiting[at].pop(0))
        if not waiting[at]:
            del waiting[at]
    return listed
