"""A desk of a million tickets, a hundred thousand of them open: worked off by two processes, swept, re-timed."""

import json
import subprocess
import time
from statistics import quantiles

from tests.benchmarks import million_tickets
from tests.benchmarks.figures import Benchmark, Figure, growth, record
from tests.clones import SET_UP, run, start
from tests.conftest import superuser_cursor

TICKETS, OPEN = 1_000_000, 100_000
SIZES = (1_000, 10_000, OPEN)
# As a worker's child and the web server's begin.
BEGIN = "from slaportal.site.collecting import collect_seldom; collect_seldom()\n"
CODE = SET_UP + "from tests.benchmarks.million_tickets import WORK\n" + BEGIN + "WORK[{name!r}](*{arguments!r})"


def process(clone: str, name: str, *arguments: str) -> "subprocess.Popen[str]":
    return start(clone, "portal_jobs", ["-c", CODE.format(name=name, arguments=arguments)])


def said(done: "subprocess.Popen[str]") -> str:
    output, _ = done.communicate(timeout=1800)
    assert done.returncode == 0, output
    return output


def worked_off(clone: str, count: int) -> float:
    """Seconds from the marking to the last of so many tickets, with two processes."""
    began = time.perf_counter()
    run(clone, "portal_jobs", f"from tests.benchmarks import million_tickets; million_tickets.mark({count})")
    for one in [process(clone, "work_off") for _ in range(2)]:
        said(one)
    return time.perf_counter() - began


def by_one(clone: str, count: int) -> float:
    """Seconds in which one process works off so many marked tickets; its start is not counted."""
    run(clone, "portal_jobs", f"from tests.benchmarks import million_tickets; million_tickets.mark({count})")
    seconds = json.loads(said(process(clone, "work_off")).splitlines()[-1])["seconds"]
    return float(seconds)


def test_a_million_tickets(benchmark: Benchmark, clone: str) -> None:
    run(clone, "portal_jobs", "from tests.benchmarks import million_tickets; million_tickets.found()")
    cursor = superuser_cursor(clone)
    began = time.perf_counter()
    million_tickets.build(cursor, TICKETS, OPEN)
    cursor.connection.close()
    built = time.perf_counter() - began
    first = worked_off(clone, OPEN)
    cursor = superuser_cursor(clone)
    cursor.execute("ANALYZE")  # as autovacuum does within a minute
    cursor.connection.close()
    took = worked_off(clone, OPEN)
    alone = {count: by_one(clone, count) for count in SIZES}
    swept = json.loads(said(process(clone, "nothing_due")).splitlines()[-1])
    said(process(clone, "months"))
    web = json.loads(said(start(clone, "portal_web", ["-c", CODE.format(name="pages", arguments=())])).splitlines()[-1])
    waits, seconds = retimed(clone)
    benchmark.pedantic(lambda: None, rounds=1, warmup_rounds=0)
    record(
        benchmark,
        Figure("A million tickets with 8 events each, built in blocks", built, "s"),
        Figure("Clocks of 100,000 tickets written the first time, two processes", OPEN / first, "tickets a second"),
        Figure(
            "Marking 100,000 open tickets and working them off, two processes", OPEN / took, "tickets a second",
            limit=2_000,
        ),
        *(Figure(f"{count:,} worked off by one process", alone[count], "s") for count in SIZES),
        Figure("Growth: one more ticket of 100,000, times one more of 10,000", growth(alone), "times", limit=1.5,
               better="less"),
        Figure("Due sweep over 100,000 running clocks, nothing due, median", swept["median_ms"], "ms", limit=50,
               better="less"),
        *of_pages(web),
        Figure("A new version for 100,000 open tickets, worked off", seconds, "s", limit=60, better="less"),
        Figure("Replies meanwhile: clocks right after the commit, median", waits[0], "s"),
        Figure("The same, 95th percentile", waits[1], "s", limit=1, better="less"),
        Figure("Breaches meanwhile: announced after their instant, the last of 20", waits[2], "s", limit=5,
               better="less"),
    )  # fmt: skip


def of_pages(web: dict[str, dict[str, float]]) -> list[Figure]:
    """What the pages and the calls of the API took in the server."""
    return [
        Figure("Queue of 100,000 open tickets, median", web["queue"]["p50"], "ms", limit=25, better="less"),
        Figure("The same, 95th percentile", web["queue"]["p95"], "ms", limit=45, better="less"),
        Figure(
            "The same, times the floor: session, user, 7 middlewares, 50 rows by index, template",
            web["queue"]["p50"] / web["floor"]["p50"], "times", limit=2.5, better="less",
        ),
        Figure("Queries of the queue", web["queue"]["queries"], "queries", limit=10, better="less"),
        Figure("A ticket's page in the server, median", web["ticket"]["p50"], "ms", limit=35, better="less"),
        Figure("Queries of a ticket's page", web["ticket"]["queries"], "queries", limit=15, better="less"),
        Figure("A customer's page of a month in the server, median", web["month"]["p50"], "ms", limit=40,
               better="less"),
        Figure("Queries of a month's page", web["month"]["queries"], "queries"),
        Figure("API: the newest 100 tickets, median", web["api_list"]["p50"], "ms", limit=40, better="less"),
        Figure("API: the 100 changed last, median", web["api_updated"]["p50"], "ms", limit=40, better="less"),
        Figure("API: the first 100 of the queue, median", web["api_view"]["p50"], "ms", limit=40, better="less"),
        Figure("API: a ticket with its clocks explained, median", web["api_ticket"]["p50"], "ms", limit=25,
               better="less"),
        Figure("API: queries of a list", web["api_list"]["queries"], "queries", limit=20, better="less"),
    ]  # fmt: skip


def retimed(clone: str) -> tuple[tuple[float, float, float], float]:
    """Two processes work through a new version for all open tickets while somebody replies."""
    run(clone, "portal_jobs", "from tests.benchmarks import million_tickets; million_tickets.retime()")
    began = time.perf_counter()
    workers = [process(clone, "follow", "75") for _ in range(2)]
    replies = process(clone, "answer", "55")
    cursor = superuser_cursor(clone)
    seconds = None
    while seconds is None and time.perf_counter() - began < 120:
        time.sleep(0.25)
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM tickets_ticket WHERE mark = 1) AND EXISTS "
            "(SELECT FROM contracts_reader WHERE name LIKE 'retime-%' AND transaction > 0)"
        )
        if cursor.fetchone()[0]:
            seconds = time.perf_counter() - began
    told = json.loads(said(replies).splitlines()[-1])
    for worker in workers:
        said(worker)
    assert seconds is not None
    cut = quantiles(told["waits"], n=20)
    return (cut[9], cut[18], told["announced"]), seconds
