"""Where a promise was written: lines of YAML and of JSON, of one plan and of one that overrides."""

import json

import pytest

from contracts.policy.documents import agreement_of, read_document, shipped_policies, shipped_policy
from contracts.policy.written import Written
from contracts.sentences import sections_of

TEXT = """\
format: slaportal/1
provider: {key: acme, name: Acme}
title: Agreement
timezone: UTC
calendars:
  desk:
    hours: {mon-fri: 09:00-17:00}
support:
  hours: desk
  severities:
    # the worst
    high:
      name: High
      response:
        within: 4h
        calendar: desk

    low: {response: &slow {within: 8h, calendar: desk}, next_reply: *slow}
  default_severity: high
availability:
  target: "99"
  note: >-
    Two lines
    of a reading.

# what there is to buy
plans:
  basic: {}
  gold:
    support:
      severities:
        high: {response: {within: 1h}}
        low: {resolution: {within: 2d}}
    availability: {target: "99.9"}
"""


def lines(plan: str, *paths: str) -> tuple[int, ...]:
    return Written(read_document(TEXT), plan).lines(paths)


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["support.hours"], (9,)),
        (["support.severities.high.response"], (14, 15, 16)),  # and not the blank line after it
        (["support.severities.high.name", "support.severities.high.definition"], (13,)),
        (["support.severities.low.next_reply.within"], (18,)),  # of an alias: where the alias stands
        (["availability.target", "availability.note"], (21, 22, 23, 24)),
        (["availability.period"], (20,)),  # not written: what it would stand in
        (["lifecycle.close_after"], ()),  # nor is that
        (["calendars.desk.hours", "calendars.desk.timezone", "timezone"], (4, 7)),
        ([], ()),
    ],
)
def test_lines_of_a_plan_that_overrides_nothing(paths: list[str], found: tuple[int, ...]) -> None:
    assert lines("basic", *paths) == found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("availability.target", (34,)),
        ("availability.note", (22, 23, 24)),
        ("support.severities.high.response", (14, 15, 16, 32)),
        ("support.severities.low.resolution", (33,)),
        ("support.severities.low.response", (18,)),
    ],
)
def test_what_a_plan_overrides_stands_in_the_plan(path: str, found: tuple[int, ...]) -> None:
    assert lines("gold", path) == found


def test_lines_of_json() -> None:
    document = {
        "format": "slaportal/1",
        "provider": {"key": "acme", "name": "Acme"},
        "title": "Agreement",
        "timezone": "UTC",
        "support": {"default_severity": "high", "severities": {"high": {"response": {"within": "4h"}}}},
        "plans": {"basic": {}},
    }
    text = json.dumps(document, indent=1)
    written = Written(read_document(text), "basic")
    (first, last) = written.lines(["support.severities.high.response"])
    assert text.split("\n")[first - 1].strip() == '"response": {'
    assert (text.split("\n")[last - 1].strip(), last) == ('"within": "4h"', first + 1)


@pytest.mark.parametrize("key", shipped_policies())
def test_every_sentence_of_a_shipped_policy_that_is_not_a_reading_has_its_lines(key: str) -> None:
    """And the lines that a promise in its own words comes from hold these words."""
    document = shipped_policy(key)
    text = document.text.split("\n")
    for plan in document.plans:
        written = Written(document, plan)
        for section in sections_of(agreement_of(document, plan)):
            for group in section.groups:
                assert not group.about or group.about[:20] in "".join(text[n - 1] for n in written.lines(group.at))
                for said in group.sentences:
                    found = written.lines(said.at)
                    assert bool(found) != said.reading.startswith("The document does not say it"), said
                    if section.key == "others":
                        assert said.text[:20] in "".join(text[number - 1] for number in found)
