"""The other lists as files: people, customers, tokens, mail, jobs; each has the rows of its page and nobody else's."""

import pytest

from slaportal.jobs.models import Job, State
from slaportal.outbox.models import Message
from slaportal.people.actions.tokens import make_token
from slaportal.tenancy.models import Membership, Tenant
from tests.files import queries_of, rows_of
from tests.jobs.kinds_of_tests import begin
from tests.outbox.letterbox import leave
from tests.site.test_matrix import canaries_in, own_canaries
from tests.world import World


def test_people_as_the_page_has_them(world: World) -> None:
    for who, count in (("agent", 6), ("ann", 2), ("bob", 1)):
        client = world.client(who)
        rows = rows_of(client, "/people.csv")
        page = client.get("/people/").content.decode()
        names = [row["Name"] for row in rows]
        assert len(names) == count
        assert sorted(names, key=page.rindex) == names
        assert 'href="/people.csv' in page
    assert rows_of(world.client("bob"), "/people.csv") == [
        {
            "Name": "CANARY-member-bob",
            "E-mail address": "bob@example.test",
            "Belongs to": "CANARY-tenant-b",
            "Role": "Manager",
        }
    ]


def test_customers_with_how_many_people(world: World) -> None:
    with world.inside("admin"):
        Tenant.objects.filter(pk=world.tenants["b"].pk).update(name="@b")
    rows = rows_of(world.client("agent"), "/customers.csv")
    assert {row["Name"]: row["People"] for row in rows} == {"'@b": "1", "CANARY-tenant-a": "2"}
    assert 'href="/customers.csv' in world.client("agent").get("/customers/").content.decode()


def test_tokens_without_their_secrets(lived_in: World) -> None:
    (row,) = rows_of(lived_in.client("ann"), "/tokens.csv")
    assert (row["Name"], row["Acts as"], row["Only reads"]) == ("CANARY-token-ann", "CANARY-member-ann", "no")
    assert len(row["Begins with"]) < 14
    assert row["Made"].endswith("+00:00")
    assert 'href="/tokens.csv' in lived_in.client("ann").get("/tokens/").content.decode()


def test_mail_without_what_stands_in_it(world: World) -> None:
    ids = leave(world, "p1", "first", "second")
    leave(world, "p2", "of-others")
    with world.inside("admin"):
        Message.objects.filter(pk=ids[0]).update(state="given_up", attempts=10, last_error="=550 no such user")
    client = world.client("admin")
    rows = rows_of(client, "/messages.csv")
    assert [row["Recipient"] for row in rows] == ["second@example.test", "first@example.test"]
    assert (rows[0]["Last error"], bool(rows[0]["Next attempt"])) == ("", True)
    (row,) = rows_of(client, "/messages.csv?state=given_up")
    assert (row["State"], row["Attempts"], row["Next attempt"]) == ("Given up", "10", "")
    assert row["Last error"] == "'=550 no such user"
    assert b"SECRET-LINK" not in client.get("/messages.csv").getvalue()
    assert 'href="/messages.csv?state=given_up"' in client.get("/messages/?state=given_up").content.decode()


def test_jobs_and_how_far_they_are(world: World) -> None:
    job = begin(world, "agent", "test_counting", 4, until=4)
    with world.inside("agent"):
        Job.objects.filter(pk=job.pk).update(state=State.RUNNING, done=1)
    client = world.client("lead")
    (row,) = rows_of(client, "/jobs.csv?state=running")
    assert (row["Done"], row["Of"], row["Percent"]) == ("1", "4", "25")
    assert (row["Started by"], row["Finished"]) == ("CANARY-member-agent", "")
    assert rows_of(client, "/jobs.csv?state=done") == []
    assert 'href="/jobs.csv' in client.get("/jobs/").content.decode()


@pytest.mark.parametrize("who", ["admin", "ann", "bob", "cora"])
@pytest.mark.parametrize("path", ["/people.csv", "/customers.csv", "/tokens.csv", "/messages.csv", "/jobs.csv"])
def test_nobody_reads_anothers(lived_in: World, path: str, who: str) -> None:
    answer = lived_in.client(who).get(path)
    if answer.status_code == 403:
        return
    found = canaries_in(answer.getvalue().decode())
    assert found <= own_canaries(lived_in, who)
    assert found or "jobs" in path or "messages" in path


@pytest.mark.parametrize("path", ["/people.csv", "/customers.csv", "/tokens.csv", "/messages.csv", "/jobs.csv"])
def test_as_many_queries_however_many_rows(world: World, path: str) -> None:
    client, admin = world.client("admin"), world.members["admin"]

    def more(first: int, count: int) -> None:
        for number in range(first, first + count):
            begin(world, "agent", "test_counting", 1, until=1)
            leave(world, "p1", f"key-{number}")
            with world.inside("admin"):
                tenant = Tenant.objects.create(provider=admin.provider, name=f"No {number}")
                person = world.users["olga"]
                Membership.objects.create(
                    provider=admin.provider, tenant=tenant, user=person, role="member", name="Olga", email=person.email
                )
                make_token(f"No {number}", read_only=True, expires_at=None, actor=admin, at=tenant.created_at)

    more(0, 1)
    queries_of(client, path)
    few = queries_of(client, path)
    more(1, 5)
    assert queries_of(client, path) == few
    assert len(rows_of(client, path)) >= 6


def test_a_question_for_the_heads_alone_reads_nothing(world: World) -> None:
    answer = world.client("agent").head("/people.csv")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="people-')
    assert answer.getvalue() == b""
