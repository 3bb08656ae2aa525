"""What is judged beside values that cannot be read, and what is kept quiet about."""

import pytest

from contracts.policy.complaints import Complaint
from contracts.policy.standins import errors_beside

from .policies import said


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # the unreadable limit has no part in the unknown calendar
        (
            "support: {default_severity: high, severities: {high: {response: {within: soon, calendar: desk}}}}",
            ["support.severities.high.response.calendar", "support.severities.high.response.within"],
        ),
        # an unreadable limit is no missing one, and an aim is not later than it
        (
            "support: {default_severity: high, severities: {high: {response: {within: soon, aim: 9h}}}}",
            ["support.severities.high.response.within"],
        ),
        # a misspelt section is taken for what was meant
        (
            "calendrs: {desk: {hours: {mon: 24h}}}\nsupport: {hours: desk}",
            ["calendrs"],
        ),
        (
            "support: {default_severity: high, severites: {high: {}}}",
            ["support.severites"],
        ),
        # nothing can be said about names where what has the names cannot be read
        ("calendars: [desk]\nsupport: {hours: desk}", ["calendars"]),
        ("support: {default_severity: high, severities: [high]}", ["support.severities"]),
        # a severity or calendar that cannot be read keeps its name
        ("support: {default_severity: high, severities: {high: x}}", ["support.severities.high"]),
        ("support: {hours: desk}\ncalendars: {desk: x}", ["calendars.desk"]),
        # a clock that cannot be read is promised all the same
        (
            "support: {default_severity: a, severities: {a: {response: soon}}, "
            "escalate: [{clock: response, at: 75%, do: [webhook]}]}",
            ["support.severities.a.response"],
        ),
        # one credit says nothing about the other
        (
            "credits: [{for: availability, schedule: {pay: x}}, {for: availability, schedule: {}}]\n"
            'availability: {target: "99"}',
            ["credits[0].schedule.pay", "credits[1].schedule"],
        ),
        # what is missing is missing once
        ("availability: {}\ncredits: [{for: availability, schedule: {pay: 1%}}]", ["availability.target"]),
        ("backups: {a: {}, b: {keep: 1d}}", ["backups.a.keep", "backups.b"]),
        ("notices: {a: {}, b: {lead: 1d, outside: desk}}", ["notices.a.lead", "notices.b.outside"]),
        ("performance: {a: {}}", ["performance.a.is", "performance.a.limit"]),
        ("promises: {a: {}, b: {text: x, kept: attested}}", ["promises.a.kept", "promises.a.text", "promises.b.kept"]),
        (
            "support: {escalate: [{clock: x}, {clock: update, at: 75%, do: [webhook]}]}",
            [
                "support.escalate[0].at",
                "support.escalate[0].clock",
                "support.escalate[0].do",
                "support.escalate[1].clock",
            ],
        ),
        # lists of words
        ("support: {channels: [1, a], hours: desk}", ["support.channels[0]", "support.hours"]),
        ("credits: x\nsupport: {hours: desk}", ["credits", "support.hours"]),
    ],
)
def test_errors_beside_what_cannot_be_read(body: str, expected: list[str]) -> None:
    assert [message.split(": ")[1] for message in said(body)] == expected


def test_terms_without_the_names_that_others_refer_to_are_not_judged() -> None:
    terms = {"support": [], "backups": {"a": {"keep": "1d"}}}
    assert errors_beside(terms, [Complaint(("support",), "is no mapping", "type")]) == []
