"""A worker that is killed while an endpoint has not answered: the event is posted again under its id, none is lost."""

import json
import os
import signal
import time
from collections import Counter

from tests.clones import SET_UP, run, start
from tests.outbox.webhooks.receiver import HOST, Receiver, receiving

SEED = """
from django.db import connection
from slaportal.outbox.models import Endpoint
from slaportal.outbox.webhooks.announcing import Happening, announce
from slaportal.outbox.webhooks.signing import new_secret, sealed
from slaportal.outbox.webhooks.switching import note_interest
from slaportal.tenancy.scope import STAFF, database_now, presenting, scope

with presenting(), connection.cursor() as cursor:
    cursor.execute("SELECT tenancy_create_provider('p1', 'P')")
    provider = cursor.fetchone()[0]
with scope(STAFF, provider=provider):
    now = database_now()
    Endpoint.objects.create(provider_id=provider, url={url!r}, kinds=["ticket.opened"], secret=sealed(new_secret()))
    note_interest(provider)
    announce(provider, [Happening("ticket.opened", now, {{"n": n}}, "/tickets/1/") for n in range(3)])
print(provider)
"""
WORK = "from slaportal.outbox.webhooks.delivering import deliver; deliver()"
LATER = """
import json
from datetime import timedelta
from slaportal.outbox.models import EventDelivery
from slaportal.outbox.webhooks.claiming import LEASE
from slaportal.outbox.webhooks.delivering import deliver
from slaportal.tenancy.scope import STAFF, database_now, scope

deliver(at=database_now() + LEASE + timedelta(minutes=1))
with scope(STAFF, provider={provider}):
    print(json.dumps(list(EventDelivery.objects.order_by("pk").values_list("state", "attempts"))))
"""


def test_what_was_under_way_is_posted_again_when_its_lease_is_over(clone: str) -> None:
    allowed = {"WEBHOOK_LOOPBACK_HOSTS": HOST}
    with receiving() as receiver:
        receiver.behaves["/in"] = "hang"
        provider = int(run(clone, "portal_jobs", SEED.format(url=receiver.url("/in")), **allowed).stdout)
        worker = start(clone, "portal_jobs", ["-c", SET_UP + WORK], **allowed)
        try:
            wait_for_one(receiver)
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.communicate()
        receiver.behaves["/in"] = "ok"
        states = json.loads(run(clone, "portal_jobs", LATER.format(provider=provider), **allowed).stdout)
    assert states == [["sent", 2], ["sent", 1], ["sent", 1]]
    assert sorted(Counter(one.headers["webhook-id"] for one in receiver.received).values()) == [1, 1, 2]


def wait_for_one(receiver: Receiver) -> None:
    """Until the endpoint has been asked, and has not answered."""
    until = time.monotonic() + 60
    while not receiver.received:
        assert time.monotonic() < until, "nothing was posted"
        time.sleep(0.05)
