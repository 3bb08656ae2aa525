"""What a world leaves behind beside its pages: mails, files, logs, cache, queue, rows. Nobody's hold another's canary,
and a secret stands nowhere but in the mail that carries it to its owner."""

import base64
import email
import email.policy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as portal
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from slaportal.outbox.models import AccountMail, Message
from slaportal.outbox.tasks import send_due
from slaportal.tenancy.scope import STAFF, scope
from tests.conftest import SUPERUSER, logged_in_as
from tests.site.conftest import Lines
from tests.site.matrix import EVERYBODY, address, routes
from tests.site.test_matrix import canaries_in, own_canaries
from tests.world import CAST, PASSWORD, PROVIDERS, World

# Where no mail server is, in the demo alone, the log says what each mail is about.
MAILBOX = "slaportal.outbox.mailbox"
TYPED = "typed-into-the-wrong-field-91c4"
NEXT = "nine-quiet-harbours-at-night"
SECRET = re.compile(r"sla[pri]_[\w-]{20,}|/password/reset/key/\w+-[\w-]{20,}|/confirm-email/[\w:-]{20,}")


@pytest.fixture
def walked(lived_in: World, lines: Lines, tmp_path: Path, settings: Settings) -> World:
    """Everybody looked at every page and used what makes secrets; the workers sent all mails into files."""
    settings.EMAIL_BACKEND, settings.MAILBOX = "slaportal.outbox.mailbox.MailboxBackend", tmp_path
    paths = [address(route, lived_in) for route in sorted(set(routes()))]
    for number, who in enumerate(EVERYBODY):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}", raise_request_exception=False)
        if who != "anonymous":
            sign_in_and_make_secrets(client, who)
        for path in paths:
            client.get(path)
        client.get("/people/", {"q": "CANARY-tenant-a", "token": "slap_" + "x" * 40})
    with logged_in_as("portal_jobs"):
        send_due()
    return lived_in


def sign_in_and_make_secrets(client: Client, who: str) -> None:
    """The wrong field, the right one; a token, a reset, another address, another password."""
    mine = f"{who}@example.test"
    client.post(reverse("account_login"), {"login": TYPED, "password": TYPED})
    client.post(reverse("account_login"), {"login": mine, "password": TYPED})
    client.post(reverse("account_login"), {"login": mine, "password": PASSWORD})
    client.post(reverse("tokens"), {"name": f"CANARY-token-{who}"})
    client.post(reverse("account_reset_password"), {"email": mine})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"email": f"new-{mine}", "action_add": ""})
    form = {"oldpassword": PASSWORD, "password1": NEXT, "password2": NEXT}
    client.post(reverse("account_change_password"), form)
    client.post(reverse("account_login"), {"login": mine, "password": NEXT})


def who_gets(recipient: str) -> str:
    """The person of the cast whose mail this is: an invited one sees what who invited them may show."""
    found = re.fullmatch(r"(?:canary-invited-by-|new-)?(\w+)@example\.test", recipient)
    assert found, recipient
    return found[1]


def secrets_of(text: str) -> set[str]:
    """What opens a door."""
    return set(SECRET.findall(text)) | {word for word in (PASSWORD, TYPED, NEXT) if word in text}


def mails_of_providers(world: World) -> Iterator[tuple[str, Message]]:
    """Each provider's, as the workers read them in its scope."""
    for slug in PROVIDERS:
        with logged_in_as("portal_jobs"), scope(STAFF, provider=world.providers[slug].pk):
            yield from ((slug, mail) for mail in list(Message.objects.all()))


def a_mail_holds_what_its_reader_may_see(world: World) -> None:
    seen = 0
    for slug, mail in mails_of_providers(world):
        who = who_gets(mail.recipient)
        assert CAST[who][0] == slug
        text = f"{mail.subject} {mail.text} {mail.html}"
        assert canaries_in(text) <= own_canaries(world, who), mail
        assert len({secret for secret in SECRET.findall(text) if secret.startswith("slai_")}) == 1
        assert not secrets_of(f"{mail.subject} {mail.key} {mail.recipient} {mail.last_error}")
        seen += 1
    assert seen == 5
    with logged_in_as("portal_jobs"):
        accounts = list(AccountMail.objects.all())
    assert {mail.kind for mail in accounts} >= {"password_reset_key", "email_confirmation", "password_changed"}
    for account in accounts:
        text = f"{account.subject} {account.text} {account.html}"
        assert not canaries_in(text)
        assert not {PASSWORD, TYPED, NEXT} & secrets_of(text)
        assert not secrets_of(f"{account.subject} {account.key} {account.last_error}")


def a_file_holds_one_persons_mail(world: World) -> None:
    box = Path(portal.MAILBOX)
    files = sorted(box.iterdir())
    assert len(files) > 20
    for file in files:
        assert not canaries_in(file.name)
        assert file.stat().st_mode & 0o077 == 0
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        who = who_gets(str(mail["To"]))
        body = " ".join(str(part.get_content()) for part in mail.walk() if not part.is_multipart())
        heads = " ".join(f"{name}: {value}" for name, value in mail.items())
        assert canaries_in(heads + body) <= (own_canaries(world, who) if who in CAST else set()), file
        assert not secrets_of(heads)
        assert not {PASSWORD, TYPED, NEXT} & secrets_of(body)


def no_line_of_the_log_holds_either(said: list[dict[str, Any]]) -> None:
    assert len(said) > 100
    assert {"request_finished", "sign_in_failed", "refused"} <= {line["event"] for line in said}
    for line in said:
        text = json.dumps(line)
        if line["logger"] != MAILBOX:
            assert not canaries_in(text), line
        assert not secrets_of(text), line
        assert not re.search(r"[\w.]+@example\.test", text), line
        assert "x" * 40 not in text


def no_row_of_the_cache_holds_either() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM site_cache")
        keys = [row[0] for row in cursor.fetchall()]
    assert keys
    for key in keys:
        text = f"{key} {cache.get(key.split(':', 2)[2])}"
        assert not canaries_in(text)
        assert not secrets_of(text)
        assert "@" not in text


def the_web_leaves_nothing_in_the_queue() -> None:
    try:
        server: Any = redis.Redis.from_url(portal.REDIS_URL, socket_connect_timeout=2)
        names = list(server.scan_iter(count=1000))
    except redis.ConnectionError:
        return  # then nothing was written either
    for name in names:
        text = f"{name!r} {contents(server, name)}"
        assert not canaries_in(text), name
        assert not secrets_of(text), name


def contents(server: Any, name: bytes) -> str:
    """Whatever the key holds, and what Celery wrapped in base64."""
    kind = server.type(name)
    if kind == b"string":
        found = str(server.get(name))
    elif kind == b"hash":
        found = str(server.hgetall(name))
    elif kind == b"set":
        found = str(server.smembers(name))
    else:
        found = str(server.lrange(name, 0, -1) if kind == b"list" else server.zrange(name, 0, -1))
    bodies = re.findall(r'"body": "([A-Za-z0-9+/=]+)"', found)
    return found + "".join(base64.b64decode(body).decode(errors="replace") for body in bodies)


def rows_of_everything() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row of every table, which only the cluster's superuser can read."""
    with logged_in_as(SUPERUSER), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" t')
            yield from ((table, json.loads(row[0]) if isinstance(row[0], str) else row[0]) for row in cursor.fetchall())


def a_secret_lies_in_no_row_but_the_mail_that_carries_it() -> None:
    mails = {"outbox_message", "outbox_accountmail"}
    for table, row in rows_of_everything():
        public = {name: value for name, value in row.items() if table not in mails or name not in ("text", "html")}
        text = json.dumps(public, ensure_ascii=False)
        if table == "django_session":
            text += session_text(row["session_data"])
        assert not secrets_of(text), table


def session_text(data: str) -> str:
    """What a session holds, unsigned."""
    return json.dumps(SessionStore().decode(data))


def a_row_of_one_provider_or_tenant_holds_no_canary_of_another(world: World) -> None:
    providers = {provider.pk: slug for slug, provider in world.providers.items()}
    tenants = {tenant.pk: name for name, tenant in world.tenants.items()}
    staff = {"p1": "admin", "p2": "cora"}
    managers = {"a": "ann", "b": "bob", "c": "carl"}
    seen: set[str] = set()
    for table, row in rows_of_everything():
        if row.get("provider_id") is None:
            continue
        slug, tenant = providers[row["provider_id"]], tenants.get(row.get("tenant_id") or 0)
        may = own_canaries(world, staff[slug])
        if tenant:  # what the provider's own people did there stands there under their names
            others = {name for name in managers if name != tenant}
            foreign = set().union(*(own_canaries(world, managers[name]) for name in others))
            may -= foreign - own_canaries(world, managers[tenant])
        found = canaries_in(json.dumps(row, ensure_ascii=False))
        assert found <= may, (table, row)
        seen |= {table} if found else set()
    assert {"audit_event", "outbox_message", "tenancy_membership", "people_invitation", "tenancy_apitoken"} <= seen


@pytest.mark.slow
@pytest.mark.timeout(400)  # everybody looks at every page first
def test_nothing_that_is_left_behind_tells_anothers_things_or_a_secret(walked: World, lines: Lines) -> None:
    """One walk for all of it: it takes some seconds."""
    a_mail_holds_what_its_reader_may_see(walked)
    a_file_holds_one_persons_mail(walked)
    no_line_of_the_log_holds_either(lines())
    no_row_of_the_cache_holds_either()
    the_web_leaves_nothing_in_the_queue()
    a_secret_lies_in_no_row_but_the_mail_that_carries_it()
    a_row_of_one_provider_or_tenant_holds_no_canary_of_another(walked)
