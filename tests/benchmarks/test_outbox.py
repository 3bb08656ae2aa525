"""The outbox on a clone of the test database: messages a second, claimed, sent and recorded, as a worker does it."""

import json

from tests.benchmarks.figures import Benchmark, Figure, record
from tests.clones import run

MESSAGES = 2_000
# Mails are built and taken by a backend that keeps none; the floor is one UPDATE and COMMIT for each row, nothing else.
WORK = """
import json, time
from django.conf import settings
from django.core import mail
from django.db import connection
from slaportal.outbox.models import AccountMail, Message
from slaportal.outbox.sending import send_batch
from slaportal.tenancy.scope import STAFF, presenting, scope

settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
COUNT = {count}
with presenting(), connection.cursor() as cursor:
    cursor.execute("SELECT tenancy_create_provider(%s, 'P')", [str(time.time_ns())])
    provider = cursor.fetchone()[0]
with scope(STAFF, provider=provider):
    Message.objects.bulk_create(
        Message(kind="x", recipient=f"r{{n}}@example.test", subject=f"No {{n}}", text="text " * 200,
                html="<p>text</p>" * 100, key=str(n), provider_id=provider)
        for n in range(COUNT)
    )


def floor():
    raw = connection.connection
    raw.autocommit = False
    with raw.cursor() as cursor:
        began = time.perf_counter()
        for pk in ids:
            cursor.execute("UPDATE outbox_accountmail SET state = 'sent', sent_at = now() WHERE id = %s", [pk])
            raw.commit()
        return len(ids) / (time.perf_counter() - began)


AccountMail.objects.bulk_create(
    AccountMail(kind="x", recipient="r@example.test", subject="x", text="text " * 200,
                html="<p>text</p>" * 100, key=f"{{provider}}/{{n}}")
    for n in range(COUNT)
)
ids = list(AccountMail.objects.order_by("-pk").values_list("pk", flat=True)[:COUNT])
plain = floor()
connection.close()
mail.outbox = []
began = time.perf_counter()
while send_batch(Message).claimed:
    mail.outbox.clear()
took = time.perf_counter() - began
with scope(STAFF, provider=provider):
    assert Message.objects.filter(state="sent", attempts=1).count() == COUNT
print(json.dumps({{"sent": COUNT / took, "plain": plain}}))
"""


def test_messages_a_second(benchmark: Benchmark, clone: str) -> None:
    said: list[dict[str, float]] = []

    def work() -> None:
        said.append(json.loads(run(clone, "portal_jobs", WORK.format(count=MESSAGES)).stdout.splitlines()[-1]))

    benchmark.pedantic(work, rounds=3, warmup_rounds=0)
    name = "Outbox: claimed, sent to no server, each recorded in its own transaction"
    best = max(said, key=lambda figures: figures["sent"])
    floor = {"peer": "floor, one UPDATE and COMMIT each", "peer_value": best["plain"]}
    record(benchmark, Figure(name, best["sent"], "a second", limit=500, **floor))  # type: ignore[arg-type]
