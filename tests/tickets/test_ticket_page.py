"""A ticket's page: the conversation, the clocks with their reasons, the acts, and what a customer does not see."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from slaportal.intervals import instant_of
from slaportal.pages.markdown import as_html
from tests.tickets.office import subscribed
from tests.world import World
from tickets.actions.conversation import note, reply
from tickets.actions.opening import open_ticket
from tickets.clocks import clocks_of
from tickets.history import Event
from tickets.models import Ticket, TicketEvent
from tickets.previewing import severities_previewed
from tickets.queries import agreement_of_ticket, logs_of

HOUR = timedelta(hours=1)


@pytest.fixture
def ticket(world: World) -> Ticket:
    """Opened an hour ago by an agent for amy, critical, under Spirion's policy."""
    with world.inside("admin"):
        subscription = subscribed(world)
    with world.inside("agent"):
        now = timezone.now()
        return open_ticket(
            subscription,
            "Nothing <b>loads</b>",
            "Since **this morning** nothing loads. <script>alert(1)</script>",
            requester=world.members["amy"],
            actor=world.members["agent"],
            at=now,
            opened_at=now - HOUR,
            severity="critical",
        )


def at(ticket: Ticket, route: str = "ticket") -> str:
    return reverse(route, args=[ticket.number])


def sent(client: Client, ticket: Ticket, route: str, **data: object) -> int:
    return client.post(at(ticket, route), data).status_code


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def carried(page: str, action: str) -> dict[str, str]:
    """The hidden inputs of the form with that action."""
    form = page.split(f'action="{action}"')[1].split("</form>", maxsplit=1)[0]
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: value for name, value in hidden if name != "csrfmiddlewaretoken"}


def test_what_was_said_is_markdown_and_nothing_of_its_own(world: World, ticket: Ticket) -> None:
    page = read(world.client("agent"), at(ticket))
    assert "Since <strong>this morning</strong> nothing loads." in page
    assert "<script>alert" not in page
    assert "<h1>Nothing &lt;b&gt;loads&lt;/b&gt;</h1>" in page


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("[x](javascript:alert(1))", "href"),
        ("<img src=x onerror=alert(1)>", "<img"),
        ("![x](http://evil.example/track.png)", "<img"),
        ("<a href='data:text/html,x'>y</a>", "<a href"),
    ],
)
def test_hostile_markdown(text: str, never: str) -> None:
    html = str(as_html(text))
    assert never not in html.replace("&lt;", "(")


@pytest.mark.parametrize(
    "said",
    [r"C:\Users\_tmp_\log", r"\\srv\share\a", "a_name_of_many _words_", "__init__.py"],
    ids=["drive", "share", "name", "module"],
)
def test_paths_and_names_stay_as_they_were_written(said: str) -> None:
    assert str(as_html(said)) == f"<p>{said}</p>\n"


def test_the_deadline_is_explained_and_the_sum_is_what_was_counted(world: World, ticket: Ticket) -> None:
    page = read(world.client("agent"), at(ticket))
    assert page.count("Why this deadline?") == 2
    assert 'Resolution</span> <span class="mute small">goal</span>' in page
    resolution = page.split("Resolution</span>")[1]
    assert re.search(r"<th scope=\"row\">Counted</th>.*?<td class=\"num\">1 h</td>", resolution, re.DOTALL)
    assert "1 h of 1 d used" in resolution


def test_an_agent_replies_with_a_status_in_one_act(world: World, ticket: Ticket) -> None:
    client = world.client("agent")
    page = read(client, at(ticket))
    fields = carried(page, at(ticket, "ticket_reply"))
    data = {**fields, "text": "Which browser?", "status": "waiting_on_customer"}
    assert sent(client, ticket, "ticket_reply", **data) == 302
    assert sent(client, ticket, "ticket_reply", **data) == 302, "the same submission again is no second reply"
    with world.inside("agent"):
        kinds = list(TicketEvent.objects.order_by("ordinal").values_list("type", flat=True))
    assert kinds == ["opened", "agent_reply", "status"]
    again = read(client, at(ticket))
    assert "Paused: waiting on customer" in again
    assert "If it went on now it would be due" in again


def test_who_is_late_is_told_and_keeps_the_text(world: World, ticket: Ticket) -> None:
    client = world.client("agent")
    fields = carried(read(client, at(ticket)), at(ticket, "ticket_reply"))
    with world.inside("lead"):
        reply(ticket, "I have it.", actor=world.members["lead"], at=timezone.now())
    answer = client.post(at(ticket, "ticket_reply"), {**fields, "text": "Me too, and at length."})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This ticket changed while you were writing (CANARY-member-lead: replied)" in page
    assert "Me too, and at length." in page
    assert "I have it." in page
    now = carried(page, at(ticket, "ticket_reply"))
    assert sent(client, ticket, "ticket_reply", **now, text="Me too, and at length.") == 302


@pytest.mark.parametrize("who", ["amy", "agent"])
def test_who_asks_goes_back_and_writes_is_heard(world: World, ticket: Ticket, who: str) -> None:
    """Each form of one page is a submission of its own, and a token that was another act's is told and replaced."""
    client = world.client(who)
    page = read(client, at(ticket))
    asked, replied = (carried(page, at(ticket, route)) for route in ("ticket_ask", "ticket_reply"))
    assert sent(client, ticket, "ticket_ask", **asked) == 302
    answer = client.post(at(ticket, "ticket_reply"), {"token": asked["token"], "text": "It is worse now."})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "This form was sent before, for something else." in shown
    assert "It is worse now." in shown
    again = carried(shown, at(ticket, "ticket_reply"))
    assert sent(client, ticket, "ticket_reply", **again, text="It is worse now.") == 302
    assert asked["token"] != replied["token"]
    with world.inside("agent"):
        kinds = list(TicketEvent.objects.order_by("ordinal").values_list("type", flat=True))
    assert kinds[1:] == ["status_request", "customer_reply" if who == "amy" else "agent_reply"]


def test_a_customer_sees_no_note_no_owner_and_no_form_of_the_desk(world: World, ticket: Ticket) -> None:
    with world.inside("agent"):
        note(ticket, "He always calls.", actor=world.members["agent"], at=timezone.now())
    page = read(world.client("amy"), at(ticket))
    assert "He always calls." not in page
    assert "Internal note" not in page
    assert at(ticket, "ticket_assign") not in page
    assert "What we promise" in page
    assert "Internal note: the customer cannot see this" in read(world.client("agent"), at(ticket))


def test_the_preview_is_what_saving_does(world: World, ticket: Ticket) -> None:
    client = world.client("agent")
    page = read(client, at(ticket, "ticket_severity"))
    assert "significantly impacted or degraded" in page
    now = timezone.now()
    with world.inside("agent"):
        ticket.refresh_from_db()
        agreement, log = agreement_of_ticket(ticket), logs_of([ticket.pk])[ticket.pk]
        previews = {one.severity.key: one for one in severities_previewed(ticket, agreement, now=now)}
        shown = {change.name: change.after for change in previews["major"].changes}
    fields = carried(page, at(ticket, "ticket_severity_set"))
    data = {**fields, "severity": "major", "reason": "There is a way around it."}
    assert sent(client, ticket, "ticket_severity_set", **data) == 302
    with world.inside("agent"):
        ticket.refresh_from_db()
        assert ticket.severity == "major"
        log = logs_of([ticket.pk])[ticket.pk]
        due = clocks_of(agreement, [*log[:-1], Event(instant_of(now), "severity", severity="major")], log[-1].at)
        assert shown["Resolution"] is not None
        assert due["resolution"].due is not None
    assert shown["Resolution"].text.split(",")[0] in read(client, at(ticket))


def test_without_a_reason_the_severity_stays_and_the_choice_is_kept(world: World, ticket: Ticket) -> None:
    client = world.client("agent")
    fields = carried(read(client, at(ticket, "ticket_severity")), at(ticket, "ticket_severity_set"))
    answer = client.post(at(ticket, "ticket_severity_set"), {**fields, "severity": "minor", "reason": ""})
    assert answer.status_code == 422
    assert re.search(r'value="minor"\s+checked', answer.content.decode())


def test_solving_needs_a_kind_and_the_customer_may_reopen_or_close(world: World, ticket: Ticket) -> None:
    agent, amy = world.client("agent"), world.client("amy")
    assert sent(agent, ticket, "ticket_resolve", resolution="magic") == 422
    assert sent(agent, ticket, "ticket_resolve", resolution="fix", text="It was the cable.") == 302
    page = read(amy, at(ticket))
    assert "Solved: Fixed" in page
    assert sent(amy, ticket, "ticket_reopen") == 302
    assert sent(agent, ticket, "ticket_resolve", resolution="fix", text="Now it is.") == 302
    assert sent(amy, ticket, "ticket_close") == 302
    assert "This ticket is closed." in read(amy, at(ticket))
    assert sent(amy, ticket, "ticket_reply", text="One more thing") == 422


def test_a_customer_opens_one_and_reads_the_promise_at_once(world: World) -> None:
    with world.inside("admin"):
        subscribed(world)
    client = world.client("amy")
    page = read(client, reverse("ticket_new"))
    assert "with loss of service or of critical business functions" in page
    assert "Answer by" in page
    with world.inside("amy"):
        pk = TicketEvent.objects.count()
    assert pk == 0
    subscription = re.findall(r'<option value="(\d+)"', page)[0]
    data = {"subscription": subscription, "subject": "It is slow", "text": "Since noon.", "severity": "critical"}
    answer = client.post(reverse("ticket_new"), data, follow=True)
    text = answer.content.decode()
    assert "is open. We answer by " in text
    assert "asked for as 1 - Critical Impact" in text
    again = client.post(reverse("ticket_new"), data, follow=True).content.decode()
    assert "was opened in the same words just before. Here it is." in again
    assert (
        "is open. We answer by "
        in client.post(reverse("ticket_new"), {**data, "text": "Worse."}, follow=True).content.decode()
    )
    with world.inside("amy"):
        assert list(Ticket.objects.order_by("id").values_list("number", flat=True)) == [1, 2]
    answer = client.post(reverse("ticket_new"), {**data, "subject": ""})
    assert answer.status_code == 422
    assert "Since noon." in answer.content.decode()


def test_the_desk_opens_one_for_a_customer_with_the_time_of_the_call(world: World) -> None:
    with world.inside("admin"):
        subscribed(world)
    client, tenant = world.client("agent"), world.tenants["a"]
    assert "for which customer?" in read(client, reverse("ticket_new"))
    address = f"{reverse('ticket_new')}?for={tenant.pk}"
    page = read(client, address)
    subscription = re.findall(r'name="subscription".*?<option value="(\d+)"', page, re.DOTALL)[0]
    called = timezone.localtime(timezone.now() - HOUR).replace(second=0, microsecond=0)
    data = {
        "subscription": subscription,
        "subject": "Called in",
        "text": "The line was bad.",
        "requester": world.members["amy"].pk,
        "opened_at": f"{called:%Y-%m-%dT%H:%M}",
        "severity": "major",
    }
    assert client.post(address, data).status_code == 302
    with world.inside("agent"):
        made = Ticket.objects.get()
        assert (made.opened_at, made.severity, made.requester_id) == (called, "major", world.members["amy"].pk)
    assert client.get(f"{reverse('ticket_new')}?for={world.tenants['c'].pk}").status_code == 404
