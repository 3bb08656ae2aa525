"""A version beside its text, its scenarios kept with it, two versions beside each other, an older text once more."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.models import PublishedScenarios
from contracts.policy.documents import read_document
from slaportal.site.policies.lines import Compared, Marks, compared, marks_of
from slaportal.site.policies.side_by_side import SideBySide, side_by_side
from slaportal.site.publishing import publish_with_scenarios
from tests.site.test_policy_pages import NEW, THEN, TWO_PLANS, body, published, sent, text_area, versions
from tests.site.test_publishing import FOUR_HOURS, TEXT
from tests.world import World

SECOND = datetime(2026, 11, 2, tzinfo=UTC)
FASTER = TEXT.replace("within: 4h", "within: 2h")
THIRTEENTH = datetime(2099, 11, 13, tzinfo=UTC)


def test_each_sentence_leads_to_its_lines_and_each_of_these_back(world: World) -> None:
    pk = published(world)
    page = world.client("admin").get(f"/policies/{pk}/").content.decode()
    line = TEXT.split("\n").index("      response: {within: 4h}") + 1
    found = re.search(rf'<li class="promise " id="(said-\d+)" data-lines="{line}">(.*?)</li>', page, re.DOTALL)
    assert found is not None
    assert "We answer within 4 hours" in found[2]
    assert f'href="#L{line}">Line {line}</a>' in found[2]
    assert f'id="L{line}"><a href="#{found[1]}" aria-label="Line {line}: to its sentence">{line}</a>' in page
    anchors = set(re.findall(r'href="#([\w-]+)"', page))
    assert anchors <= set(re.findall(r'id="([\w-]+)"', page))
    assert len(re.findall(r'id="L\d+"', page)) == len(TEXT.splitlines())
    assert "added" not in body(world.client("admin").get(f"/policies/{pk}/"))


def sides(before: str | None, after: str, plan: str = "only") -> SideBySide:
    return side_by_side(read_document(after), plan, None if before is None else read_document(before))


def marked(shown: SideBySide) -> list[tuple[str, str]]:
    groups = [group for section in shown.sections for group in section.groups]
    about = [group.about for group in groups if group.about]
    return [(one.mark, one.said.text) for one in [*about, *(s for g in groups for s in g.sentences)] if one.mark]


def test_what_changed_is_marked_alike_on_both_sides(world: World) -> None:
    shown = sides(TEXT, FASTER)
    ((mark, text),) = marked(shown)
    assert (mark, "2 hours" in text) == ("changed", True)
    assert [(line.mark, line.text.strip()) for line in shown.lines if line.mark] == [
        ("changed", "response: {within: 2h}")
    ]
    added = FASTER.replace("2h}\n", "2h}\n      resolution: {within: 3d}\n").replace(
        "    low:\n", "    low:\n      definition: It is a nuisance.\n"
    )
    shown = sides(FASTER, added)
    assert [mark for mark, _text in marked(shown)] == ["added", "added"]
    assert [line.mark for line in shown.lines if line.mark] == ["added", "added"]
    assert marked(sides(None, added)) == []
    published(world, TEXT)
    second = published(world, FASTER, since=SECOND)
    page = world.client("admin").get(f"/policies/{second}/").content.decode()
    line = FASTER.split("\n").index("      response: {within: 2h}") + 1
    assert re.search(rf'<span class="l changed" id="L{line}">.*?<b title="changed">~', page)
    assert re.search(r'<li class="promise changed".*?2 hours.*?Before: </span>[^<]*4 hours', page, re.DOTALL)


def test_what_is_gone_is_said_where_it_stood() -> None:
    both = TEXT.replace("4h}\n", "4h}\n      resolution: {within: 3d}\n")
    shown = sides(both, TEXT)
    (gone,) = [text for section in shown.sections for group in section.groups for text in group.gone]
    assert "3 days" in gone.text
    assert [(line.number, line.gone) for line in shown.lines if line.gone] == [(10, 1)]
    renamed = sides(TEXT, TEXT.replace("    low:\n", "    low:\n      name: Nuisance\n"))
    assert [(one.group, one.after) for one in renamed.gone] == [("Low", None)]
    assert sides(f"{TEXT}# the end\n", TEXT).gone_at_end == 1


def test_a_plan_that_is_new_is_said_to_be_and_not_marked_through(world: World) -> None:
    assert marked(sides(TEXT, TWO_PLANS, "gold")) == []
    published(world)
    second = published(world, TWO_PLANS, since=SECOND)
    client = world.client("admin")
    assert "Version 1 has no such plan" in body(client.get(f"/policies/{second}/?plan=gold"))
    assert "Version 1 has no such plan" not in body(client.get(f"/policies/{second}/?plan=only"))


def test_lines_are_compared_as_they_are_numbered() -> None:
    before, after = ["a", "b", "c", "d", "e", "f", "g"], ["a", "b", "c", "d", "x", "g", "h"]
    assert marks_of(before, after) == Marks({5: "changed", 7: "added"}, {})
    assert marks_of(after, ["a"]) == Marks({}, {2: 6})
    (stretch,) = compared(before, after)
    assert stretch[:4] == [
        Compared(" ", 2, 2, "b"),
        Compared(" ", 3, 3, "c"),
        Compared(" ", 4, 4, "d"),
        Compared("-", 5, None, "e"),
    ]
    assert stretch[-1] == Compared("+", None, 7, "h")
    assert compared(before, before) == []


def test_two_versions_are_compared_whichever_is_asked_for(world: World) -> None:
    client = world.client("admin")
    first = published(world, TEXT, note="On paper")
    only = client.get(f"/policies/{first}/compare/")
    assert "nothing to compare it with" in body(only)
    second = published(world, FASTER, since=SECOND)
    third = published(world, f"# mended\n{FASTER}", since=datetime(2026, 11, 3, tzinfo=UTC))
    for path in (f"{first}/compare/?with=2", f"{second}/compare/", f"{second}/compare/?with=1", f"{first}/compare/"):
        page = client.get(f"/policies/{path}")
        said = body(page)
        assert "From version 1 to version 2" in said
        assert "On paper" in said
        assert re.search(r"<del>[^<]*4 hours", page.content.decode())
        assert re.search(r"<ins>[^<]*2 hours", page.content.decode())
        assert re.search(
            r"<span>9</span><span></span><b title=\"removed\">−.*?<del> *response: {within: 4h}", said_raw(page)
        )
        assert re.search(
            r"<span></span><span>9</span><b title=\"added\">.*?<ins> *response: {within: 2h}", said_raw(page)
        )
    said = body(client.get(f"/policies/{third}/compare/"))
    assert "From version 2 to version 3" in said
    assert "Every sentence of every plan is the same." in said
    assert "# mended" in said
    assert re.search(r'<option value="2" selected\s*>', said_raw(client.get(f"/policies/{third}/compare/")))
    for wrong in ("4", "x", "-1", "99999999999"):
        assert client.get(f"/policies/{third}/compare/?with={wrong}").status_code == 404


def said_raw(answer: Any) -> str:
    return str(answer.content.decode())


def test_scenarios_are_kept_as_they_were_run_and_run_again_on_request(world: World) -> None:
    client = world.client("admin")
    assert sent(client, scenarios=FOUR_HOURS, act="publish").status_code == 302
    (version,) = versions(world)
    with world.inside("admin"):
        kept = PublishedScenarios.objects.get()
    assert (kept.version_id, kept.text, kept.names) == (version.pk, FOUR_HOURS, ["Four hours"])
    page = body(client.get(f"/policies/{version.pk}/"))
    assert "1 scenario held when the version was published." in page
    assert kept.digest in page
    assert "Four hours" in page
    assert "Run just now" not in page
    again = body(client.get(f"/policies/{version.pk}/?run=scenarios"))
    assert "Run just now: the 1 scenario holds." in again
    assert "Four hours 2 holds" in again
    file = client.get(f"/policies/{version.pk}/scenarios.yaml")
    assert file.content == FOUR_HOURS.encode()
    assert file["Content-Disposition"] == 'attachment; filename="scenarios.yaml"'


def test_scenarios_that_do_not_hold_any_more_are_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an update of the portal that calculates otherwise: here the kept text is of another document."""
    pk = published(world, TEXT, scenarios=FOUR_HOURS)
    monkeypatch.setattr("slaportal.site.policies.views.document_of", lambda _version: read_document(FASTER))
    said = body(world.client("admin").get(f"/policies/{pk}/?run=scenarios"))
    assert "Run just now: 1 of 1 does not hold." in said
    assert "expected 2026-03-02T13:00:00Z, got 2026-03-02T11:00:00Z" in said
    other = TEXT.replace("    low:", "    lower:").replace("default_severity: low", "default_severity: lower")
    wrong = read_document(other.replace("key: spirion", "key: acme"))
    monkeypatch.setattr("slaportal.site.policies.views.document_of", lambda _version: wrong)
    with_name = published(
        world, TEXT, policy="named", scenarios=FOUR_HOURS.replace("    now:", "    policy: spirion\n    now:")
    )
    assert "They could not be run" in body(world.client("admin").get(f"/policies/{with_name}/?run=scenarios"))


def test_a_version_without_scenarios_says_so(world: World) -> None:
    client = world.client("admin")
    pk = published(world)
    assert "It was published without scenarios" in body(client.get(f"/policies/{pk}/?run=scenarios"))
    assert client.get(f"/policies/{pk}/scenarios.yaml").status_code == 404
    assert text_area(client.get(NEW), "scenarios") == ""
    listed = body(client.get("/policies/"))
    assert "without" in listed
    published(world, TWO_PLANS, since=SECOND, scenarios=FOUR_HOURS)
    assert "1 scenario held" in body(client.get(f"/policies/{pk + 1}/"))


def test_a_failed_publishing_keeps_no_scenarios(world: World) -> None:
    assert sent(world.client("admin"), scenarios=FOUR_HOURS, text=FASTER, act="publish").status_code == 422
    with world.inside("admin"):
        assert not PublishedScenarios.objects.exists()


def test_scenarios_given_as_bytes_are_kept_as_text(world: World) -> None:
    with world.inside("admin"):
        version = publish_with_scenarios(
            TEXT,
            FOUR_HOURS.encode(),
            provider=world.providers["p1"],
            policy="sla",
            effective_from=THEN,
            actor="load_policies",
            at=THEN,
        )
        assert version.scenarios.text == FOUR_HOURS


def test_an_older_text_is_published_again_and_nothing_is_taken_away(world: World) -> None:
    client = world.client("admin")
    first = published(world, TEXT, scenarios=FOUR_HOURS)
    second = published(world, FASTER, since=SECOND, without_scenarios_of=1)
    assert f"{NEW}?from=1" in said_raw(client.get(f"/policies/{first}/"))
    assert "?from=" not in said_raw(client.get(f"/policies/{second}/")), "it is the latest already"
    form = client.get(f"{NEW}?from=1")
    assert (text_area(form), text_area(form, "scenarios")) == (TEXT, FOUR_HOURS)
    assert "The form began with the text and the scenarios of version 1." in body(form)
    fields = {"text": TEXT, "scenarios": FOUR_HOURS, "effective_from": f"{THIRTEENTH:%Y-%m-%dT%H:%M}", "act": "publish"}
    assert client.post(f"{NEW}?from=1", {**fields, "note": "Back"}).status_code == 302
    texts = [version.text for version in versions(world)]
    assert texts == [TEXT, FASTER, TEXT]
    for wrong in ("4", "x", "9" * 30):
        assert client.get(f"{NEW}?from={wrong}").status_code == 404
    assert world.client("cora").get(f"{NEW}?from=1").status_code == 404
