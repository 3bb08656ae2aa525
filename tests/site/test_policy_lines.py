"""Lines that are named on the pages of policies lead to their places; what was chosen stays while scenarios run."""

import re
from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string

from contracts.policy.documents import read_document
from contracts.sentences.said import Said
from slaportal.refusal import Refusal
from slaportal.site.policies.lines import lines_of
from slaportal.site.policies.side_by_side import SideBySide, side_by_side
from tests.site.test_policy_pages import NEW, TWO_PLANS, WRONG, body, form, published, sent
from tests.site.test_publishing import FAILING, FOUR_HOURS, TEXT, WARNED
from tests.world import World

SECOND = datetime(2026, 11, 2, tzinfo=UTC)
# The answer's promise stands on two lines with another one's between them.
APART = TEXT.replace(
    "      response: {within: 4h}\n",
    "      response: {within: 4h}\n      resolution: {within: 3d}\n",
).replace("  only: {}\n", "  only: {support: {severities: {low: {response: {within: 1h}}}}}\n")


def places_named(page: str) -> list[tuple[str, str, str]]:
    """The field, the line and what was found there, of every named line."""
    found = re.findall(r'<a href="#(\w+)" data-line="(\d+)" (?:data-kind="(\w+)")?', page)
    fields = set(re.findall(r'<textarea name="\w+"[^>]* id="(\w+)"', page))
    assert {field for field, _line, _kind in found} <= fields
    return found


@pytest.mark.parametrize(
    ("text", "scenarios", "named"),
    [
        (WRONG, "", [("id_text", "9", "bad")]),
        (WARNED, "", [("id_text", "7", "warn")]),
        (TEXT, FOUR_HOURS.replace("ticket:", "tickets:"), [("id_scenarios", "4", "bad")]),
        (TEXT, FOUR_HOURS, [("id_scenarios", "2", "")]),
        (TEXT, FAILING, [("id_scenarios", "2", "bad"), ("id_scenarios", "7", ""), ("id_scenarios", "11", "bad")]),
    ],
    ids=["error", "warning", "scenario error", "holds", "fails"],
)
def test_a_named_line_leads_to_the_text_that_is_mended(
    world: World, text: str, scenarios: str, named: list[tuple[str, str, str]]
) -> None:
    page = sent(world.client("admin"), text=text, scenarios=scenarios).content.decode()
    assert places_named(page) == named


def test_of_a_published_version_nothing_is_mended_so_no_line_leads_to_a_field(world: World) -> None:
    pk = published(world, scenarios=FOUR_HOURS)
    page = world.client("admin").get(f"/policies/{pk}/?run=scenarios")
    assert "Four hours 2 holds" in body(page)
    assert places_named(page.content.decode()) == []


def test_running_scenarios_keeps_the_plan_that_is_read(world: World) -> None:
    pk = published(world, TWO_PLANS, scenarios=FOUR_HOURS.replace("    now:", "    plan: gold\n    now:"))
    client = world.client("admin")
    page = client.get(f"/policies/{pk}/?plan=gold").content.decode()
    (run,) = re.findall(r'href="(\?plan=gold&amp;run=scenarios)#scenarios"', page)
    again = client.get(f"/policies/{pk}/{run.replace('&amp;', '&')}").content.decode()
    assert re.search(r'href="\?plan=gold" aria-current="page"', again)
    assert "Run just now: the 1 scenario holds." in again


def test_an_empty_list_of_scenarios_tests_nothing_and_is_said_so(world: World) -> None:
    pk = published(world, scenarios="scenarios: []\n")
    client = world.client("admin")
    page = client.get(f"/policies/{pk}/?run=scenarios")
    assert "It was published without scenarios" in body(page)
    assert "run=scenarios" not in page.content.decode()
    assert client.get(f"/policies/{pk}/scenarios.yaml").content == b"scenarios: []\n", "the text is kept all the same"


def shown(text: str) -> SideBySide:
    return side_by_side(read_document(text), "only", None)


def test_lines_are_named_in_stretches() -> None:
    sentences = [s for section in shown(APART).sections for group in section.groups for s in group.sentences]
    (answer,) = [one for one in sentences if "within 1 hour" in one.said.text]
    assert answer.lines == (9, 12)
    assert answer.stretches == "9, 12"
    block = TEXT.replace("      response: {within: 4h}\n", "      response:\n        within: 4h\n")
    sentences = [s for section in shown(block).sections for group in section.groups for s in group.sentences]
    (answer,) = [one for one in sentences if "within 4 hours" in one.said.text]
    assert answer.stretches == "9–10"


def test_a_line_leads_to_the_first_sentence_that_begins_on_it_and_to_one_only() -> None:
    sides = shown(APART)
    anchors = [s.anchor for section in sides.sections for group in section.groups for s in group.sentences]
    led = [line.sentence for line in sides.lines if line.sentence]
    assert set(led) <= set(anchors)
    assert len(anchors) == len(set(anchors))
    assert [line.number for line in sides.lines if line.text.strip().startswith("#")] == []
    assert sides.lines[8].sentence == sides.lines[11].sentence != sides.lines[9].sentence


def test_line_ends_of_windows_are_no_part_of_a_line() -> None:
    document = read_document(TEXT.replace("\n", "\r\n"))
    assert lines_of(document) == TEXT.splitlines()
    assert not side_by_side(document, "only", read_document(TEXT)).marked


def test_plans_that_come_and_go_are_compared_in_words(world: World) -> None:
    published(world)
    second = published(world, TWO_PLANS, since=SECOND)
    third = published(world, f"{TEXT}# without Gold again\n", since=datetime(2026, 11, 3, tzinfo=UTC))
    client = world.client("admin")
    assert "Plan Gold This plan is new." in body(client.get(f"/policies/{second}/compare/"))
    assert "Plan Gold This plan is not there any more." in body(client.get(f"/policies/{third}/compare/"))
    title = published(world, TEXT.replace("title: Agreement", "title: Pact"), since=datetime(2026, 11, 4, tzinfo=UTC))
    page = client.get(f"/policies/{title}/compare/?with=1").content.decode()
    assert re.search(r"<del>\s*Agreement.*?<ins>\s*Pact", page, re.DOTALL)


def test_what_would_happen_to_tickets_that_cannot_be_worked_out_says_why(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A calendar can refuse a time that lies beyond its holidays; the check is there all the same."""
    published(world)

    def refuse(*_given: object, **_more: object) -> None:
        raise Refusal("beyond_holidays", "The holidays of this year are not known.")

    monkeypatch.setattr("slaportal.site.policies.publishing_page.what_if", refuse)
    answer = world.client("admin").post(NEW, form(TWO_PLANS))
    said = body(answer)
    assert answer.status_code == 200
    assert "The text is sound." in said
    assert "It could not be worked out: The holidays of this year are not known." in said


def test_only_what_is_not_the_same_is_marked() -> None:
    before, after = Said("One.", clause="1.2", reading="So."), Said("Two.", clause="1.2", reading="Else.")
    given = {"said": before, "other": after, "tag": "del"}
    told = " ".join(render_to_string("site/policy_said_beside.html", given).split())
    assert "<del>One.</del>" in told
    assert "<del>How we read it: So.</del>" in told
    assert '<span class="d-block small mute">Clause: 1.2</span>' in told
    alone = render_to_string("site/policy_said_beside.html", {**given, "other": None})
    assert alone.count("<del>") == 3
