"""`python -m tests.benchmarks.report var/bench.json` writes the figures of a run into docs/benchmarks.md."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure

ROOT = Path(__file__).resolve().parent.parent.parent
WRITTEN_TO = ROOT / "docs" / "benchmarks.md"

TEXT = """\
# Benchmarks

Written by `make bench`; edit `tests/benchmarks/report.py`, not this file.

Measured on {date} at commit {commit}: {machine}, Python {python}, one process. The machine is shared with other work; \
its load was {load:.2f} at the end of the run, whose own share is 1. Each figure is the best of many short rounds \
where nothing else is said; expect 20 % either way, and trust the ratios, which come from one run. The calculation is \
called as the worker calls it: nothing is kept from one call to the next but calendars and the targets of the agreement.

A core must be free. At a load of 2.7 on the two cores a run of 2026-11-24, still in longer rounds, got 11,600 tickets \
and 4,850 months a second and 1.16 s for `simulate`, and so failed: about half of what a free core gives.

The processors lent for these runs differ, and so does what else they do: reading and writing 100,000 months without \
calculating took 14 s on one day, 17 and 20 s in two runs of another, 24 to 26 s on a third. So did the months \
themselves: 18.5 s over TCP on the first, 22.8 and 25.8 s, and 32 s. The ratio was 1.3 to 1.4 in all of them. Later on \
2026-11-29 a machine that took 28.1 s for them took 17.1 to 19.7 s: what became of outages and windows is kept in rows \
instead of objects (half of what the server had to parse and compress), an outage that overlaps no other is explained \
without the sweep, covered services are found by their keys instead of by reading the whole table for every batch, and \
ids go to the server as one text. The peer gained most of the same: it reads and writes the same rows.

Until 2026-11-29 the queue took 37 ms and 4.7 times the floor in a run on this machine, 18.7 ms and 2.3 times after \
`slaportal/frames.py`: its rows were drawn just where a chunk of Python's frames ended, and each call took memory from \
the system and gave it back, 588 times a page. Which page or batch is hit changes with every line of code above it, so \
older figures of pages may hold some of that too.

| what | measured | limit | peer | ratio to peer |
| --- | ---: | ---: | --- | ---: |
{rows}

- **Deadline**: 500 random starts of four years and 1 to 2,880 minutes of open time, Monday to Friday 9 to 18 in New \
York without US holidays. businesstimedelta gets the same rule in the same run, and the results are compared before \
anything is timed. Ours takes and gives whole microseconds, the peer datetimes; the third line is ours with datetimes \
in and out.
- **Ticket**: opened, three replies, a pause, a change of severity, a request for the status; all five clocks in \
office hours. The events are in memory; the second figure adds every segment of every clock.
- **Month**: verdicts on the windows, the downtime, the availability and the credit with all its steps.
- **Memory**: what a fresh process grows by; the calendars differ in hours, zone, holidays and a closed date, half of \
them close at noon, and each is asked about two years, so its table comes to span five.
- **Request**: a signed-in agent, all middleware, one query, on a committed copy of the test database with the real \
login; the peer is the same code on a copy of the same database without policies, where the login may read \
everything, in interleaved rounds. **Sign-in** is \
the POST with a trivial password hash.
- **Outbox**: claim, send to a backend that drops them, and record each by its own COMMIT; the floor is a bare UPDATE \
and COMMIT each.
- **Webhooks**: 200 events that 10 endpoints want, so 2,000 deliveries: spread, claimed, signed, each posted over a \
connection of its own to a server in another process that answers after 5 ms, recorded with request and answer.
- **A million tickets**: one provider, 50 customers, Spirion's policy, 8 events a ticket, 100,000 of them open; built \
by SQL past the triggers, then worked off by two processes as the workers do, start of Python included. Growth is by \
one process that times itself: what is the same for all sizes drops out of it. While a new version is pinned to all \
open tickets, somebody replies and waits until the clocks of that ticket are worked out, and twenty other tickets \
become late; the two processes run the workers' own task.
- **100,000 months**: as many subscriptions, each with a service, 10 outages and 2 announced windows in one month; \
two processes read, work out and write. The peer reads the same rows by the same statements and writes the same \
columns, with nothing between.
- **A million samples**: four series of one service, a value a minute, sent by one program, call after call, with \
the web's login, through all middleware; the months they lie in are marked by each call.
- **Audit**: eight writers of one provider, each event its own COMMIT, then sealing by one worker and verifying; the \
peer is a plain table without wall and trigger. `record()` runs through Django in threads of one Python.
"""


def row(figure: Figure) -> str:
    """One line of the table."""
    limit = "" if figure.limit is None else f"{'≥' if figure.better == 'more' else '≤'} {shown(figure.limit)}"
    peer = "" if figure.peer_value is None else f"{figure.peer}: {shown(figure.peer_value)}"
    ratio = "" if not figure.peer_value else f"{shown(figure.value / figure.peer_value)} times"
    missed = "" if figure.held else " **(missed)**"
    return f"| {figure.name} | {shown(figure.value)} {figure.unit}{missed} | {limit} | {peer} | {ratio} |"


def shown(value: float) -> str:
    """Three digits that count, thousands apart."""
    if value >= 100 or value == round(value):
        digits = max(0, len(str(round(value))) - 3)
        return f"{round(value, -digits):,.0f}"
    return f"{value:.3g}"


def report(run: dict[str, Any]) -> str:
    """The page, from what pytest-benchmark wrote about a run."""
    machine = run["machine_info"]
    commit = run.get("commit_info", {})
    found = [Figure(**figure) for entry in run["benchmarks"] for figure in entry["extra_info"].get("figures", ())]
    cpu = machine["cpu"]
    return TEXT.format(
        date=run["datetime"][:10],
        commit=(commit.get("id") or "unknown")[:10] + (" with changes" if commit.get("dirty") else ""),
        machine=f"{cpu.get('brand_raw') or machine['machine']}, {cpu.get('count', '?')} cores, {machine['system']}",
        python=machine["python_version"],
        load=machine["load"],
        rows="\n".join(row(figure) for figure in found),
    )


if __name__ == "__main__":
    WRITTEN_TO.write_text(report(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), encoding="utf-8")
