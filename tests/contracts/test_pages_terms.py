"""Subscribing, changing a term, ending it: first what follows for months and tickets, then saved, refused at fields."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from contracts.actions.policies import publish_policy
from contracts.models import Change, Subscription, Term
from contracts.policy.documents import read_document
from contracts.queries import term_at
from slaportal.audit.models import Event
from tests.contracts.agreed import CUSTOMERS, INFOPROMO, NOW, PLANS, READERS, START, STRANGER, Agreed, text_of

PRICED = {"kind": "pilot", "fee_monthly": "10.50", "fee_annual": "", "currency": "EUR"}
SUBSCRIBE = {**PRICED, "name": "Second", "plan": f"sla/{PLANS[0]}", "starts_at": "2026-12-01T00:00"}
TERM = {**PRICED, "plan": PLANS[0], "starts_at": "2026-12-01T00:00"}
END = {"ends_at": "2026-12-01T00:00", "reason": "Moved on."}


def path_of(agreed: Agreed, act: str) -> str:
    if act == "add":
        return reverse("subscription_add", args=[agreed.contact.tenant_id])
    return reverse(f"subscription_{act}", args=[agreed.subscription.pk])


def looked(agreed: Agreed, act: str, given: dict[str, str]) -> Any:
    return agreed.client.post(path_of(agreed, act), {**given, "act": "look"})


def saved(agreed: Agreed, act: str, given: dict[str, str]) -> Any:
    """Read first, then saved."""
    checked = looked(agreed, act, given).context["form"]["checked"].value()
    return agreed.client.post(path_of(agreed, act), {**given, "checked": checked, "act": "save"})


def publish(agreed: Agreed, text: str, *, at: datetime) -> None:
    with agreed.inside():
        publish_policy(
            read_document(text),
            provider=agreed.world.providers["p1"],
            policy="sla",
            effective_from=at,
            actor=agreed.world.members["admin"],
            at=NOW,
        )


def written(agreed: Agreed) -> tuple[int, ...]:
    """How many subscriptions, terms, changes and events there are."""
    with agreed.inside():
        return tuple(found.count() for found in (Subscription.objects, Term.objects, Change.objects, Event.objects))


@pytest.mark.parametrize(("act", "given"), [("add", SUBSCRIBE), ("term", TERM), ("end", END)])
def test_first_it_is_read_and_nothing_is_written(agreed: Agreed, act: str, given: dict[str, str]) -> None:
    before = written(agreed)
    assert "What follows from it" not in text_of(agreed.client.get(path_of(agreed, act)))
    shown = looked(agreed, act, given)
    assert shown.status_code == 200
    assert "What follows from it" in text_of(shown)
    assert written(agreed) == before
    # Saved without having read it, or after something else was read: it is shown first.
    for checked in ("", "something else"):
        hurried = agreed.client.post(path_of(agreed, act), {**given, "checked": checked, "act": "save"})
        assert hurried.status_code == 200
        assert "Nothing is saved yet" in text_of(hurried)
        assert written(agreed) == before
    assert saved(agreed, act, given).status_code == 302
    assert written(agreed)[2:] > before[2:]


@pytest.mark.parametrize(("act", "given"), [("add", SUBSCRIBE), ("term", TERM), ("end", END)])
@pytest.mark.parametrize("who", [*READERS[:2], *CUSTOMERS, STRANGER])
def test_only_administrators_may(agreed: Agreed, act: str, given: dict[str, str], who: str) -> None:
    before, client = written(agreed), agreed.world.client(who)
    for method in (client.get, client.post):
        assert method(path_of(agreed, act), {**given, "act": "save"}).status_code == (404 if who == STRANGER else 403)
    assert written(agreed) == before


@pytest.mark.parametrize(("act", "given"), [("add", SUBSCRIBE), ("term", TERM)])
def test_a_year_of_a_fee_that_is_too_large(agreed: Agreed, act: str, given: dict[str, str]) -> None:
    answer = looked(agreed, act, {**given, "fee_monthly": "9999999999"})
    assert answer.status_code == 422
    assert "at most 10 digits" in answer.context["form"].errors["fee_monthly"][0]


def test_subscribed_from_a_time_of_the_readers_zone(agreed: Agreed) -> None:
    user = agreed.world.users["admin"]
    user.time_zone = "America/New_York"
    user.save(update_fields=["time_zone"])
    shown = text_of(looked(agreed, "add", SUBSCRIBE))
    assert "From Tue 1 Dec, 00:00 EST on tickets can be opened for it" in shown
    assert "Your time: America/New York." in shown
    answer = saved(agreed, "add", SUBSCRIBE)
    with agreed.inside():
        made = Subscription.objects.get(name="Second")
        term = made.terms.get()
        assert term.starts_at.isoformat() == "2026-12-01T05:00:00+00:00"
        assert (str(term.fee_monthly), str(term.fee_annual), term.currency) == ("10.5000", "126.0000", "EUR")
        assert (term.plan, term.kind, made.policy) == (PLANS[0], "pilot", "sla")
    assert answer.headers["Location"] == reverse("subscription", args=[made.pk])


def test_a_subscription_of_the_past_says_that_months_are_worked_out_now(agreed: Agreed) -> None:
    assert "That is in the past" not in text_of(looked(agreed, "add", SUBSCRIBE))
    past = text_of(looked(agreed, "add", {**SUBSCRIBE, "starts_at": "2026-10-01T00:00"}))
    assert "That is in the past: each month since then is worked out now" in past


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"name": "Production"}, "name", "Taken."),
        ({"starts_at": "2026-08-01T00:00"}, "starts_at", "No version of sla is in force then."),
        ({"starts_at": ""}, "starts_at", "This field is required."),
        ({"plan": "sla/platinum"}, "plan", "Select a valid choice."),
        ({"fee_monthly": "-1"}, "fee_monthly", "greater than or equal to 0"),
        ({"fee_monthly": "1.00001"}, "fee_monthly", "no more than 4 decimal places"),
        ({"currency": "D1"}, "currency", "Write three letters, for example USD."),
    ],
)
@pytest.mark.parametrize("act", ["look", "save"])
def test_what_cannot_be_subscribed_to_is_said_at_its_field(
    agreed: Agreed, wrong: dict[str, str], field: str, said: str, act: str
) -> None:
    before, given = written(agreed), {**SUBSCRIBE, **wrong}
    answer = agreed.client.post(path_of(agreed, "add"), {**given, "act": act})
    assert answer.status_code in (409, 422)
    assert said in " ".join(answer.context["form"].errors[field])
    page = answer.content.decode()
    assert f'id="id_{field}_error"' in page
    assert f'value="{given["name"]}"' in page
    assert written(agreed) == before


def test_a_plan_that_the_version_in_force_then_does_not_have(agreed: Agreed, monkeypatch: pytest.MonkeyPatch) -> None:
    with agreed.inside():
        Term.objects.update(ends_at=NOW)
    monkeypatch.setattr("contracts.forms.plans_offered", lambda _versions: {"gone": "Gone"})
    answer = looked(agreed, "term", {**TERM, "plan": "gone"})
    assert answer.status_code == 422
    said = answer.context["form"].errors["plan"][0]
    assert "Version 1 of the policy, which is in force then, has no such plan" in said


def test_a_plan_that_was_dropped_is_changed_only_by_choosing_another(agreed: Agreed) -> None:
    """The list had the first of the others chosen, so a new fee came with another plan."""
    publish(agreed, INFOPROMO.text.replace(f"\n  {PLANS[0]}:", "\n  other:"), at=NOW)
    page = agreed.client.get(path_of(agreed, "term"))
    assert page.context["form"]["plan"].field.choices[0] == ("", "Choose a plan")
    assert "The plan it is on, Standard Plan, is not in the version in force any more" in text_of(page)
    for plan in ("", PLANS[0]):
        refused = looked(agreed, "term", {**TERM, "plan": plan})
        assert refused.status_code == 422
        assert refused.context["form"].errors["plan"]
    said = text_of(looked(agreed, "term", {**TERM, "plan": PLANS[1]}))
    assert "The plan changes: from Standard Plan to Premium Plan." in said


def test_a_term_of_the_same_plan_says_nothing_of_another(agreed: Agreed) -> None:
    assert "Choose a plan" not in text_of(agreed.client.get(path_of(agreed, "term")))
    assert "The plan changes" not in text_of(looked(agreed, "term", TERM))


def test_a_term_in_the_middle_of_a_month_says_that_the_month_keeps_what_it_began_with(agreed: Agreed) -> None:
    said = text_of(looked(agreed, "term", {**TERM, "starts_at": "2026-12-10T00:00"}))
    assert "The month in which Thu 10 Dec, 00:00 UTC lies keeps the plan, the kind and the fee" in said
    assert "Each month that begins at Fri 1 Jan 2027, 00:00 UTC or later is worked out by the new ones." in said
    assert "those opened from then on have the new one" in said
    assert "correction" not in said


def test_a_term_from_the_first_of_a_month_needs_no_such_sentence(agreed: Agreed) -> None:
    said = text_of(looked(agreed, "term", TERM))
    assert "keeps the plan, the kind" not in said
    assert "Each month that begins at Tue 1 Dec, 00:00 UTC or later" in said


def test_a_term_of_the_past_says_that_closed_months_get_a_correction(agreed: Agreed) -> None:
    said = text_of(looked(agreed, "term", {**TERM, "starts_at": "2026-10-01T00:00"}))
    assert "beside a closed month a correction is made" in said
    assert "also those opened since Thu 1 Oct, 00:00 UTC" in said


def test_the_form_begins_with_what_was_agreed_last_and_the_next_month(agreed: Agreed) -> None:
    page = agreed.client.get(path_of(agreed, "term")).content.decode()
    assert 'value="2026-12-01T00:00"' in page
    assert 'value="1200.00"' in page
    assert 'value="14400' not in page  # twelve monthly ones


def test_the_form_writes_a_fee_as_its_currency_does_and_never_less_than_it_is(agreed: Agreed) -> None:
    priced = {"fee_monthly": "7500", "fee_annual": "80000.1234", "currency": "JPY"}
    assert saved(agreed, "term", {**TERM, **priced}).status_code == 302
    page = agreed.client.get(path_of(agreed, "term")).content.decode()
    assert 'value="7500"' in page
    assert 'value="80000.1234"' in page


def test_terms_follow_one_another(agreed: Agreed) -> None:
    assert saved(agreed, "term", TERM).status_code == 302
    with agreed.inside():
        first, second = Term.objects.filter(subscription=agreed.subscription).order_by("starts_at")
        assert first.ends_at == second.starts_at == NOW.replace(month=12, day=1, hour=0)
        assert Event.objects.filter(action="term_changed").count() == 1
    # Before the one that is to come there is no room: the one that runs is not cut.
    refused = looked(agreed, "term", {**TERM, "starts_at": "2026-11-30T00:00"})
    assert refused.status_code == 409
    assert "Choose another day." in refused.context["form"].errors["starts_at"][0]
    with agreed.inside():
        first.refresh_from_db()
        assert first.ends_at == second.starts_at


def test_it_ends(agreed: Agreed) -> None:
    said = text_of(looked(agreed, "end", END))
    assert "From Tue 1 Dec, 00:00 UTC on nothing is promised" in said
    assert "The month that ends then is measured as a whole; none is measured after it." in said
    assert "Tickets that are open stay open and keep their deadlines." in said
    assert "correction" not in said
    assert "a correction is made" in text_of(looked(agreed, "end", {**END, "ends_at": "2026-10-10T00:00"}))
    assert saved(agreed, "end", END).status_code == 302
    with agreed.inside():
        assert term_at(agreed.subscription, NOW) is not None
        assert term_at(agreed.subscription, NOW.replace(month=12)) is None
        assert Event.objects.get(action="subscription_ended").reason == "Moved on."


def test_what_ends_is_the_plan_as_it_was_sold(agreed: Agreed) -> None:
    """A later version has dropped it, and measures its own by quarters."""
    text = INFOPROMO.text.replace("period: month", "period: quarter").replace(f"\n  {PLANS[0]}:", "\n  other:")
    publish(agreed, text, at=NOW + timedelta(days=1))
    said = text_of(looked(agreed, "end", {**END, "ends_at": "2026-12-10T00:00"}))
    assert "The month in which that lies is measured up to then" in said


def test_a_part_of_a_month_without_a_promise_is_said_to_have_none(agreed: Agreed) -> None:
    """Where the policy has it so; the version in force at the start of the month says it, as the month pins it."""
    text = INFOPROMO.text.replace("  period: month\n", "  period: month\n  part_periods: none\n", 1)
    assert "part_periods" in text
    publish(agreed, text, at=NOW + timedelta(days=1))
    none = "The month in which Thu 10 Dec, 00:00 UTC lies has no promise of availability, and no credit for it"
    for act, given, field in (("add", SUBSCRIBE, "starts_at"), ("end", END, "ends_at")):
        assert none in text_of(looked(agreed, act, {**given, field: "2026-12-10T00:00"}))
        assert none not in text_of(looked(agreed, act, given))
    assert "is measured up to then" in text_of(looked(agreed, "end", {**END, "ends_at": "2026-11-28T00:00"}))
    assert none not in text_of(looked(agreed, "term", {**TERM, "starts_at": "2026-12-10T00:00"}))  # kept as it began
    assert saved(agreed, "end", {**END, "ends_at": "2026-11-28T00:00"}).status_code == 302
    assert none in text_of(looked(agreed, "term", {**TERM, "starts_at": "2026-12-10T00:00"}))


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"ends_at": "2026-08-01T00:00"}, "ends_at", "No term of this subscription runs then."),
        ({"reason": ""}, "reason", "This field is required."),
    ],
)
def test_what_cannot_end_is_said_at_its_field(agreed: Agreed, wrong: dict[str, str], field: str, said: str) -> None:
    answer = looked(agreed, "end", {**END, **wrong})
    assert answer.status_code in (409, 422)
    assert said in answer.context["form"].errors[field][0]
    with agreed.inside():
        assert term_at(agreed.subscription, START.replace(year=2027)) is not None


def test_it_cannot_end_before_another_term_begins(agreed: Agreed) -> None:
    assert saved(agreed, "term", TERM).status_code == 302
    refused = looked(agreed, "end", {**END, "ends_at": "2026-11-25T00:00"})
    assert refused.status_code == 409
    assert "Another term begins after that" in refused.context["form"].errors["ends_at"][0]
    assert saved(agreed, "end", {**END, "ends_at": "2026-12-05T00:00"}).status_code == 302
