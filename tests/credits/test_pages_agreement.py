"""The agreement in sentences: every promise of the five policies, readings, defaults, versions, who may see it."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contracts.actions.subscriptions import cover_service, end_subscription
from contracts.policy.documents import agreement_of, shipped_policies, shipped_policy
from contracts.sentences import Said, sections_of
from slaportal.tenancy.models import Tenant
from tests.credits.months import START, Months, per_hour, tenth
from tests.credits.test_pages_months import text_of
from tests.world import World
from tickets.models import Ticket, TicketClock

NOW = datetime.fromisoformat("2026-11-20T12:00:00+00:00")


@pytest.fixture(autouse=True)
def _in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages read the clock: it stands in November 2026."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def sentences(key: str, plan: str | None = None) -> list[Said]:
    agreement = agreement_of(shipped_policy(key), plan)
    return [said for section in sections_of(agreement) for group in section.groups for said in group.sentences]


@pytest.mark.parametrize("key", shipped_policies())
def test_every_plan_of_every_policy_is_said_without_a_raw_word(key: str) -> None:
    for plan in shipped_policy(key).plans:
        said = sentences(key, plan)
        assert len(said) > 20
        for one in said:
            assert one.text.strip()
            assert "%(" not in one.text
            assert "None" not in one.text
            assert "_" not in one.text + one.reading, one


def test_strengths_readings_clauses(world: World) -> None:
    said = {one.text: one for one in sentences("spirion")}
    answer = said["We answer within 4 hours, counted in support hours."]
    assert (answer.strength, answer.clause) == ("", "Customer Support Policy, Severity Chart")
    assert answer.reading == "Response is counted in support hours."
    goal = said["Our goal: solved within 48 hours, counted in support hours."]
    assert goal.strength == "goal"
    assert said["Solution: As determined by Spirion."].strength == "goal"
    assert said["The service is up 99 % of each calendar month."].strength == ""
    assert "Scheduled maintenance, announced at least 48 hours ahead, its first 6 hours." in said
    assert "Emergency maintenance, its first 4 hours, at most 1 of them a period." in said
    assert "1/12 of the yearly fee, however deep the miss." in said
    assert "You claim it within 60 days after the end of the period." in said
    assert any(one.strength == "when possible" for one in said.values())


def test_a_default_that_cuts_a_right_is_said_as_a_reading() -> None:
    said = {one.text: one for one in sentences("spirion")}
    assert said["At most 100 % of the yearly fee."].reading == "The document does not say it; this is how it is read."


def test_the_page_shows_the_plan_the_fee_and_the_versions(world: World) -> None:
    months = Months(world, [tenth()])
    months.publish([per_hour()], effective_from=datetime.fromisoformat("2026-11-01T04:00+00:00"), at=START)
    address = reverse("agreement", args=[months.subscription.pk])
    said = text_of(world.client("ann").get(address).content.decode())
    assert "1 % of the monthly fee for each 1 hour of the downtime." in said
    assert "You claim it within 10 days after the end of the failure." in said
    assert "Monthly fee $1,000.00" in said
    assert "Plan Only" in said
    older = text_of(world.client("ann").get(address, {"version": "1"}).content.decode())
    assert "This is version 1; a later one is in force." in older
    assert "10 % of the monthly fee, however deep the miss." in older
    assert world.client("ann").get(address, {"version": "7"}).status_code == 404


def test_a_plan_that_a_later_version_dropped_is_shown_as_it_was_sold(world: World) -> None:
    """It goes on holding for whoever is on it; the later version can be looked at."""
    months = Months(world, [tenth()])
    later = datetime.fromisoformat("2026-11-01T04:00+00:00")
    months.publish([per_hour()], effective_from=later, at=START, plans={"other": {"name": "Other"}})
    address = reverse("agreement", args=[months.subscription.pk])
    said = text_of(world.client("ann").get(address).content.decode())
    assert "10 % of the monthly fee, however deep the miss." in said
    assert "Plan Only" in said
    goes_on = "does not have the plan Only: version 1 goes on for this subscription."
    assert f"Version 1 Version 2 is the newest in force, but {goes_on}" in said
    assert "a later one is in force" not in said
    newer = text_of(world.client("ann").get(address, {"version": "2"}).content.decode())
    assert f"This is version 2. It {goes_on}" in newer
    assert "a later one is in force" not in newer
    assert "This version does not have the plan Only; its first plan is shown." in newer


def test_a_version_to_come_that_drops_the_plan_says_so(world: World) -> None:
    months = Months(world, [tenth()])
    later = datetime.fromisoformat("2026-12-01T05:00+00:00")
    months.publish([per_hour()], effective_from=later, at=START, plans={"other": {"name": "Other"}})
    address = reverse("agreement", args=[months.subscription.pk])
    client = world.client("ann")
    coming = text_of(client.get(address, {"version": "2"}).content.decode())
    assert "This is version 2; it holds from Tue 1 Dec, 05:00 UTC on. It does not have the plan Only:" in coming
    assert "is the newest in force" not in text_of(client.get(address).content.decode())


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-10T05:00+00:00", "This subscription ended on Tue 10 Nov, 05:00 UTC: nothing is promised since."),
        ("2026-12-01T05:00+00:00", "This subscription ends on Tue 1 Dec, 05:00 UTC: nothing is promised from then on."),
    ],
)
def test_an_end_is_said_before_what_was_promised(world: World, at: str, said: str) -> None:
    months = Months(world, [tenth()])
    address = reverse("agreement", args=[months.subscription.pk])
    client, end = world.client("ann"), datetime.fromisoformat(at)
    assert "This subscription" not in text_of(client.get(address).content.decode())
    with months.inside():
        end_subscription(months.subscription, ends_at=end, actor="test", at=START, reason="Moved on.")
    page = text_of(client.get(address).content.decode())
    assert page.index(said) < page.index("10 % of the monthly fee")
    assert ("Ended Tue 10 Nov" if end < NOW else "Until Tue 1 Dec") in page


def test_what_has_ended_is_shown_by_the_version_that_held_last(world: World) -> None:
    months = Months(world, [tenth()])
    end = datetime.fromisoformat("2026-11-01T04:00+00:00")
    months.publish([per_hour()], effective_from=end, at=START)
    with months.inside():
        end_subscription(months.subscription, ends_at=end, actor="test", at=START, reason="Moved on.")
    address = reverse("agreement", args=[months.subscription.pk])
    client = world.client("ann")
    assert "10 % of the monthly fee" in text_of(client.get(address).content.decode())
    newer = text_of(client.get(address, {"version": "2"}).content.decode())
    assert "This is version 2; when the subscription ended, version 1 held. See what held last" in newer


def test_a_kind_to_which_availability_is_not_promised_reads_that_first(world: World) -> None:
    rules = {"target": "99", "not_for": ["production"]}
    months = Months(world, [tenth()], availability=rules)
    page = text_of(world.client("ann").get(reverse("agreement", args=[months.subscription.pk])).content.decode())
    none = page.index("Availability is not promised for this subscription, since its kind is Production")
    again = page.index("Not promised for a subscription of the kind Production")
    assert none < again < page.index("The service is up 99 %")


def test_a_kind_to_which_availability_is_promised_reads_nothing_of_that(world: World) -> None:
    months = Months(world, [tenth()], availability={"target": "99", "not_for": ["beta"]})
    page = text_of(world.client("ann").get(reverse("agreement", args=[months.subscription.pk])).content.decode())
    assert "ot promised for" not in page


def test_who_may_see_it(world: World) -> None:
    months = Months(world, [tenth()])
    address = reverse("agreement", args=[months.subscription.pk])
    for who in ("amy", "ann", "agent", "lead", "admin"):
        assert world.client(who).get(address).status_code == 200
    for who in ("bob", "carl", "cora"):
        assert world.client(who).get(address).status_code == 404
    assert world.client("ann").get(reverse("agreements"))["Location"] == address
    with months.inside():
        months.subscribe("a", "Second")
    assert "Second" in text_of(world.client("ann").get(reverse("agreements")).content.decode())
    assert "No subscription yet." in text_of(world.client("bob").get(reverse("agreements")).content.decode())


def ticket(months: Months, number: int, status: str, due: str | None) -> None:
    """An open ticket with one clock."""
    with months.inside():
        made = Ticket.objects.create(
            provider=months.provider, tenant=world_tenant(months), subscription=months.subscription,
            version_id=months.period.version_id, plan="only", number=number, subject=f"Subject {number}",
            requester=months.member("ann"), severity="minor", status=status, opened_at=NOW, last_event_at=NOW,
        )  # fmt: skip
        due_at = None if due is None else datetime.fromisoformat(due)
        TicketClock.objects.create(
            provider=months.provider, tenant=world_tenant(months), ticket=made, clock="response", severity="minor",
            cycle=1, state="running" if due else "paused", outcome="pending", due_at=due_at, since_at=NOW,
            remaining_us=None if due else 7_200_000_000,
        )  # fmt: skip


def world_tenant(months: Months) -> Tenant:
    return months.world.tenants["a"]


def test_home_shows_services_tickets_and_months(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime.fromisoformat("2026-10-20T12:00:00+00:00")
    monkeypatch.setattr(timezone, "now", lambda: at)
    months = Months(world, [tenth()])
    months.work_out(at)
    ticket(months, 1, "open", "2026-10-20T15:00:00+00:00")
    ticket(months, 2, "waiting_on_customer", None)
    client = world.client("ann")
    said = text_of(client.get(reverse("home")).content.decode())
    for heading in ("Service status", "Your tickets", "Credits", "Months"):
        assert heading in said
    assert "All your services are up." in said
    assert said.index("Subject 2") < said.index("Subject 1")  # what waits for the customer first
    assert "Paused: waiting on you 2 h left once you reply." in said
    assert "3 h left We answer by 15:00 UTC." in said
    assert "October 2026 running 100 % Target met so far" in said
    pk = months.down("10-20 11:00", hours=3)
    assert pk
    months.work_out(at)
    said = text_of(client.get(reverse("home")).content.decode())
    assert "1 service has a problem now." in said
    assert "API Down since 11:00 UTC" in said


def test_the_home_of_a_customer_without_anything_teaches(world: World) -> None:
    said = text_of(world.client("bob").get(reverse("home")).content.decode())
    assert "No service yet." in said
    assert "Nothing is open." in said
    assert "Nothing can be claimed." in said


def test_home_asks_as_much_for_three_tickets_and_subscriptions_as_for_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime.fromisoformat("2026-10-20T12:00:00+00:00")
    monkeypatch.setattr(timezone, "now", lambda: at)
    months = Months(world, [tenth()])
    months.work_out(at)
    ticket(months, 1, "open", "2026-10-20T15:00:00+00:00")
    client = world.client("ann")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("home")).status_code == 200
        return len(queries)

    asked()
    one = asked()
    for number in (2, 3):
        ticket(months, number, "open", "2026-10-20T15:00:00+00:00")
        with months.inside():
            cover_service(months.subscribe("a", f"More {number}"), months.service, actor="test", at=START)
    assert asked() == one


def test_home_names_a_service_that_two_subscriptions_cover_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime.fromisoformat("2026-10-20T12:00:00+00:00")
    monkeypatch.setattr(timezone, "now", lambda: at)
    months = Months(world, [tenth()])
    with months.inside():
        cover_service(months.subscribe("a", "More"), months.service, actor="test", at=START)
    months.work_out(at)
    html = world.client("ann").get(reverse("home")).content.decode()
    assert html.count('<th scope="row">API</th>') == 1
