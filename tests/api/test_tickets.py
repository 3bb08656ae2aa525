"""Tickets over the API: every act by everybody who may, lists with their filters and pages, clocks that add up."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.models import Service
from slaportal.tenancy.models import Role
from tests.api.conftest import Programs
from tests.api.test_calls import refused
from tests.conftest import Login
from tests.tickets.office import HOUR, MONDAY, opened, subscribed
from tests.world import World
from tickets.models import Breach, Ticket, TicketEvent
from tickets.sweeping import sweep_due, sweep_marked


def work_out(as_login: Login, at: datetime) -> None:
    with as_login("portal_jobs"):
        sweep_marked(at=at)
        sweep_due(at=at)


# One ticket -----------------------------------------------------------------------------------------------------------


def test_a_ticket_with_its_clocks(world: World, ticket: Ticket, programs: Programs) -> None:
    with time_machine.travel(MONDAY + HOUR, tick=False):
        said = programs("agent").get("tickets/1/").said
    assert (said["number"], said["status"], said["severity"]["key"], said["revision"]) == (1, "open", "critical", 1)
    assert said["tenant"]["name"] == "CANARY-tenant-a"
    assert said["requester"]["id"] == world.members["amy"].pk
    assert said["opened_at"] == "2026-03-16T14:00:00Z"
    assert said["policy"]["policy"] == "spirion"
    response = next(clock for clock in said["clocks"] if clock["clock"] == "response")
    assert (response["state"], response["outcome"]) == ("running", "pending")
    assert (response["limit_s"], response["elapsed_s"], response["remaining_s"]) == ("14400", "3600", "10800")
    assert response["due_at"] == "2026-03-16T18:00:00Z"


def test_segments_add_up(world: World, ticket: Ticket, programs: Programs) -> None:
    agent = programs("agent")
    with time_machine.travel(MONDAY + HOUR, tick=False):
        agent.post("tickets/1/status/", {"status": "waiting_on_customer", "reason": "Which report?"})
    with time_machine.travel(MONDAY + 3 * HOUR + timedelta(microseconds=250_000), tick=False):
        programs("amy").post("tickets/1/reply/", {"text": "All."})
        clocks = agent.get("tickets/1/clocks/").said
        assert agent.get("tickets/1/").said["clocks"] == clocks
    resolution = next(clock for clock in clocks if clock["clock"] == "resolution")
    assert [(s["kind"], s["status"], s["length_s"]) for s in resolution["segments"]] == [
        ("running", None, "3600"),
        ("paused", "waiting_on_customer", "7200.25"),
    ]
    for clock in clocks:
        ran = sum(Decimal(s["length_s"]) for s in clock["segments"] if s["kind"] == "running")
        assert ran == Decimal(clock["elapsed_s"])
        assert Decimal(clock["elapsed_s"]) + Decimal(clock["remaining_s"]) == Decimal(clock["limit_s"])


def test_a_customer_sees_what_the_customer_sees(world: World, ticket: Ticket, programs: Programs) -> None:
    agent = programs("agent")
    agent.post("tickets/1/note/", {"text": "CANARY note"})
    agent.post("tickets/1/assign/", {"assignee": world.members["lead"].pk})
    agent.post("tickets/1/reply/", {"text": "Looking."})
    assert agent.get("tickets/1/").said["assignee"]["name"] == "CANARY-member-lead"
    assert [e["type"] for e in agent.get("tickets/1/events/").said["items"]] == [
        *("opened", "internal_note", "assigned", "agent_reply"),
    ]
    amy = programs("amy")
    assert amy.get("tickets/1/").said["assignee"] is None
    assert [e["type"] for e in amy.get("tickets/1/events/").said["items"]] == ["opened", "agent_reply"]
    for path in ("tickets/", "tickets/1/", "tickets/1/events/", "tickets/1/clocks/"):
        assert b"CANARY note" not in amy.get(path).content
        assert b"CANARY-member-lead" not in amy.get(path).content


# Acts -----------------------------------------------------------------------------------------------------------------

STAFF, CUSTOMERS, STRANGERS = ("agent", "lead", "admin"), ("amy", "ann"), ("bob", "carl", "cora")


ACTS: list[tuple[str, Any, str, tuple[str, ...]]] = [
    ("reply", {"text": "Looking."}, "agent_reply", STAFF),
    ("reply", {"text": "All."}, "customer_reply", CUSTOMERS),
    ("note", {"text": "The cache."}, "internal_note", STAFF),
    ("status", {"status": "waiting_on_third_party"}, "status", STAFF),
    ("severity", {"severity": "minor", "reason": "One report."}, "severity", STAFF),
    ("assign", {"assignee": None}, "assigned", STAFF),
    ("resolve", {"resolution": "workaround", "text": "Use the other."}, "resolved", STAFF),
    ("ask", {}, "status_request", (*STAFF, *CUSTOMERS)),
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act[2])
def test_an_act_by_who_may(world: World, ticket: Ticket, programs: Programs, act: Any) -> None:
    path, body, kind, who = act
    for number, name in enumerate(who, start=2):
        with world.inside("agent"):
            other = opened(world, ticket.subscription, severity="critical")
        answer = programs(name).post(f"tickets/{other.number}/{path}/", body)
        assert answer.status_code == 201, answer.content
        event, now = answer.said["event"], answer.said["ticket"]
        assert (event["type"], event["author"], event["ordinal"]) == (kind, f"CANARY-member-{name}", 2)
        assert (now["number"], answer.headers["ETag"]) == (number, f'"{now["revision"]}"')
        assert event["side"] == ("staff" if name in STAFF else "customer")
        with world.inside("agent"):
            kept = TicketEvent.objects.get(ticket=other, ordinal=2)
            assert (kept.type, kept.text) == (kind, body.get("text", ""))


@pytest.mark.parametrize("who", [*CUSTOMERS, *STRANGERS])
def test_an_act_by_who_may_not(world: World, ticket: Ticket, programs: Programs, who: str) -> None:
    acts = {
        "note": {"text": "x"},
        "status": {"status": "pending"},
        "assign": {"assignee": None},
        "resolve": {"resolution": "fix"},
        "reply": {"text": "x", "status": "pending"},
        "severity": {"severity": "minor", "reason": "x"},
        "close": {},
        "reopen": {},
        "ask": {},
    }
    for path, body in acts.items():
        answer = programs(who).post(f"tickets/1/{path}/", body)
        expected = (403, 404) if who in STRANGERS else (403, 409, 201)
        assert answer.status_code in expected, path
        assert who not in STRANGERS or answer.said["code"] in ("not_found", "role_not_allowed")
    with world.inside("agent"):
        kinds = set(TicketEvent.objects.values_list("type", flat=True))
    assert kinds == ({"opened"} if who in STRANGERS else {"opened", "status_request"})


def test_solved_reopened_solved_closed(ticket: Ticket, programs: Programs) -> None:
    agent, amy = programs("agent"), programs("amy")
    refused(amy.post("tickets/1/close/"), 409, "event_does_not_fit")
    assert agent.post("tickets/1/resolve/", {"resolution": "fix"}).said["ticket"]["status"] == "solved"
    refused(agent.post("tickets/1/resolve/", {"resolution": "fix"}), 409, "event_does_not_fit")
    assert amy.post("tickets/1/reopen/", {"text": "No."}).said["ticket"]["status"] == "open"
    assert agent.post("tickets/1/resolve/", {"resolution": "agreed"}).said["ticket"]["resolution"] == "agreed"
    assert amy.post("tickets/1/close/").said["ticket"]["status"] == "closed"
    refused(amy.post("tickets/1/reply/", {"text": "One more thing."}), 409, "ticket_closed")


def test_assigning_to_who_is_not_at_the_desk(world: World, ticket: Ticket, programs: Programs) -> None:
    for who in ("amy", "cora"):
        answer = programs("agent").post("tickets/1/assign/", {"assignee": world.members[who].pk})
        assert set(refused(answer, 400, "assignee_unknown")) == {"assignee"}


def test_the_preview_of_a_severity_is_what_comes(ticket: Ticket, programs: Programs) -> None:
    agent = programs("agent")
    with time_machine.travel(MONDAY + HOUR, tick=False):
        preview = agent.get("tickets/1/severity/").said
        assert preview["yours"] is True
        minor = next(choice for choice in preview["choices"] if choice["severity"]["key"] == "minor")
        after = agent.post("tickets/1/severity/", {"severity": "minor", "reason": "One report."}).said["ticket"]
    told = {change["clock"]: change["after"]["due_at"] for change in minor["changes"] if change["after"]}
    assert told == {clock["clock"]: clock["due_at"] for clock in after["clocks"]}
    assert programs("amy").get("tickets/1/severity/").said["yours"] is False
    refused(agent.post("tickets/1/severity/", {"severity": "none", "reason": "x"}), 409, "event_does_not_fit")


def test_excusing_a_breach(world: World, ticket: Ticket, programs: Programs, as_login: Login) -> None:
    work_out(as_login, MONDAY + 5 * HOUR)
    breach = programs("amy").get("tickets/1/").said["breaches"][0]
    assert (breach["clock"], breach["excused_at"]) == ("response", None)
    path = f"breaches/{breach['id']}/excuse/"
    body = {"cause": "weather", "reason": "A storm."}
    refused(programs("agent").post(path, body), 403, "role_not_allowed")
    refused(programs("cora").post(path, body), 404, "not_found")
    assert set(refused(programs("lead").post(path, body), 400, "cause_not_excused")) == {"cause"}
    with world.inside("agent"):
        assert Breach.objects.get(pk=breach["id"]).excused_at is None


def test_a_cause_that_the_policy_names(world: World, programs: Programs, as_login: Login) -> None:
    with world.inside("admin"):
        made = subscribed(world, "infopromo")
    with world.inside("agent"):
        opened(world, made)
    work_out(as_login, MONDAY + 1000 * HOUR)
    breach = programs("agent").get("tickets/1/").said["breaches"][0]
    path, body = f"breaches/{breach['id']}/excuse/", {"cause": "third_party", "reason": "The carrier was down."}
    answer = programs("lead").post(path, body)
    assert (answer.status_code, answer.said["cause"], answer.said["excuse"]) == (200, body["cause"], body["reason"])
    assert programs("amy").get("tickets/1/").said["breaches"][0]["excuse"] == body["reason"]
    refused(programs("admin").post(path, body), 409, "already_excused")


# Opening --------------------------------------------------------------------------------------------------------------


def test_a_customer_opens_for_oneself(world: World, ticket: Ticket, programs: Programs) -> None:
    body = {"subscription": ticket.subscription_id, "subject": "Slow", "text": "Since nine.", "severity": "critical"}
    answer = programs("ann").post("tickets/", body)
    assert (answer.status_code, answer.headers["Location"]) == (201, "/api/v1/tickets/2/")
    assert answer.said["requester"]["name"] == "CANARY-member-ann"
    assert answer.said["severity_wished"] == "critical"  # the provider classifies
    assert programs("ann").get("tickets/2/").said["subject"] == "Slow"
    for more in ({"requester": world.members["amy"].pk}, {"opened_at": "2026-03-16T10:00:00Z"}):
        refused(programs("ann").post("tickets/", {**body, **more}), 403, "role_not_allowed")


def test_support_opens_for_a_customer_with_the_time_of_the_call(
    world: World, ticket: Ticket, programs: Programs
) -> None:
    with world.inside("agent"):
        service = Service.objects.get()
    body = {
        "subscription": ticket.subscription_id,
        "requester": world.members["amy"].pk,
        "subject": "Slow",
        "text": "They called.",
        "severity": "major",
        "service": service.pk,
        "opened_at": "2026-03-16T10:00:00-04:00",
    }
    said = programs("agent").post("tickets/", body).said
    assert (said["opened_at"], said["severity"]["key"]) == ("2026-03-16T14:00:00Z", "major")
    assert said["service"]["id"] == service.pk
    without = {name: value for name, value in body.items() if name != "requester"}
    refused(programs("agent").post("tickets/", without), 400, "requester_needed")
    later = (datetime.now(tz=UTC) + timedelta(hours=1)).isoformat()  # noqa: TID251
    refused(programs("agent").post("tickets/", {**body, "opened_at": later}), 400, "opened_later")


def test_what_is_anothers_cannot_be_named(world: World, ticket: Ticket, programs: Programs) -> None:
    body = {"subscription": ticket.subscription_id, "subject": "Slow", "text": "Since nine."}
    for who in ("bob", "carl"):
        answer = programs(who).post("tickets/", body)
        assert set(refused(answer, 400, "subscription_unknown")) == {"subscription"}
    for field in ("requester", "service"):
        more = {"requester": world.members["amy"].pk, field: world.members["carl"].pk + 1000}
        answer = programs("agent").post("tickets/", {**body, **more})
        assert set(refused(answer, 400, f"{field}_unknown")) == {field}
    foreign = programs("agent").post("tickets/", {**body, "requester": world.members["bob"].pk})
    refused(foreign, 400, "requester_unknown")
    with world.inside("agent"):
        assert Ticket.objects.count() == 1


# Lists ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def five(world: World, ticket: Ticket) -> list[Ticket]:
    """Numbers 1 to 5, an hour apart; the last is minor."""
    with world.inside("agent"):
        more = [
            opened(world, ticket.subscription, at=MONDAY + n * HOUR, severity="critical" if n < 4 else "minor")
            for n in range(1, 5)
        ]
    return [ticket, *more]


def numbers(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [item["number"] for item in answer.said["items"]]


@pytest.mark.parametrize("who", ["agent", "amy"])
@pytest.mark.parametrize("ordering", ["-number", "number", "-opened_at", "opened_at", "-updated_at", "updated_at"])
def test_pages_in_every_order(five: list[Ticket], programs: Programs, who: str, ordering: str) -> None:
    found, cursor, pages = [], "", 0
    while True:
        answer = programs(who).get(f"tickets/?limit=2&ordering={ordering}{cursor}")
        found += numbers(answer)
        pages += 1
        if answer.said["next"] is None:
            break
        cursor = f"&cursor={answer.said['next']}"
    assert (found, pages) == ([5, 4, 3, 2, 1] if ordering.startswith("-") else [1, 2, 3, 4, 5], 3)


def test_a_page_is_not_disturbed_by_what_is_new(world: World, five: list[Ticket], programs: Programs) -> None:
    first = programs("agent").get("tickets/?limit=2")
    with world.inside("agent"):
        opened(world, five[0].subscription)
    assert numbers(programs("agent").get(f"tickets/?limit=2&cursor={first.said['next']}")) == [3, 2]


def test_a_cursor_of_elsewhere_is_refused(five: list[Ticket], programs: Programs) -> None:
    agent = programs("agent")
    cursor = agent.get("tickets/?limit=2").said["next"]
    for query in (
        f"ordering=number&cursor={cursor}",
        "cursor=x",
        "cursor=WyItbnVtYmVyIl0",
        f"view=all&cursor={cursor}",
    ):
        assert set(refused(agent.get(f"tickets/?{query}"), 400, "cursor_unknown")) == {"cursor"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=pending", [2]),
        ("status=open", [5, 4, 1]),
        ("severity=minor", [5]),
        ("solved=true", [3]),
        ("solved=false", [5, 4, 2, 1]),
        ("assignee=me", [4]),
        ("assignee=none", [5, 3, 2, 1]),
        ("updated_since=2026-03-16T20:00:00%2B01:00", [3, 2]),
        ("view=all&limit=100", [5, 4, 2, 1]),
        ("view=mine", [4]),
        ("view=all&severity=minor", [5]),
        ("view=unassigned&status=pending", [2]),
    ],
)
def test_filters(world: World, five: list[Ticket], programs: Programs, query: str, expected: list[int]) -> None:
    agent = programs("agent")
    with time_machine.travel(MONDAY + 6 * HOUR, tick=False):
        agent.post("tickets/2/reply/", {"text": "Looking."})
        agent.post("tickets/3/resolve/", {"resolution": "fix"})
    with time_machine.travel(MONDAY + 4 * HOUR + timedelta(minutes=30), tick=False):
        agent.post("tickets/4/assign/", {"assignee": world.members["agent"].pk})
    found = numbers(agent.get(f"tickets/?{query}"))
    assert sorted(found, reverse=True) == expected


def test_filters_by_people(world: World, five: list[Ticket], programs: Programs) -> None:
    agent, amy, bob = programs("agent"), world.members["amy"], world.members["bob"]
    assert len(numbers(agent.get(f"tickets/?requester={amy.pk}"))) == 5
    assert numbers(agent.get(f"tickets/?requester={bob.pk}")) == []
    assert len(numbers(agent.get(f"tickets/?tenant={amy.tenant_id}"))) == 5
    assert numbers(agent.get(f"tickets/?tenant={bob.tenant_id}")) == []
    assert numbers(programs("amy").get(f"tickets/?tenant={bob.tenant_id}")) == []
    assert len(numbers(programs("amy").get(f"tickets/?tenant={amy.tenant_id}"))) == 5
    for query in ("assignee=me", "view=all"):
        refused(programs("amy").get(f"tickets/?{query}"), 403, "role_not_allowed")
    refused(agent.get("tickets/?view=all&ordering=number"), 400, "ordering_of_view")


def test_a_view_is_in_the_order_of_work(world: World, five: list[Ticket], programs: Programs, as_login: Login) -> None:
    now = MONDAY + 4 * HOUR + timedelta(minutes=30)
    work_out(as_login, now)
    with time_machine.travel(now, tick=False):
        agent = programs("agent")
        first = agent.get("tickets/?view=all&limit=2")
        second = agent.get(f"tickets/?view=all&limit=2&cursor={first.said['next']}")
        third = agent.get(f"tickets/?view=all&limit=2&cursor={second.said['next']}")
        assert third.said["next"] is None
        # This policy is worked by priority: the critical one that is late goes before the minor one.
        assert numbers(first) + numbers(second) + numbers(third) == [2, 3, 4, 1, 5]
        counted = {view["view"]: (view["count"], view["exact"]) for view in agent.get("queue/").said}
        assert counted["all"] == (5, True)
        assert numbers(agent.get("tickets/?view=soon")) == [2]
    assert set(counted) == {"all", "mine", "unassigned", "soon", "breached", "waiting"}


@pytest.mark.parametrize("path", ["tickets/", "tickets/?view=all", "tickets/1/events/"])
def test_a_list_asks_as_often_however_long_it_is(
    world: World, ticket: Ticket, programs: Programs, path: str, as_login: Login
) -> None:
    agent = programs("agent")

    def asked() -> int:
        agent.get(path)
        with CaptureQueriesContext(connection) as queries:
            agent.get(path)
        return len(queries)

    one = asked()
    with world.inside("agent"):
        for _ in range(3):
            opened(world, ticket.subscription)
    for _ in range(3):
        agent.post("tickets/1/note/", {"text": "Seen."})
    assert asked() == one


def test_roles_of_the_cast() -> None:
    """The acts above name everybody there is."""
    assert len({*STAFF, *CUSTOMERS}) == len(Role)
