"""The engine and the second opinion give the same clocks for random policies and histories."""

import json
from random import Random
from typing import Any

import pytest

from contracts.policy.documents import agreement_of, read_document
from slaportal.intervals import read_instant, written
from tests.reference.clocks import work_out_clocks
from tests.reference.random_tickets import random_ticket
from tickets.clocks import Clock, clocks_of
from tickets.history import Event

A_CHUNK = 75


def _event(part: dict[str, Any]) -> Event:
    return Event(
        read_instant(part["at"]), part["type"], part.get("status"), part.get("severity"), part.get("resolution")
    )


def _shown(clock: Clock) -> dict[str, Any]:
    instants = {key: getattr(clock, key) for key in ("due", "aim", "stopped_at", "breached_at")}
    shown: dict[str, Any] = {key: None if at is None else written(at) for key, at in instants.items()}
    shown |= {"state": clock.state, "outcome": clock.outcome}
    for key, us in (("elapsed_s", clock.elapsed), ("remaining_s", clock.remaining)):
        shown[key] = us // 1_000_000 if us % 1_000_000 == 0 else us / 1_000_000
    if clock.breaches is not None:
        shown["breaches"] = clock.breaches
    return shown


@pytest.mark.parametrize("chunk", range(8))
def test_random_tickets_agree(chunk: int) -> None:
    for seed in range(chunk * A_CHUNK, (chunk + 1) * A_CHUNK):
        scenario = random_ticket(Random(seed))
        policy, plan, now = scenario["policy"], scenario.get("plan"), scenario["now"]
        events = scenario["ticket"]["events"]
        agreement = agreement_of(read_document(json.dumps(policy)), plan)
        clocks = clocks_of(agreement, [_event(part) for part in events], read_instant(now))
        shown = {name: _shown(clock) for name, clock in clocks.items()}
        assert shown == work_out_clocks(policy, plan, now, events), f"seed {seed}"
