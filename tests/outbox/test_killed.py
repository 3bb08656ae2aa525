"""Real processes on a clone: two workers at once, one killed in the middle of a batch, and what is sent after all."""

import json
import os
import signal
import time
from pathlib import Path

from tests.clones import run, start

SEED = """
from slaportal.outbox.actions import leave_mail
from slaportal.tenancy.scope import STAFF, presenting, scope
from django.db import connection
with presenting(), connection.cursor() as cursor:
    cursor.execute("SELECT tenancy_create_provider('p1', 'P1')")
    provider = cursor.fetchone()[0]
with scope(STAFF, provider=provider):
    for n in range({count}):
        leave_mail("x", f"r{{n:03}}@example.test", f"No {{n}}", "text", key=f"k{{n}}", provider_id=provider)
"""
STATES = """
import json
from django.db import connection
from slaportal.outbox.models import Message
from slaportal.tenancy.scope import PLATFORM, scope
with scope(PLATFORM):
    print(json.dumps(list(Message.objects.order_by("id").values_list("state", "attempts"))))
"""
SEND = "from slaportal.outbox.sending import send_batch; from slaportal.outbox.models import Message\n"
AFTER_THE_LEASE = """
from datetime import timedelta
from django.utils import timezone
print(send_batch(Message, at=timezone.now() + timedelta(minutes=6)))
"""
MANY = "print(sum(send_batch(Message, most=10).sent for _batch in range(20)))"


def states(clone: str) -> list[tuple[str, int]]:
    said = run(clone, "portal_jobs", STATES).stdout
    return [tuple(row) for row in json.loads(said.splitlines()[-1])]


def wait_for(path: Path) -> None:
    for _tenth in range(300):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} did not come")


def test_killed_in_the_middle_of_a_batch(clone: str, tmp_path: Path) -> None:
    """Two of six were sent and recorded; the one that hung and the three after it are sent by the next worker, once."""
    run(clone, "portal_jobs", SEED.format(count=6))
    hanging = {"PORTAL_VAR": str(tmp_path)}
    code = "import django; django.setup()\nfrom django.conf import settings\n" + (
        "settings.EMAIL_BACKEND = 'tests.outbox.letterbox.Hanging'\n" + SEND + "send_batch(Message)"
    )
    worker = start(clone, "portal_jobs", ["-c", code], **hanging)
    try:
        wait_for(tmp_path / "mail" / "hanging")
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.communicate()
    assert states(clone) == [("sent", 1)] * 2 + [("sending", 1)] * 4
    (tmp_path / "mail" / "hanging").unlink()

    mailbox = "from django.conf import settings\nsettings.EMAIL_BACKEND = 'slaportal.outbox.mailbox.MailboxBackend'\n"
    at_once = run(clone, "portal_jobs", mailbox + SEND + "print(send_batch(Message))", PORTAL_VAR=str(tmp_path))
    assert "claimed=0" in at_once.stdout
    run(clone, "portal_jobs", mailbox + SEND + AFTER_THE_LEASE, PORTAL_VAR=str(tmp_path))
    assert states(clone) == [("sent", 1)] * 2 + [("sent", 2)] * 4
    letters = list((tmp_path / "mail").iterdir())
    assert len(letters) == 6
    recipients = sorted(
        line for letter in letters for line in letter.read_text().splitlines() if line.startswith("To:")
    )
    assert recipients == [f"To: r{n:03}@example.test" for n in range(6)]


def test_two_workers_at_once_send_each_mail_once(clone: str, tmp_path: Path) -> None:
    run(clone, "portal_jobs", SEED.format(count=150))
    mailbox = "from django.conf import settings\nsettings.EMAIL_BACKEND = 'slaportal.outbox.mailbox.MailboxBackend'\n"
    code = "import django; django.setup()\n" + mailbox + SEND + MANY
    workers = [start(clone, "portal_jobs", ["-c", code], PORTAL_VAR=str(tmp_path)) for _worker in range(2)]
    ends = [worker.communicate(timeout=60)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], ends
    sent = [int(end.splitlines()[-1]) for end in ends]
    assert sum(sent) == 150
    assert states(clone) == [("sent", 1)] * 150
    assert len(list((tmp_path / "mail").iterdir())) == 150


def test_a_result_is_written_when_the_database_comes_back(clone: str, tmp_path: Path) -> None:
    """The mail server has it, and only this worker knows: it must not be sent again for want of a connection."""
    run(clone, "portal_jobs", SEED.format(count=2))
    cutting = "from django.conf import settings\nsettings.EMAIL_BACKEND = 'tests.outbox.letterbox.Cutting'\n"
    said = run(clone, "portal_jobs", cutting + SEND + "print(send_batch(Message))", PORTAL_VAR=str(tmp_path)).stdout
    assert "sent=2" in said
    assert states(clone) == [("sent", 1)] * 2
    assert len(list((tmp_path / "mail").iterdir())) == 2


def test_the_web_may_not_send(clone: str) -> None:
    code = (
        SEND
        + """
from django.db import DatabaseError
try:
    send_batch(Message)
except DatabaseError as error:
    print(error)
"""
    )
    assert "permission denied" in run(clone, "portal_web", code).stdout
