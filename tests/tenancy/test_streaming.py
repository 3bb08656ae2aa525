"""Views with mistakes in them, one streams too late, one swallows an error, one forgot its filter: the wall stands."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404
from django.test import Client
from pytest_django import Settings

from slaportal.audit import views as audit
from slaportal.audit.models import Event
from slaportal.jobs import access as job_access
from slaportal.jobs import views as jobs
from slaportal.jobs.models import Job
from slaportal.outbox import access as message_access
from slaportal.outbox import views as messages
from slaportal.outbox.models import Message
from slaportal.people.models import Invitation
from slaportal.people.views import organisations, people, tokens
from slaportal.site import home
from slaportal.tenancy.models import ApiToken, Membership, Tenant
from slaportal.tenancy.scope import current_scope
from tests.clones import cloned
from tests.conftest import SUPERUSER, superuser_cursor
from tests.processes.connecting import connected
from tests.site.matrix import EVERYBODY
from tests.site.test_matrix import canaries_in, own_canaries
from tests.world import World, build_world, live_in


@pytest.fixture(autouse=True)
def built(settings: Settings) -> None:
    """Views that nobody should write beside the portal's, and the files of the look as they lie in the source."""
    settings.ROOT_URLCONF = "tests.tenancy.faulty"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The cast has lived in a clone; `default` is the web's real login there, and no transaction is around.

    Made once: nothing of what is asked here comes to anything.
    """
    with cloned(django_db_blocker) as clone:
        with connected({"NAME": clone, "USER": SUPERUSER}, django_db_blocker):
            world = build_world()
            live_in(world)
        with connected({"NAME": clone, "USER": "portal_web"}, django_db_blocker):
            yield world


def browser_of(world: World, who: str) -> Client:
    return Client(raise_request_exception=False) if who == "anonymous" else world.client(who)


@pytest.mark.parametrize("who", ["admin", "ann", "anonymous"])
@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("messages", "permission denied"),
        # The login itself may read the memberships of the person who asks, and nobody asks any more.
        ("tenants", r"app\.user_id|type bigint"),
        ("members", r"app\.user_id|type bigint"),
    ],
)
def test_what_streams_after_the_view_has_lost_its_scope(committed: World, who: str, what: str, why: str) -> None:
    answer: Any = browser_of(committed, who).get(f"/faulty/streams/{what}/")
    arrived: list[bytes] = []
    with pytest.raises(DatabaseError, match=why):
        arrived.extend(answer)
    assert arrived == [b"first\n"]


@pytest.mark.parametrize("who", ["admin", "ann", "cora"])
def test_a_file_is_read_in_the_readers_scope_and_leaves_none_behind(committed: World, who: str) -> None:
    """After the view its transaction is over; the rows are read in one of their own, under the same role."""
    answer: Any = browser_of(committed, who).get("/people.csv")
    assert not connection.in_atomic_block
    parts = iter(answer)
    first = next(parts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("portal_customer" if who == "ann" else "portal_staff",)
    text = (first + b"".join(parts)).decode()
    assert f"CANARY-member-{who}" in text
    assert canaries_in(text) <= own_canaries(committed, who)
    assert not connection.in_atomic_block
    assert current_scope() is None


def test_who_goes_away_in_the_middle_of_a_file_leaves_no_scope_behind(committed: World) -> None:
    answer: Any = browser_of(committed, "admin").get("/people.csv")
    next(iter(answer))
    assert current_scope() is not None
    answer.close()
    assert current_scope() is None
    assert not connection.in_atomic_block
    assert browser_of(committed, "ann").get("/people/").status_code == 200


def test_what_a_savepoint_took_back_leaves_the_scope_as_it_was(committed: World) -> None:
    answer = committed.client("ann").get("/faulty/rolls-back/")
    assert answer.status_code == 200
    assert canaries_in(answer.content.decode()) == {"CANARY-tenant-a", "CANARY-member-ann", "CANARY-member-amy"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('app.tenant_id', true)")
        assert cursor.fetchone() in {("portal_web", ""), ("portal_web", None)}


def test_a_view_that_swallows_a_database_error_saves_nothing(committed: World) -> None:
    """It was told to change the names of all people, and says that it did."""
    for who in ("admin", "ann"):
        answer = committed.client(who).get("/faulty/swallows/")
        assert (answer.status_code, answer.content) == (200, b"saved")
    cursor = superuser_cursor(connection.settings_dict["NAME"])
    cursor.execute("SELECT count(*) FROM tenancy_membership WHERE name LIKE '%half done%'")
    assert cursor.fetchone() == (0,)
    cursor.connection.close()


def test_a_view_without_any_filter_shows_what_its_reader_may_see(committed: World) -> None:
    for who in EVERYBODY:
        client = browser_of(committed, who)
        client.raise_request_exception = False  # who has no scope gets a 500: the query is refused
        body = client.get("/faulty/everything/").content.decode()
        own = {name for name in own_canaries(committed, who) if name.startswith(("CANARY-tenant", "CANARY-member"))}
        if committed.members.get(who) and committed.members[who].tenant_id is not None:
            own -= {"CANARY-member-admin", "CANARY-member-cora"}  # read on a ticket's log, not among the members
        assert canaries_in(body) == own, who


def _all_members(*_: Any) -> Any:
    return Membership.objects.select_related("tenant").order_by("id")


def _all_tenants(*_: Any) -> Any:
    return Tenant.objects.annotate(people=Count("members", filter=Q(members__removed_at=None))).order_by("id")


def _all_invitations(*_: Any) -> Any:
    return Invitation.objects.select_related("tenant", "invited_by").order_by("id")


UNFILTERED: dict[str, Callable[..., Any]] = {
    "people_for": _all_members,
    "tenants_for": _all_tenants,
    "open_invitations_for": _all_invitations,
    "tokens_for": lambda *_: ApiToken.objects.select_related("member").order_by("id"),
    "messages_of": lambda *_: Message.objects.order_by("-id"),
    "jobs_of": lambda *_: Job.objects.order_by("-id"),
    "events_of": lambda *_: Event.objects.select_related("tenant").order_by("-id"),
    "get_member_for": lambda _actor, pk: get_object_or_404(Membership, pk=pk),
    "get_tenant_for": lambda _actor, pk: get_object_or_404(Tenant, pk=pk),
    "get_invitation_for": lambda _actor, pk: get_object_or_404(Invitation, pk=pk),
    "get_token_for": lambda _actor, pk: get_object_or_404(ApiToken, pk=pk),
}
ASKING = (people, organisations, tokens, messages, message_access, jobs, job_access, audit, home)
PAGES = ("/", "/people/", "/customers/", "/tokens/", "/messages/", "/jobs/", "/audit/")


@pytest.fixture
def without_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list and every door of every page asks for all there is."""
    taken_away = {
        name: monkeypatch.setattr(module, name, ask)
        for module in ASKING
        for name, ask in UNFILTERED.items()
        if hasattr(module, name)
    }
    assert set(taken_away) == set(UNFILTERED)


def foreign_paths(world: World) -> list[str]:
    """Pages about what is carl's and cora's, of another provider."""
    carl = world.members["carl"]
    with world.inside("cora"):
        invitation = Invitation.objects.values_list("pk", flat=True)[0]
        token = ApiToken.objects.values_list("pk", flat=True)[0]
        message = Message.objects.values_list("pk", flat=True)[0]
        job = Job.objects.values_list("pk", flat=True)[0]
    return [
        f"/people/{carl.pk}/",
        f"/people/{carl.pk}/remove/",
        f"/people/invitations/{invitation}/revoke/",
        f"/customers/{carl.tenant_id}/",
        f"/tokens/{token}/revoke/",
        f"/messages/{message}/retry/",
        f"/jobs/{job}/",
        f"/jobs/{job}/cancel/",
    ]


@pytest.mark.parametrize("who", EVERYBODY)
def test_pages_without_filters_show_nothing_foreign(committed: World, without_filters: None, who: str) -> None:
    browser = browser_of(committed, who)
    found: set[str] = set()
    for path in PAGES:
        answer = browser.get(path)
        assert answer.status_code in {200, 302, 403}, path
        found |= canaries_in(answer.content.decode())
    assert found <= own_canaries(committed, who)
    if who not in {"anonymous", "olga"}:
        assert f"CANARY-member-{who}" in found


@pytest.mark.parametrize("who", ["admin", "ann", "amy", "bob"])
def test_doors_without_filters_open_nothing_foreign(committed: World, without_filters: None, who: str) -> None:
    browser = browser_of(committed, who)
    for path in foreign_paths(committed):
        looked, sent = browser.get(path), browser.post(path)
        for answer in (looked, sent):
            assert canaries_in(answer.content.decode()) <= own_canaries(committed, who), path
        assert sent.status_code in {403, 404, 405}, path
        # An act of a list leads to the reader's own list, whatever number stands in its address.
        led = looked.status_code == 302 and looked.headers["Location"] == f"/{path.split('/')[1]}/"
        assert led or looked.status_code in {403, 404, 405}, path


def test_of_another_customer_of_the_same_provider_nothing_is_there_either(
    committed: World, without_filters: None
) -> None:
    """bob is the manager of tenant b; amy belongs to tenant a."""
    bob = committed.client("bob")
    amy = committed.members["amy"]
    assert bob.get(f"/people/{amy.pk}/").status_code == 404
    assert bob.post(f"/people/{amy.pk}/", {"role": "manager"}).status_code == 404
    assert bob.post(f"/people/{amy.pk}/remove/").status_code == 404
    assert "CANARY-member-bob" in bob.get("/people/").content.decode()
