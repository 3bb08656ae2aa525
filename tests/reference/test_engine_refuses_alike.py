"""The engine and the reference refuse the same broken histories, and agree on those that a change left whole."""

import json
from random import Random
from typing import Any

import pytest

from contracts.policy.documents import agreement_of, read_document
from slaportal.intervals import read_instant, written
from tests.reference.clocks import DoesNotFit as ReferenceRefuses
from tests.reference.clocks import work_out_clocks
from tests.reference.random_tickets import random_ticket
from tickets.clocks import clocks_of
from tickets.history import EVENT_TYPES, STATUSES, DoesNotFit, Event

Shown = dict[str, tuple[Any, ...]] | str
REFUSED = "refused"
A_CHUNK = 75


def broken(rng: Random, scenario: dict[str, Any]) -> list[dict[str, Any]]:
    """The ticket's events with a few put in, taken out or moved."""
    events = [dict(event) for event in scenario["ticket"]["events"]]
    for _ in range(rng.randint(1, 3)):
        n, choice = rng.randrange(len(events)), rng.random()
        if choice < 0.2 and len(events) > 1:
            events.pop(n)
        elif choice < 0.4:
            events[n]["at"] = rng.choice(events)["at"]
        else:
            put_in: dict[str, Any] = {"at": events[n]["at"], "type": rng.choice(EVENT_TYPES)}
            if put_in["type"] == "status":
                put_in["status"] = rng.choice(STATUSES)
            if put_in["type"] == "severity":
                put_in["severity"] = rng.choice([*scenario["policy"]["support"]["severities"], "unheard_of"])
            events.insert(n, put_in)
    return events


def by_engine(scenario: dict[str, Any], events: list[dict[str, Any]]) -> Shown:
    agreement = agreement_of(read_document(json.dumps(scenario["policy"])), scenario.get("plan"))
    read = [
        Event(read_instant(part["at"]), part["type"], part.get("status"), part.get("severity"), part.get("resolution"))
        for part in events
    ]
    try:
        clocks = clocks_of(agreement, read, read_instant(scenario["now"]))
    except DoesNotFit:
        return REFUSED
    return {
        name: (clock.state, clock.outcome, clock.due and written(clock.due), clock.breaches)
        for name, clock in clocks.items()
    }


def by_reference(scenario: dict[str, Any], events: list[dict[str, Any]]) -> Shown:
    try:
        clocks = work_out_clocks(scenario["policy"], scenario.get("plan"), scenario["now"], events)
    except ReferenceRefuses:
        return REFUSED
    return {
        name: (clock["state"], clock["outcome"], clock["due"], clock.get("breaches")) for name, clock in clocks.items()
    }


@pytest.mark.parametrize("chunk", range(4))
def test_broken_history_is_refused_by_both(chunk: int) -> None:
    refused = 0
    for seed in range(chunk * A_CHUNK, (chunk + 1) * A_CHUNK):
        rng = Random(seed)
        scenario = random_ticket(rng)
        events = broken(rng, scenario)
        shown = by_engine(scenario, events)
        assert shown == by_reference(scenario, events), f"seed {seed}"
        refused += shown == REFUSED
    assert A_CHUNK // 5 < refused < A_CHUNK
