"""The fixed cast: two providers, three tenants, one person for each role, strangers of both kinds, an operator."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from contracts.actions.catalogue import add_service
from contracts.actions.contacts import add_contact
from contracts.actions.policies import publish_policy
from contracts.actions.subscriptions import Fee, cover_service, subscribe
from contracts.policy.documents import shipped_policy
from slaportal.api.repeating import Given, Sender, once
from slaportal.audit.tasks import seal
from slaportal.jobs.actions import start_job
from slaportal.outbox.models import Message
from slaportal.people.actions.brand import set_logo
from slaportal.people.actions.invitations import invite
from slaportal.people.actions.tokens import make_token
from slaportal.tenancy.models import Membership, Provider, Tenant, User
from slaportal.tenancy.queries import role_for
from slaportal.tenancy.scope import STAFF, presenting, scope
from tests.conftest import logged_in_as
from tests.living import live_data
from tests.pictures import picture

KEPT = Given(201, "{}")
OLD_S = 10  # seconds, of a world that tests share
PASSWORD = "seven-purple-lighthouses"
PROVIDERS = {"p1": ("a", "b"), "p2": ("c",)}
# Who: provider, tenant, role. bob is the stranger of another tenant, carl and cora are those of another provider.
CAST = {
    "agent": ("p1", None, "agent"),
    "lead": ("p1", None, "lead"),
    "admin": ("p1", None, "admin"),
    "amy": ("p1", "a", "member"),
    "ann": ("p1", "a", "manager"),
    "bob": ("p1", "b", "manager"),
    "carl": ("p2", "c", "manager"),
    "cora": ("p2", None, "admin"),
}


@dataclass
class World:
    """Everything by its short name."""

    providers: dict[str, Provider] = field(default_factory=dict)
    tenants: dict[str, Tenant] = field(default_factory=dict)
    members: dict[str, Membership] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    signed_in: dict[str, str] = field(default_factory=dict)

    def client(self, who: str, *, raise_request_exception: bool = True) -> Client:
        """A browser in which this person is signed in."""
        client = Client(raise_request_exception=raise_request_exception)
        if who in self.signed_in:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.signed_in[who]
        else:
            client.force_login(self.users[who])
        return client

    def sign_everybody_in(self) -> None:
        """Once, so that each `client` goes on with the session that is there."""
        for who in self.users:
            self.signed_in[who] = self.client(who).cookies[settings.SESSION_COOKIE_NAME].value

    def inside(self, who: str) -> AbstractContextManager[None]:
        """The scope of this member."""
        member = self.members[who]
        return scope(role_for(member.tenant_id), provider=member.provider_id, tenant=member.tenant_id)


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


def make_user(name: str, *, operator: bool = False) -> User:
    """A person with a verified address, `<name>@example.test`."""
    user = User.objects.create(
        email=f"{name}@example.test", name=name.title(), password=_hashed(), is_operator=operator
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_provider(slug: str, name: str) -> Provider:
    """By the function that makes them, as the workers' login."""
    with logged_in_as("portal_jobs"):
        with presenting(), connection.cursor() as cursor:
            cursor.execute("SELECT tenancy_create_provider(%s, %s)", [slug, name])
            pk = cursor.fetchone()[0]
        with scope(STAFF, provider=pk):
            return Provider.objects.get(pk=pk)


def build_world() -> World:
    """The cast, in the database of the test."""
    world = World()
    for who in (*CAST, "olga"):
        world.users[who] = make_user(who, operator=who == "olga")
    for slug, tenants in PROVIDERS.items():
        provider = world.providers[slug] = make_provider(slug, f"CANARY-provider-{slug}")
        with scope(STAFF, provider=provider.pk):
            for name in tenants:
                world.tenants[name] = Tenant.objects.create(provider=provider, name=f"CANARY-tenant-{name}")
            for who, (of, tenant, role) in CAST.items():
                if of == slug:
                    world.members[who] = Membership.objects.create(
                        provider=provider,
                        tenant=world.tenants[tenant] if tenant else None,
                        user=world.users[who],
                        role=role,
                        name=f"CANARY-member-{who}",
                        email=world.users[who].email,
                    )
    return world


@pytest.fixture
def world(db: None) -> World:
    """A new world for each test."""
    return build_world()


def live_in(world: World) -> None:
    """Lets everybody do what there is to do, so that every walled table has rows on both sides of every wall."""
    now = timezone.now()
    for who in ("admin", "ann", "bob", "carl", "cora"):
        member = world.members[who]
        with world.inside(who):
            role = "agent" if member.is_staff else "member"
            invite(
                f"canary-invited-by-{who}@example.test",
                role,
                provider=member.provider,
                tenant=member.tenant,
                actor=member,
                at=now,
            )
            token, _secret = make_token(f"CANARY-token-{who}", read_only=False, expires_at=None, actor=member, at=now)
            once(Sender(member, token), f"CANARY-token-{who}", "0" * 64, lambda: (KEPT, KEPT), at=now)
    for who in ("admin", "cora"):
        member = world.members[who]
        with world.inside(who):
            world.ids.setdefault("message", Message.objects.values_list("pk", flat=True)[0])
            world.ids.setdefault("job", start_job("resend_given_up", actor=member, arguments={"until": 0}).pk)
    for slug, admin in (("p1", "admin"), ("p2", "cora")):
        with world.inside(admin):
            set_logo(world.providers[slug], picture(), actor=world.members[admin], at=now)
            promise(world, slug, admin)
            live_data(world, slug, admin)
    seal_everything()


def promise(world: World, slug: str, admin: str) -> None:
    """A policy in force, and for every tenant a subscription, a service that it covers, a contact."""
    now, actor = timezone.now(), world.members[admin]
    provider, document = world.providers[slug], shipped_policy("spirion")
    plan = next(iter(document.plans))
    scenarios = f"# CANARY-scenarios-{slug}\nscenarios: []\n"
    publish_policy(
        document, provider=provider, policy="sla", effective_from=now, actor=actor, at=now, scenarios=scenarios
    )
    for short in PROVIDERS[slug]:
        tenant, name = world.tenants[short], f"CANARY-contract-{short}"
        made = subscribe(
            tenant, name, policy="sla", plan=plan, fee=Fee(Decimal(100), "USD"), starts_at=now, actor=actor, at=now
        )
        service = add_service(provider, f"service-{short}", name, tenant=tenant, actor=actor, at=now)
        cover_service(made, service, actor=actor, at=now)
        add_contact(tenant, concern="technical", name=name, email=f"{short}@example.test", actor=actor)


def seal_everything() -> None:
    """The worker's part of the record, so that the chain has a head."""
    with logged_in_as("portal_jobs"):
        seal()


@pytest.fixture
def lived_in(world: World) -> World:
    """A world in which everybody has done something."""
    live_in(world)
    return world


@dataclass
class _Settled:
    """A world that is lived in, in a transaction that is rolled back and begun anew before it gets old.

    An open transaction holds up whoever waits until all earlier ones of the server have ended (contracts.Change).
    """

    stack: ExitStack = field(default_factory=ExitStack)
    made_at: float = float("-inf")
    world: World = field(default_factory=World)

    def fresh(self) -> World:
        if time.monotonic() - self.made_at > OLD_S:
            self.stack.close()
            self.stack.enter_context(_undone())
            self.world = build_world()
            live_in(self.world)
            self.world.sign_everybody_in()
            self.made_at = time.monotonic()
        return deepcopy(self.world)


@pytest.fixture(scope="module")
def _settled(django_db_setup: None, django_db_blocker: Any) -> Iterator[_Settled]:
    with django_db_blocker.unblock(), ExitStack() as stack:
        yield _Settled(stack)


@pytest.fixture
def settled(_settled: _Settled) -> Iterator[World]:
    """The same, with everybody signed in: made for many tests of a module, and as new for each of them.

    The module's tests all take this one or no database at all, or they would find its rows.
    """
    world = _settled.fresh()
    with _undone():
        yield world


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
