"""What the walls cost a request, and how long signing in takes, on a clone with the real login and one connection.

The peer is the same code on a copy of the same database that has no policies, where the login may read everything.
"""

import json
from collections.abc import Iterator

import pytest

from tests.benchmarks.figures import Benchmark, Figure, record
from tests.clones import run
from tests.conftest import superuser_cursor

PEOPLE = 100  # each the only member of a provider with 50 customers
FILL = """
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from slaportal.people.actions.organisations import create_provider
from slaportal.tenancy.models import Membership, Tenant, User
from slaportal.tenancy.scope import STAFF, scope
for number in range(PEOPLE):
    provider = create_provider(f"p{number}", f"P{number}")
    user = User.objects.create(email=f"agent{number}@example.test", name="Agent", password=make_password("nothing"))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    with scope(STAFF, provider=provider):
        Tenant.objects.bulk_create(Tenant(provider_id=provider, name=f"Customer {n}") for n in range(50))
        Membership.objects.create(provider_id=provider, user=user, role="agent", name="Agent", email=user.email)
"""
# Without policies, and with what the scope's role would have given to the login itself.
BARE = """
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', name);
  END LOOP;
END $$;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO portal_web;
"""
# One view with one query behind every middleware; requests to the three take turns.
REQUESTS = """
import json, sys, time, types
from statistics import median
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from slaportal.tenancy import middleware
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.models import Membership, Role, Tenant, User


@needs(*Role)
def view(request):
    found = Tenant.objects.filter(provider_id=membership_of(request).provider_id).order_by("name")
    return HttpResponse(", ".join(tenant.name for tenant in found[:25]))


class Urls:
    urlpatterns = [path("measured/", view, name="measured")]


class Atomic(middleware.ScopeMiddleware):
    def __call__(self, request):
        with transaction.atomic():
            return self.get_response(request)


class Read(middleware.MembershipMiddleware):
    @staticmethod
    def _by_session(request, user):
        found = Membership.objects.filter(user=user, removed_at=None).select_related("provider", "tenant")
        memberships = list(found.order_by("id"))
        request.memberships_count, request.membership = len(memberships), memberships[0]


here = sys.modules["measured"] = types.ModuleType("measured")
here.Atomic, here.Read = Atomic, Read
SCOPE, WHO = "slaportal.tenancy.middleware.ScopeMiddleware", "slaportal.tenancy.middleware.MembershipMiddleware"
settings.ROOT_URLCONF = Urls
REAL = list(settings.MIDDLEWARE)
walled = connections["default"]
bare = connections.create_connection("default")
bare.settings_dict = {**walled.settings_dict, "NAME": BARE}


def stack(connection, replaced):
    connections["default"] = connection
    settings.MIDDLEWARE = [replaced.get(name, name) for name in REAL]
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(email="agent0@example.test"))
    expected = client.get("/measured/")
    assert expected.status_code == 200, expected.content
    return connection, client, expected.content


stacks = {
    "walled": stack(walled, {}),
    "atomic": stack(bare, {SCOPE: "measured.Atomic"}),
    "bare": stack(bare, {SCOPE: "measured.Atomic", WHO: "measured.Read"}),
}
took = {name: [] for name in stacks}
for turn in range(ROUNDS):
    for name, (connection, client, expected) in stacks.items():
        connections["default"] = connection
        began = time.perf_counter()
        answer = client.get("/measured/")
        took[name].append(time.perf_counter() - began)
        assert answer.content == expected
assert len({expected for _c, _l, expected in stacks.values()}) == 1
with walled.cursor() as cursor:
    cursor.execute("SELECT session_user, current_user")
    assert cursor.fetchone() == ("portal_web", "portal_web")
print(json.dumps({name: median(times[ROUNDS // 10:]) * 1000 for name, times in took.items()}))
"""
# Each person is signed in from two other places already: every sign-in looks through the sessions of the person.
SIGN_IN = """
import json, sys, time, types
from statistics import median, quantiles
from django.conf import settings
from django.contrib.auth.hashers import BasePasswordHasher
from django.db import connection
from django.test import Client


class NoHash(BasePasswordHasher):
    algorithm = "none"
    salt = lambda self: ""
    encode = lambda self, password, salt: f"none${password}"
    verify = lambda self, password, encoded: encoded == f"none${password}"
    decode = lambda self, encoded: {"algorithm": "none", "hash": encoded, "salt": ""}
    must_update = lambda self, encoded: False
    harden_runtime = lambda self, password, encoded: None


sys.modules["measured"] = types.ModuleType("measured")
sys.modules["measured"].NoHash = NoHash
settings.PASSWORD_HASHERS = ["measured.NoHash"]
from slaportal.tenancy.models import User
User.objects.update(password="none$nothing at all")


def sign_in(turn, number):
    client = Client(SERVER_NAME="localhost", REMOTE_ADDR=f"10.0.{turn}.{number}")
    began = time.perf_counter()
    answer = client.post("/account/login/", {"login": f"agent{number}@example.test", "password": "nothing at all"})
    took = (time.perf_counter() - began) * 1000
    assert (answer.status_code, answer.headers["Location"]) == (302, "/"), answer.content
    return took


times = [[sign_in(turn, number) for number in range(PEOPLE)] for turn in range(3)]
took = times[2]
with connection.cursor() as cursor:
    cursor.execute("SELECT session_user")
    assert cursor.fetchone() == ("portal_web",)
print(json.dumps({"p50": median(took), "p95": quantiles(took, n=20)[-1]}))
"""


@pytest.fixture
def filled(clone: str) -> Iterator[tuple[str, str]]:
    """The clone with its providers in it, and its copy without walls."""
    run(clone, "portal_jobs", f"PEOPLE = {PEOPLE}\n{FILL}")
    bare = f"{clone}_bare"
    server = superuser_cursor()
    server.execute(f'DROP DATABASE IF EXISTS "{bare}" WITH (FORCE)')
    server.execute(f'CREATE DATABASE "{bare}" TEMPLATE "{clone}"')
    inside = superuser_cursor(bare)
    inside.execute(BARE)
    inside.connection.close()
    for name in (clone, bare):
        inside = superuser_cursor(name)
        inside.execute("ANALYZE")
        inside.connection.close()
    yield clone, bare
    server.execute(f'DROP DATABASE "{bare}" WITH (FORCE)')
    server.connection.close()


def said(clone: str, code: str, **more: object) -> dict[str, float]:
    """What a process of the web's login measured."""
    head = "".join(f"{name} = {value!r}\n" for name, value in more.items())
    figures: dict[str, float] = json.loads(run(clone, "portal_web", head + code).stdout.splitlines()[-1])
    return figures


def test_what_the_walls_cost_a_request(benchmark: Benchmark, filled: tuple[str, str]) -> None:
    clone, bare = filled
    figures: dict[str, float] = {}

    def measure() -> None:
        figures.update(said(clone, REQUESTS, BARE=bare, ROUNDS=600))

    benchmark.pedantic(measure, rounds=1, warmup_rounds=0)
    request = "Request of one query through all middleware, median"
    record(
        benchmark,
        Figure(request, figures["walled"], "ms", peer="without any wall", peer_value=figures["bare"]),
        Figure("The walls, times the request without any", figures["walled"] / figures["bare"], "times", 1.3, "less"),
        Figure("Of these the scope alone", figures["walled"] / figures["atomic"], "times", 1.3, "less"),
    )


def test_signing_in(benchmark: Benchmark, filled: tuple[str, str]) -> None:
    figures: dict[str, float] = {}

    def measure() -> None:
        figures.update(said(filled[0], SIGN_IN, PEOPLE=PEOPLE))

    benchmark.pedantic(measure, rounds=1, warmup_rounds=0)
    record(
        benchmark,
        Figure("Signing in without the password's hash, median", figures["p50"], "ms", limit=150, better="less"),
        Figure("Signing in without the password's hash, 95th percentile", figures["p95"], "ms"),
    )
