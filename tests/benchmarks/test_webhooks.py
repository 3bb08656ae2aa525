"""Webhooks on a clone of the test database: deliveries a second by one worker, to a receiver that is not in its way."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from slaportal.settings import BASE_DIR
from tests.benchmarks.figures import Benchmark, Figure, record
from tests.clones import run

# Events, and endpoints that want each of them: as many deliveries, signed, posted over a connection of their own each,
# answered after 5 ms, recorded.
EVENTS, ENDPOINTS = 200, 10
RECEIVER = """
import asyncio, sys

ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"

async def take(reader, writer):
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    length = next(int(line[15:]) for line in head.split(b"\\r\\n") if line.lower().startswith(b"content-length:"))
    await reader.readexactly(length)
    await asyncio.sleep(0.005)
    writer.write(ANSWER)
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(take, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""
WORK = """
import json, time
from django.conf import settings
from django.db import connection
from slaportal.outbox.models import Attempt, Endpoint, EventDelivery
from slaportal.outbox.webhooks.announcing import Happening, announce
from slaportal.outbox.webhooks.delivering import deliver
from slaportal.outbox.webhooks.signing import new_secret, sealed
from slaportal.outbox.webhooks.switching import note_interest
from slaportal.tenancy.scope import STAFF, database_now, presenting, scope

settings.WEBHOOK_LOOPBACK_HOSTS = ["127.0.0.1"]
with presenting(), connection.cursor() as cursor:
    cursor.execute("SELECT tenancy_create_provider(%s, 'P')", [str(time.time_ns())])
    provider = cursor.fetchone()[0]
with scope(STAFF, provider=provider):
    now = database_now()
    Endpoint.objects.bulk_create(
        Endpoint(provider_id=provider, url=f"http://127.0.0.1:{port}/{{n}}", kinds=["ticket.opened"],
                 secret=sealed(new_secret()), created_at=now, last_success_at=now)
        for n in range({endpoints})
    )
    note_interest(provider)
    data = {{"ticket": {{"number": 1, "subject": "Nothing loads " * 10, "status": "open", "severity": "critical"}}}}
    announce(provider, [Happening("ticket.opened", now, data, "/tickets/1/") for _ in range({events})])
connection.close()
began = time.perf_counter()
done = deliver(seconds=60)
took = time.perf_counter() - began
count = {events} * {endpoints}
assert (done.spread, done.tried, done.taken) == ({events}, count, count), done
with scope(STAFF, provider=provider):
    assert EventDelivery.objects.filter(state="sent", attempts=1).count() == count
    assert Attempt.objects.filter(error="").count() == count
print(json.dumps({{"delivered": count / took}}))
"""


@contextmanager
def receiver() -> Iterator[int]:
    """The port of one that answers everything."""
    process = subprocess.Popen([sys.executable, "-c", RECEIVER], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def test_deliveries_a_second(benchmark: Benchmark, clone: str) -> None:
    said: list[float] = []

    def work() -> None:
        with receiver() as port:
            code = WORK.format(port=port, events=EVENTS, endpoints=ENDPOINTS)
            said.append(json.loads(run(clone, "portal_jobs", code).stdout.splitlines()[-1])["delivered"])

    benchmark.pedantic(work, rounds=3, warmup_rounds=0)
    name = "Webhooks: spread, claimed, signed, posted, each recorded, by one worker"
    record(benchmark, Figure(name, max(said), "a second", limit=200))
