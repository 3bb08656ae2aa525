"""The audit's page: who may see it, what it shows, what it finds, and what is taken along."""

import csv
import io
import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from slaportal.audit import views
from slaportal.audit.entries import Change, differences, role_in_words
from slaportal.audit.filters import FilterForm
from slaportal.audit.models import Event
from slaportal.audit.record import record
from slaportal.audit.words import ACTIONS, action_in_words, actions_to_choose, field_in_words, kind_in_words
from slaportal.pages.spreadsheets import harmless
from slaportal.pages.times import to_the_second
from tests.audit.chains import as_superuser, leave_events, sealed_chain
from tests.world import World


def page(world: World, address: str = "", who: str = "admin") -> str:
    """The text of the page, without its tags."""
    answer = world.client(who).get(f"/audit/{address}")
    assert answer.status_code == 200
    return words_of(answer.content.decode())


def words_of(html: str) -> str:
    main = html.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def lines_of(answer: Any) -> list[list[str]]:
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def recorded(world: World, action: str) -> list[dict[str, Any] | None]:
    with world.inside("admin"):
        return [event.after for event in Event.objects.filter(action=action)]


@pytest.mark.parametrize(("method", "address"), [("get", ""), ("post", "export/"), ("post", "verify/")])
@pytest.mark.parametrize(
    ("who", "status"), [("admin", 200), ("agent", 403), ("lead", 403), ("amy", 403), ("ann", 403), ("olga", 302)]
)
def test_who_may(world: World, who: str, status: int, method: str, address: str) -> None:
    answer = getattr(world.client(who), method)(f"/audit/{address}")
    expected = 302 if (who, address) == ("admin", "verify/") else status
    assert answer.status_code == expected


def test_without_a_sign_in_the_way_leads_there(client: Any, world: World) -> None:
    answer = client.get("/audit/")
    assert answer.status_code == 302
    assert "next=/audit/" in answer["Location"]


@pytest.mark.parametrize("address", ["export/", "verify/"])
def test_a_get_changes_nothing(world: World, address: str) -> None:
    led = world.client("admin").get(f"/audit/{address}")
    assert (led.status_code, led["Location"]) == (302, "/audit/")


def test_an_entry_is_told_in_words(world: World) -> None:
    with world.inside("admin"):
        record(
            "member_role_changed",
            world.members["ann"],
            actor=world.members["admin"],
            before={"role": "member", "same": 1},
            after={"role": "manager", "same": 1},
            reason="asked for",
        )
    text = page(world)
    assert "CANARY-member-admin Administrator Role changed Member: CANARY-member-ann (CANARY-tenant-a)" in text
    assert "Reason: asked for Role: Member Manager not sealed yet" in text
    assert "Same" not in text
    assert "member_role_changed" not in text.replace("Role changed", "")


def test_what_was_written_into_names_is_text(world: World) -> None:
    with world.inside("admin"):
        world.tenants["a"].name = "<script>alert(1)</script>"
        record("tenant_renamed", world.tenants["a"], actor="<b>x</b>", after={"<i>": "<u>"}, reason="<s>")
    html = world.client("admin").get("/audit/").content.decode()
    for tag in ("<script>alert", "<b>x", "<i>", "<u>", "<s>"):
        assert tag not in html
    assert "&lt;script&gt;alert(1)" in html


def test_the_name_is_shown_as_it_was(world: World) -> None:
    leave_events(world, 1)
    with world.inside("admin"):
        type(world.members["admin"]).objects.filter(pk=world.members["admin"].pk).update(name="Renamed")
    assert "CANARY-member-admin Administrator Customer renamed" in page(world)


def test_the_time_is_the_readers(world: World) -> None:
    at = datetime(2026, 7, 1, 22, 30, 5, tzinfo=UTC)
    with timezone.override("Asia/Kathmandu"):
        shown = to_the_second(at)
    assert shown.iso == "2026-07-02T04:15:05+05:45"
    assert shown.text == "Thu 2 Jul 2026, 04:15:05 +0545"
    leave_events(world, 1)
    html = world.client("admin").get("/audit/").content.decode()
    with world.inside("admin"):
        assert f'<time datetime="{timezone.localtime(Event.objects.get().at).isoformat(timespec="seconds")}"' in html


def several(world: World) -> None:
    """Four events of three kinds, of two tenants, on three days."""
    with world.inside("admin"):
        ids = [
            record("tenant_added", world.tenants["a"], actor=world.members["admin"]).pk,
            record("tenant_added", world.tenants["b"], actor="Worker").pk,
            record("member_invited", world.members["ann"], actor=world.members["lead"]).pk,
            record("something_new", world.providers["p1"], actor="Worker").pk,
        ]
    for pk, at in zip(
        ids, ("2026-03-01 00:00Z", "2026-03-01 23:59:59Z", "2026-03-02 00:00Z", "2026-03-03 12:00Z"), strict=True
    ):
        as_superuser("UPDATE audit_event SET at = %s WHERE id = %s", at, pk)


FILTERS = [
    ("", 4),
    ("?action=tenant_added", 2),
    ("?action=something_new", 1),
    ("?action=never_done", 0),
    ("?actor=work", 2),
    ("?actor=CANARY-member-LEAD", 1),
    ("?actor=%25", 0),
    ("?target=tenant-", 2),
    ("?target=member", 1),
    ("?tenant={a}", 2),
    ("?tenant={b}", 1),
    ("?since=2026-03-02", 2),
    ("?until=2026-03-01", 2),
    ("?since=2026-03-01&until=2026-03-02", 3),
    ("?action=tenant_added&tenant={a}&actor=admin&target=a&since=2026-03-01&until=2026-03-01", 1),
    ("?page=99", 4),
]


@pytest.mark.parametrize(("address", "count"), FILTERS)
def test_the_filter_stands_in_the_address(world: World, address: str, count: int) -> None:
    several(world)
    address = address.format(**{name: tenant.pk for name, tenant in world.tenants.items()})
    client = world.client("admin")
    answer = client.get(f"/audit/{address}")
    assert len(answer.context["entries"]) == count
    if count == 0:
        assert "No entry fits this filter." in words_of(answer.content.decode())
    exported = lines_of(client.post(f"/audit/export/{address}"))
    assert len(exported) == count + 1
    assert recorded(world, "audit_exported")[0]["entries"] == count  # type: ignore[index]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("?since=yesterday", "Enter a valid date."),
        ("?until=9999-12-31", "less than or equal to"),
        ("?since=1000-01-01", "greater than or equal to"),
        ("?since=2026-03-02&until=2026-03-01", "This day lies before the first."),
        ("?tenant={c}", "Select a valid choice."),
        ("?tenant=0x", "Select a valid choice."),
        ("?target=" + "x" * 121, "at most 120 characters"),
    ],
)
def test_a_filter_that_cannot_be_read_shows_why_and_takes_nothing_along(world: World, address: str, why: str) -> None:
    several(world)
    address = address.format(**{name: tenant.pk for name, tenant in world.tenants.items()})
    text = page(world, address)
    assert why in text
    assert "Correct the filter to see entries." in text
    assert world.client("admin", raise_request_exception=False).post(f"/audit/export/{address}").status_code == 400
    assert recorded(world, "audit_exported") == []


def test_the_days_are_the_readers(world: World) -> None:
    several(world)
    with timezone.override("America/New_York"), world.inside("admin"):
        form = FilterForm(QueryDict("since=2026-03-01&until=2026-03-01"), provider_id=world.providers["p1"].pk)
        assert form.is_valid()
        wanted = form.wanted()
    assert wanted.since is not None
    assert wanted.until is not None
    assert wanted.since.isoformat() == "2026-03-01T00:00:00-05:00"
    assert wanted.until.isoformat() == "2026-03-02T00:00:00-05:00"


def test_pages_are_of_fifty_newest_first(world: World) -> None:
    ids = sealed_chain(world, 53)
    client = world.client("admin")
    first, second = client.get("/audit/"), client.get("/audit/?page=2&actor=admin")
    assert [entry.number for entry in first.context["entries"]] == list(range(53, 3, -1))
    assert [entry.number for entry in second.context["entries"]] == [3, 2, 1]
    assert "Export 53 as CSV" in words_of(first.content.decode())
    assert "actor=admin" in second.content.decode().partition('rel="prev"')[2][:200]
    assert len(ids) == 53


def test_the_page_asks_the_database_as_often_for_many_as_for_one(world: World) -> None:
    client = world.client("admin")
    leave_events(world, 1)
    client.get("/audit/")  # the first time leaves the session's own rows
    with CaptureQueriesContext(connection) as one:
        client.get("/audit/")
    leave_events(world, 2, tenant="b")
    with CaptureQueriesContext(connection) as three:
        client.get("/audit/")
    assert len(one) == len(three)


def test_an_empty_audit_says_so(world: World) -> None:
    assert "Nothing was done yet." in page(world, who="cora")


def test_another_providers_entries_are_not_there(world: World) -> None:
    leave_events(world, 2)
    assert "CANARY-tenant-a" not in page(world, who="cora")
    assert len(lines_of(world.client("cora").post("/audit/export/"))) == 1


def test_the_export_holds_what_the_page_shows(world: World) -> None:
    sealed_chain(world, 1)
    with world.inside("admin"):
        world.tenants["a"].name = '=HYPERLINK("http://x")'
        record("tenant_renamed", world.tenants["a"], actor="@SUM(1)", reason="-1\nagain", after={"name": "Ö"})
        sealed = Event.objects.get(number=1)
    answer = world.client("admin").post("/audit/export/?tenant=")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="audit-p1-[\dT-]+Z\.csv"', answer["Content-Disposition"])
    names, new, old = lines_of(answer)
    assert names[:5] == ["Number", "Time", "Who", "Role", "Action"]
    assert new[0] == new[13] == ""
    assert new[2] == "'@SUM(1)"
    assert new[4:6] == ["Customer renamed", "Customer"]
    assert new[7] == """'=HYPERLINK("http://x")"""
    assert new[10:12] == ['{"name": "Ö"}', "'-1\nagain"]
    assert (old[0], old[13]) == ("1", sealed.digest)
    assert datetime.fromisoformat(old[1]) == sealed.at
    assert recorded(world, "audit_exported") == [{"entries": 2, "filter": {}}]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"x{text}") == f"x{text}"
    assert harmless(None) == ""
    assert harmless(7) == "7"


def test_too_large_an_export_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "EXPORTED_AT_MOST", 2)
    leave_events(world, 2)
    client = world.client("admin", raise_request_exception=False)
    assert client.post("/audit/export/").status_code == 200
    assert client.post("/audit/export/").status_code == 400


def test_the_button_verifies(world: World) -> None:
    sealed_chain(world, 3)
    answer = world.client("admin").post("/audit/verify/", follow=True)
    assert answer.redirect_chain == [("/audit/", 302)]
    assert [str(message) for message in answer.context["messages"]] == ["3 entries verified."]
    assert recorded(world, "audit_verified") == [{"verified": 3, "wrong": None}]


def test_the_button_names_the_first_wrong_row(world: World) -> None:
    ids = sealed_chain(world, 3)
    as_superuser("DELETE FROM audit_event WHERE id = %s", ids[1])
    answer = world.client("admin").post("/audit/verify/", follow=True)
    assert [(m.level_tag, str(m)) for m in answer.context["messages"]] == [("error", "Entry 2 is missing.")]
    assert recorded(world, "audit_verified") == [{"verified": 1, "wrong": "Entry 2 is missing."}]


def test_every_action_has_words_and_an_unknown_one_its_own() -> None:
    assert actions_to_choose() == sorted(((a, str(w)) for a, w in ACTIONS.items()), key=lambda pair: pair[1].lower())
    assert not [words for _, words in actions_to_choose() if "_" in words]
    assert (action_in_words("token_made"), action_in_words("credit_note_sent")) == (
        "API token made",
        "Credit note sent",
    )
    assert (kind_in_words("apitoken"), kind_in_words("ledger_entry")) == ("API token", "Ledger entry")
    assert (field_in_words("mfa_required"), field_in_words("due_at")) == ("Two-factor sign-in required", "Due at")
    assert (role_in_words("lead"), role_in_words("")) == ("Lead", "")


def test_a_difference_is_what_is_not_the_same() -> None:
    before = {"name": "a", "mfa_required": False, "gone": 1, "same": [1]}
    after = {"name": "b", "mfa_required": True, "new": {"x": "ö"}, "same": [1]}
    assert list(differences(before, after)) == [
        Change("Name", "a", "b"),
        Change("Two-factor sign-in required", "no", "yes"),
        Change("New", None, "X: ö"),
        Change("Gone", "1", None),
    ]


def test_values_are_told_in_words() -> None:
    before = {"status": "waiting_on_customer", "cause": "customer", "state": "under_review", "note": "a_b c"}
    after = {
        "cause": "customer_software",
        "month": "2026-10",
        "starts_at": "2026-07-01T22:30:05.123456+00:00",
        "services": ["mail", "shop"],
        "state": None,
    }
    with timezone.override("Asia/Kathmandu"):
        assert list(differences(before, after)) == [
            Change("Cause", "The customer", "Customer software"),
            Change("Month", None, "October 2026"),
            Change("Start", None, "Thu 2 Jul 2026, 04:15:05 +0545"),
            Change("Services", None, "mail, shop"),
            Change("State", "Under review", None),
            Change("Status", "Waiting on customer", None),
            Change("Note", "a_b c", None),
        ]
