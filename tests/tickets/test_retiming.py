"""A new version for open tickets: only on request, from its date, in chunks, and never where it cannot hold."""

from datetime import timedelta

from django.urls import reverse

from contracts.actions.policies import publish_policy
from contracts.models import Reader, Subscription
from contracts.policy.documents import read_document, shipped_policy
from tests.conftest import logged_in_as
from tests.meeting import Meeting
from tests.processes.fleet import until
from tests.tickets.office import HOUR, MONDAY, opened, subscribed
from tests.world import World
from tickets.actions.conversation import reply
from tickets.actions.ending import resolve
from tickets.models import Mark, Ticket, TicketClock, TicketEvent
from tickets.retiming import sweep_changes
from tickets.sweeping import sweep_marked

TEXT = shipped_policy("spirion").text
FASTER, EVEN_FASTER = (
    read_document(TEXT.replace("response: {within: 4h", f"response: {{within: {h}h")) for h in (2, 1)
)


def published(world: World, document: object = FASTER, *, retime: bool, days: int = 1) -> None:
    with world.inside("admin"):
        publish_policy(
            document,  # type: ignore[arg-type]
            provider=world.providers["p1"],
            policy="spirion",
            effective_from=MONDAY + timedelta(days=days),
            actor=world.members["admin"],
            at=MONDAY,
            retime=retime,
        )


def swept(days: int, chunk: int = 2000) -> int:
    with logged_in_as("portal_jobs"):
        return sum(iter(lambda: sweep_changes(at=MONDAY + timedelta(days=days), chunk=chunk), 0))


def tickets(world: World, count: int) -> list[Ticket]:
    with world.inside("admin"):
        subscription = subscribed(world)
    with world.inside("agent"):
        made = [opened(world, subscription, severity="critical") for _ in range(count)]
        Ticket.objects.update(mark=None)
        return made


def versions(world: World) -> list[int]:
    with world.inside("agent"):
        return list(Ticket.objects.order_by("pk").values_list("version__number", flat=True))


def test_without_being_asked_open_tickets_keep_what_they_were_promised(world: World) -> None:
    tickets(world, 2)
    published(world, retime=False)
    assert swept(2) == 0
    assert versions(world) == [1, 1]


def test_on_request_from_its_date_in_chunks_behind_what_people_do(world: World) -> None:
    made = tickets(world, 5)
    with world.inside("agent"):
        resolve(made[0], "fix", actor=world.members["agent"], at=MONDAY)
        Ticket.objects.update(mark=None)
    published(world, retime=True)
    assert swept(0) == 0, "not before it is in force"
    assert swept(1, chunk=2) == 4
    assert versions(world) == [1, 2, 2, 2, 2]
    assert swept(2) == 0
    with world.inside("agent"):
        assert list(Ticket.objects.order_by("pk").values_list("mark", flat=True)) == [None, *[Mark.IN_TURN] * 4]
        assert TicketEvent.objects.filter(type="retimed").count() == 4
        assert Reader.objects.filter(name="tickets").count() == 1
        reply(made[3], "Here", actor=world.members["agent"], at=MONDAY + timedelta(days=1, hours=1))
    with logged_in_as("portal_jobs"):
        assert sweep_marked(at=MONDAY + timedelta(days=2), most=1) == 1
    with world.inside("agent"):
        assert list(TicketClock.objects.values_list("ticket_id", flat=True).distinct()) == [made[3].pk]
    with logged_in_as("portal_jobs"):
        assert sweep_marked(at=MONDAY + timedelta(days=2)) == 3
    with world.inside("agent"):
        due = TicketClock.objects.get(ticket=made[1], clock="response").due_at
        assert due == MONDAY + 2 * HOUR


def test_a_ticket_whose_severity_is_gone_keeps_its_version(world: World) -> None:
    tickets(world, 1)
    renamed = read_document(TEXT.replace("    critical:\n", "    urgent:\n").replace("[critical]", "[urgent]"))
    published(world, renamed, retime=True)
    assert swept(1) == 0
    assert versions(world) == [1]


def test_a_ticket_whose_plan_is_gone_keeps_its_version(world: World) -> None:
    tickets(world, 1)
    published(world, read_document(TEXT.replace("  saas: {name", "  cloud: {name")), retime=True)
    assert swept(1) == 0
    assert versions(world) == [1]


def test_a_ticket_with_a_breach_keeps_the_version_that_was_broken(world: World) -> None:
    tickets(world, 1)
    with world.inside("agent"):
        Ticket.objects.update(mark=Mark.SOON)
    with logged_in_as("portal_jobs"):
        sweep_marked(at=MONDAY + 5 * HOUR)
    published(world, retime=True)
    assert swept(1) == 0
    assert versions(world) == [1]


def test_a_request_that_is_come_to_late_takes_no_later_version_away(world: World) -> None:
    """Neither from a ticket that was opened under it nor from one that it was given before."""
    made = tickets(world, 2)
    published(world, retime=True, days=1)
    published(world, EVEN_FASTER, retime=False, days=2)
    with world.inside("agent"):
        subscription = Subscription.objects.get()
        opened(world, subscription, severity="critical", at=MONDAY + timedelta(days=3))
        third = Ticket.objects.latest("pk").version
        Ticket.objects.filter(pk=made[1].pk).update(version=third)
    assert swept(4) == 1
    assert versions(world) == [2, 3, 3]


def test_a_later_request_does_not_wait_for_one_with_a_later_date(world: World) -> None:
    tickets(world, 1)
    published(world, retime=True, days=90)
    with world.inside("admin"):
        other = subscribed(world, "secpod")
        subscription = Subscription.objects.get(pk=other.pk)
    with world.inside("agent"):
        made = opened(world, subscription)
    with world.inside("admin"):
        publish_policy(
            read_document(shipped_policy("secpod").text + "\n# newer\n"),
            provider=world.providers["p1"],
            policy="secpod",
            effective_from=MONDAY + timedelta(days=1),
            actor=world.members["admin"],
            at=MONDAY,
            retime=True,
        )
    assert swept(1) == 1
    with world.inside("agent"):
        assert Ticket.objects.get(pk=made.pk).version.number == 2


def test_its_page_names_the_version_once(world: World) -> None:
    (made,) = tickets(world, 1)
    published(world, retime=True)
    assert swept(1) == 1
    page = world.client("agent").get(reverse("ticket", args=[made.number])).content.decode()
    event = page.split("Timed by ")[1].split("<time")[0]
    assert event.count("version 2") == 1


def test_a_ticket_that_is_being_opened_as_it_takes_effect_is_timed_by_it_too(meeting: Meeting) -> None:
    world = meeting.world
    with meeting.inside("admin"):
        subscription = subscribed(world)
        publish_policy(
            FASTER,
            provider=world.providers["p1"],
            policy="spirion",
            effective_from=MONDAY + HOUR,
            actor=world.members["admin"],
            at=MONDAY,
            retime=True,
        )

    def known() -> bool:
        meeting.swept(lambda: sweep_changes(at=MONDAY))
        with meeting.inside("admin"):
            return Reader.objects.filter(name__startswith="retime-").exists()

    until(known, "the change is read", within_s=90)  # after every older transaction of the server
    at = MONDAY + 2 * HOUR
    meeting.worker("agent", lambda: opened(world, subscription), lambda: sweep_changes(at=at))
    meeting.swept(lambda: sweep_changes(at=at))
    with meeting.inside("agent"):
        assert Ticket.objects.get().version.number == 2
