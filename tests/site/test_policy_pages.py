"""The administrators' pages of policies: read in sentences and as text, checked at the line, published by scenarios."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contracts.models import Change, PolicyVersion
from contracts.policy.documents import read_document, shipped_policies, shipped_policy
from slaportal.audit.models import Event
from slaportal.site.policies.differences import Difference, differences_of
from slaportal.site.publishing import publish_with_scenarios, shipped_scenarios
from tests.site.test_publishing import FAILING, FOUR_HOURS, TEXT, WARNED
from tests.world import World

THEN, NOW = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
WRONG = TEXT.replace("within: 4h", "within: 4 parsecs")
TWO_PLANS = TEXT.replace("  only: {}\n", "  only: {}\n  gold: {name: Gold}\n")
NEW = "/policies/sla/new/"


def published(world: World, text: str = TEXT, *, who: str = "admin", since: datetime = THEN, **more: Any) -> int:
    with world.inside(who):
        member = world.members[who]
        provider, policy, scenarios = member.provider, more.pop("policy", "sla"), more.pop("scenarios", None)
        more |= {"effective_from": since, "actor": member, "at": min(since, NOW)}
        version = publish_with_scenarios(text, scenarios, provider=provider, policy=policy, **more)
        return version.pk


def form(text: str = TEXT, act: str = "check", **fields: object) -> dict[str, object]:
    return {"text": text, "scenarios": "", "effective_from": "2026-09-01T00:00", "note": "", "act": act, **fields}


def body(answer: Any) -> str:
    """As a person reads it: without tags, blanks run together."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", answer.content.decode())))


def text_area(answer: Any, name: str = "text") -> str:
    found = re.search(rf'<textarea name="{name}"[^>]*>\n(.*?)</textarea>', answer.content.decode(), re.DOTALL)
    assert found is not None
    return unescape(found[1])


def versions(world: World) -> list[PolicyVersion]:
    with world.inside("admin"):
        return list(PolicyVersion.objects.order_by("number"))


def sent(client: Client, **fields: Any) -> Any:
    return client.post(NEW, form(**fields))


def test_an_error_is_named_at_its_line_and_what_was_typed_is_kept(world: World) -> None:
    client = world.client("admin")
    answer = sent(client, text=WRONG, scenarios=FOUR_HOURS, note="Kept as typed", retime="on")
    assert answer.status_code == 200
    said = body(answer)
    line = WRONG.split("\n").index("      response: {within: 4 parsecs}") + 1
    assert "1 thing is wrong in the text" in said
    assert f"Line {line} support.severities.low.response.within" in said
    assert "response: {within: 4 parsecs}" in said
    assert text_area(answer) == WRONG
    assert text_area(answer, "scenarios") == FOUR_HOURS
    assert 'value="Kept as typed"' in answer.content.decode()
    assert re.search(r'name="retime"[^>]* checked', answer.content.decode())
    refused = sent(client, text=WRONG, act="publish", note="Kept as typed")
    assert refused.status_code == 422
    assert "Nothing was published: something is wrong in the text" in body(refused)
    assert f"Line {line} " in body(refused)
    assert text_area(refused) == WRONG
    assert versions(world) == []


def test_mended_text_is_published_with_its_note_and_from_its_date_in_the_readers_zone(world: World) -> None:
    admin = world.users["admin"]
    admin.time_zone = "America/New_York"
    admin.save()
    client = world.client("admin")
    checked = sent(client, scenarios=FOUR_HOURS)
    assert "The text is sound. Nothing is published yet." in body(checked)
    assert "Four hours 2 holds" in body(checked)
    assert "America/New York" in body(checked)
    assert versions(world) == []
    answer = sent(client, scenarios=FOUR_HOURS, act="publish", note="Agreed in March", retime="on")
    (version,) = versions(world)
    assert (answer.status_code, answer["Location"]) == (302, f"/policies/{version.pk}/")
    assert (version.text, version.note) == (TEXT, "Agreed in March")
    assert version.effective_from == datetime(2026, 9, 1, 4, tzinfo=UTC)
    with world.inside("admin"):
        assert Change.objects.get().retime
        event = Event.objects.get(action="policy_published")
        assert event.actor_name == "CANARY-member-admin"
    assert "Version 1 is published; it holds from Tue 1 Sep, 00:00 EDT on." in body(client.get(answer["Location"]))


def test_line_ends_of_the_web_make_no_other_text_and_the_second_sending_says_so(world: World) -> None:
    client = world.client("admin")
    assert sent(client, text=TEXT.replace("\n", "\r\n"), act="publish").status_code == 302
    assert versions(world)[0].text == TEXT
    again = sent(client, act="publish", effective_from="2099-01-01T00:00")
    assert again.status_code == 409
    assert "Version 1 has this very text already." in body(again)
    assert len(versions(world)) == 1


def test_warnings_are_confirmed_and_only_those_that_were_read(world: World) -> None:
    client = world.client("admin")
    assert "Publish in spite of the warnings" not in body(client.get(NEW))
    answer = sent(client, text=WARNED, act="publish")
    assert answer.status_code == 409
    assert "read the warnings" in body(answer)
    assert "Publish in spite of the warnings" in body(answer)
    found = re.search(r'name="warned_of" value="(\w{64})"', answer.content.decode())
    assert found is not None
    unread = sent(client, text=WARNED, act="publish", confirm_warnings="on", warned_of="0" * 64)
    assert unread.status_code == 409
    assert not re.search(r'name="confirm_warnings"[^>]* checked', unread.content.decode())
    assert versions(world) == []
    assert sent(client, text=WARNED, act="publish", confirm_warnings="on", warned_of=found[1]).status_code == 302
    assert [version.text for version in versions(world)] == [WARNED]


def test_emptied_scenarios_are_asked_about_with_their_number(world: World) -> None:
    client = world.client("admin")
    published(world, scenarios=FOUR_HOURS)
    mended = {"text": f"{TEXT}# mended\n", "effective_from": "2099-01-01T00:00"}
    kept = sent(client, scenarios=FOUR_HOURS, **mended)
    assert "Publish without scenarios" not in body(kept)
    for act, status in (("check", 200), ("publish", 409)):
        answer = sent(client, act=act, **mended)
        assert answer.status_code == status
        assert "Version 1 was published by 1 scenario, and here there are none: it would not be run" in body(answer)
        assert "Publish without scenarios 1 scenario of version 1 is then not run any more." in body(answer)
        assert 'name="dropped_of" value="1"' in answer.content.decode()
    assert "Nothing was published: there are no scenarios." in body(answer)
    unread = sent(client, act="publish", confirm_dropped="on", dropped_of="0", **mended)
    assert unread.status_code == 409
    assert not re.search(r'name="confirm_dropped"[^>]* checked', unread.content.decode())
    assert len(versions(world)) == 1
    assert sent(client, act="publish", confirm_dropped="on", dropped_of="1", **mended).status_code == 302
    assert [version.number for version in versions(world)] == [1, 2]
    assert "Publish without scenarios" not in body(sent(client, text=f"{TEXT}# again\n"))


def test_a_failing_scenario_is_named_with_what_was_expected(world: World) -> None:
    client = world.client("admin")
    for act, status in (("check", 200), ("publish", 422)):
        answer = sent(client, scenarios=FAILING, act=act)
        assert answer.status_code == status
        said = body(answer)
        assert "2 of 3 scenarios do not hold." in said
        assert "Three hours 2 does not hold clocks.response.state: expected paused, got running" in said
        assert "It holds 7 holds" in said
        assert text_area(answer, "scenarios") == FAILING
    assert "the policy does not do what its scenarios say" in said
    assert versions(world) == []


@pytest.mark.parametrize("act", ["check", "publish"])
def test_scenarios_that_are_none_are_named_at_their_line(world: World, act: str) -> None:
    answer = sent(world.client("admin"), scenarios=FOUR_HOURS.replace("ticket:", "tickets:"), act=act)
    assert answer.status_code == (200 if act == "check" else 422)
    assert 'Line 4 scenarios[0].tickets: unknown key "tickets"' in body(answer)
    assert "tickets: {events: [{at: 2026-03-02T09:00:00Z, type: opened}]}" in body(answer)


def test_a_file_takes_the_place_of_what_was_typed_and_can_be_mended_on_the_page(world: World) -> None:
    client = world.client("admin")
    files = {"text_file": SimpleUploadedFile("p.yaml", WRONG.encode())}
    answer = sent(client, text="typed", **files)
    assert "1 thing is wrong in the text" in body(answer)
    assert text_area(answer) == WRONG
    files = {
        "text_file": SimpleUploadedFile("p.yaml", TEXT.encode()),
        "scenarios_file": SimpleUploadedFile("s.yaml", FOUR_HOURS.encode()),
    }
    assert sent(client, text="", act="publish", **files).status_code == 302
    assert versions(world)[0].text == TEXT


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": ""}, "Paste the text of the policy here, or choose a file."),
        ({"text": "#" * (512 * 1024 + 1)}, "It is larger than 512 kB"),
        ({"text_file": ("p.yaml", b"#" * (512 * 1024 + 1))}, "It is larger than 512 kB"),
        ({"text_file": ("p.yaml", b"title: \xff")}, "no text in UTF-8"),
        ({"text_file": ("p.yaml", b"title: \0")}, "null characters"),
        ({"scenarios": "#" * (1024 * 1024 + 1)}, "It is larger than 1 MB"),
        ({"scenarios_file": ("s.yaml", b"#" * (1024 * 1024 + 1))}, "It is larger than 1 MB"),
        ({"note": "n" * 501}, "at most 500 characters"),
        ({"effective_from": ""}, "This field is required"),
        ({"effective_from": "2026-13-01T00:00"}, "Enter a valid date/time"),
    ],
)
@pytest.mark.parametrize("act", ["check", "publish"])
def test_what_cannot_be_taken_is_said_in_words(world: World, act: str, fields: dict[str, Any], said: str) -> None:
    given = {key: SimpleUploadedFile(*of) if isinstance(of, tuple) else of for key, of in fields.items()}
    answer = sent(world.client("admin"), act=act, **given)
    assert answer.status_code == 422
    assert said in body(answer)
    assert versions(world) == []


def test_a_later_version_takes_effect_after_the_one_before_it(world: World) -> None:
    published(world)
    answer = sent(world.client("admin"), text=TWO_PLANS, act="publish", effective_from="2026-08-01T00:00")
    assert answer.status_code == 422
    assert "choose a time after" in body(answer)
    assert 'value="2026-08-01T00:00"' in answer.content.decode()
    assert len(versions(world)) == 1


def test_the_form_begins_with_the_latest_text_and_the_scenarios_that_come_with_it(world: World) -> None:
    client = world.client("admin")
    published(world, scenarios=FOUR_HOURS)
    answer = client.get(NEW)
    assert (text_area(answer), text_area(answer, "scenarios")) == (TEXT, FOUR_HOURS)
    assert re.search(r'name="effective_from" value="\d{4}-\d\d-\d\dT00:00"', answer.content.decode())
    begun = client.get("/policies/infopromo/new/")
    assert text_area(begun) == shipped_policy("infopromo").text
    assert text_area(begun, "scenarios").encode() == shipped_scenarios("infopromo")
    assert text_area(client.get("/policies/mine/new/")) == ""
    assert client.get(f"/policies/{'x' * 41}/new/").status_code == 404


def test_differences_are_told_in_sentences(world: World) -> None:
    first = published(world, TEXT)
    edited = TEXT.replace("within: 4h", "within: 5h")
    checked = body(sent(world.client("admin"), text=edited))
    second = published(world, edited, since=datetime(2026, 11, 2, tzinfo=UTC))
    page = world.client("admin").get(f"/policies/{second}/")
    said = body(page)
    for shown in (checked, said):
        assert "What differs from version 1" in shown
        assert "4 hours" in shown
        assert "5 hours" in shown
    assert re.search(r"<del>[^<]*4 hours", page.content.decode())
    assert re.search(r"<ins>[^<]*5 hours", page.content.decode())
    assert "What differs" not in body(world.client("admin").get(f"/policies/{first}/"))


def test_what_only_reads_otherwise_in_the_text_is_said_to_be_the_same(world: World) -> None:
    published(world)
    assert "Every sentence of every plan is the same." in body(sent(world.client("admin"), text=f"# Mended\n{TEXT}"))


def texts(sentences: tuple[Difference, ...]) -> list[tuple[str, str]]:
    return [(one.before.text if one.before else "", one.after.text if one.after else "") for one in sentences]


def test_plans_come_go_and_those_alike_are_told_once() -> None:
    before, after = read_document(TEXT), read_document(TWO_PLANS)
    assert [(one.plans, one.whole) for one in differences_of(before, after)] == [(("Gold",), "added")]
    assert [(one.plans, one.whole) for one in differences_of(after, before)] == [(("Gold",), "removed")]
    edited = read_document(TWO_PLANS.replace("within: 4h", "within: 5h"))
    (both,) = differences_of(after, edited)
    assert len(both.plans) == 2
    ((was, now),) = texts(both.sentences)
    assert now == was.replace("4 hours", "5 hours") != was


def test_added_and_removed_sentences_stand_alone() -> None:
    added = "      response: {within: 4h}\n      resolution: {within: 3d}\n"
    more = read_document(TEXT.replace("      response: {within: 4h}\n", added))
    (one,) = differences_of(read_document(TEXT), more)
    assert any(not was and "3 days" in now for was, now in texts(one.sentences))
    (back,) = differences_of(more, read_document(TEXT))
    assert any(not now and "3 days" in was for was, now in texts(back.sentences))


@pytest.mark.parametrize("key", shipped_policies())
def test_a_shipped_policy_does_not_differ_from_itself_and_can_be_read(world: World, key: str) -> None:
    document = shipped_policy(key)
    assert differences_of(document, document) == []
    pk = published(world, document.text, policy=key, confirm_warnings=True)
    client = world.client("admin")
    for plan in document.plans:
        answer = client.get(f"/policies/{pk}/?plan={plan}")
        assert answer.status_code == 200
        assert answer.content.decode().count("<h1") == 1
    assert client.get(f"/policies/{pk}/?plan=none-such").status_code == 404


def test_the_text_stands_by_lines_and_comes_byte_for_byte(world: World) -> None:
    text = TEXT.replace("title: Agreement", "title: <b>Zusätze</b> & more")
    pk = published(world, text)
    client = world.client("admin")
    page = client.get(f"/policies/{pk}/")
    assert 'id="L3"><span>3</span><b></b><span>title: &lt;b&gt;Zusätze&lt;/b&gt; &amp; more\n' in page.content.decode()
    assert "<b>Zusätze" not in page.content.decode()
    file = client.get(f"/policies/{pk}/policy.yaml")
    assert file.content == text.encode()
    assert file["Content-Type"] == "text/plain; charset=utf-8"
    assert file["Content-Disposition"] == 'attachment; filename="policy.yaml"'


def test_the_list_says_what_holds_and_what_comes(world: World) -> None:
    client = world.client("admin")
    assert "No policy yet." in body(client.get("/policies/"))
    published(world, note="From paper")
    published(world, TWO_PLANS, since=datetime(2099, 1, 1, tzinfo=UTC))
    said = body(client.get("/policies/"))
    assert "Version 2 to come from Thu 1 Jan 2099, 00:00 UTC" in said
    assert "Version 1 in force since" in said
    assert "From paper" in said
    assert "CANARY-member-admin" in said
    begun = client.get("/policies/?policy=cloud")
    assert (begun.status_code, begun["Location"]) == (302, "/policies/cloud/new/")
    assert client.get("/policies/?policy=no+slug").status_code == 422


def test_only_administrators_of_the_provider_come_in(world: World) -> None:
    pk = published(world)
    paths = ("/policies/", NEW, f"/policies/{pk}/", f"/policies/{pk}/policy.yaml", f"/policies/{pk}/compare/")
    for who in ("agent", "lead", "ann"):
        assert [world.client(who).get(path).status_code for path in paths] == [403] * 5
    assert world.client("lead").post(NEW, form(TWO_PLANS, "publish")).status_code == 403
    assert [world.client("cora").get(path).status_code for path in paths] == [200, 200, 404, 404, 404]
    assert text_area(world.client("cora").get(NEW)) == ""
    assert len(versions(world)) == 1


def test_queries_do_not_grow_with_the_versions(world: World) -> None:
    client = world.client("admin")
    client.get("/policies/")  # notes in the session where it came from

    def counts(pk: int) -> list[int]:
        found = []
        for path in ("/policies/", f"/policies/{pk}/", f"/policies/{pk}/compare/", f"{NEW}?from=1"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            found.append(len(queries))
        return found

    published(world)
    second = published(world, TWO_PLANS, since=datetime(2026, 11, 2, tzinfo=UTC))
    counts(second)  # the first requests of a session read a little more
    before = counts(second)
    for day in range(3, 9):
        last = published(world, f"# {day}\n{TEXT}", since=datetime(2026, 11, day, tzinfo=UTC))
        published(world, f"# {day}\n{TEXT}", policy=f"other-{day}")
    assert counts(last) == before
