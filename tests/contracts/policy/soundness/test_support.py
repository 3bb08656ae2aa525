"""Severities, pauses, escalation and lifecycle."""

import pytest

from contracts.policy.documents import document_problems
from tests.contracts.policy.policies import HEAD, said

BODY = """\
support:
  default_severity: high
  severities:
    high: {{response: {{within: 1h}}, update: {{text: often}}, status_request: {{within: 1bd}}}}
    low: {{}}
  {more}
"""


def said_of(more: str) -> list[str]:
    return said(BODY.format(more=more))


def test_default_severity_is_required_where_there_are_severities() -> None:
    assert said("support: {severities: {high: {}, low: {}}}") == [
        'line 6: support.default_severity: the key "default_severity" is missing, expected one of high, low'
    ]
    assert said("support: {hours: always}") == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "support: {default_severity: hihg, severities: {high: {}, low: {}}}",
            'unknown severity "hihg", did you mean "high"?',
        ),
        (
            "support: {default_severity: x, severities: {high: {}, low: {}}}",
            'unknown severity "x", expected one of high, low',
        ),
    ],
)
def test_unknown_default_severity(body: str, expected: str) -> None:
    assert said(body) == [f"line 6: support.default_severity: {expected}"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("pause: {response: [open]}", []),
        ("pause: {resolution: []}", []),
        (
            "pause: {resolution: [pending]}",
            [
                'warning: support.pause.resolution: no severity has a figure for "resolution", so there is nothing '
                "to pause"
            ],
        ),
        (
            "pause: {update: [pending]}",
            ['warning: support.pause.update: no severity has a figure for "update", so there is nothing to pause'],
        ),
        (
            "pause: {status_request: [pending]}",
            [
                'warning: support.pause.status_request: every figure of "status_request" is in business days, which '
                "are "
                "never paused"
            ],
        ),
        (
            "pause: {response: [solved]}",
            [
                'support.pause.response[0]: "solved" is not one of open, pending, waiting_on_customer, '
                "waiting_on_third_party"
            ],
        ),
        ("escalate: [{clock: response, at: 75%, do: [notify_lead]}]", []),
        ("escalate: [{clock: response, at: -30m, do: [reassign], severities: [high]}]", []),
        (
            "escalate: [{clock: resolution, at: 75%, do: [notify_lead]}]",
            ['support.escalate[0].clock: no severity has a figure for "resolution", so there is nothing to escalate'],
        ),
        (
            "escalate: [{clock: response, at: 75%, do: [notify_lead], severities: [high, hgh]}]",
            ['support.escalate[0].severities[1]: unknown severity "hgh", did you mean "high"?'],
        ),
        (
            "escalate: [{clock: response, at: 75%, do: [notify_lead], severities: [low]}]",
            [
                'warning: support.escalate[0].severities[0]: "low" has no figure for "response", so nothing is '
                "escalated there"
            ],
        ),
        (
            "escalate: [{clock: response, at: 75%, do: [notify_lead], severities: []}]",
            [
                "warning: support.escalate[0].severities: the list is empty, so this holds at no severity; leave it "
                "out "
                "for all"
            ],
        ),
        (
            "escalate: [{clock: response, at: 75%, do: []}]",
            ["support.escalate[0].do: the list is empty, at least one entry is expected"],
        ),
    ],
)
def test_pauses_and_escalations(more: str, expected: list[str]) -> None:
    assert said_of(more) == [f"line 11: {message}" for message in expected]


@pytest.mark.parametrize(
    ("silence", "expected"),
    [
        ("{days: 7}", []),
        ("{followups: 3, apart: 1d}", []),
        ("{}", [": neither days nor followups are named, so silence never solves a ticket"]),
        ("{days: 7, apart: 1d}", ['.apart: "apart" says how far apart followups are, and none are named']),
    ],
)
def test_silence_that_solves_a_ticket(silence: str, expected: list[str]) -> None:
    found = said(f"lifecycle: {{solve_after_silence: {silence}}}")
    assert found == [f"line 6: warning: lifecycle.solve_after_silence{message}" for message in expected]


def test_default_severity_without_severities_is_a_warning() -> None:
    assert said("support: {default_severity: x}") == [
        'line 6: warning: support.default_severity: unknown severity "x", the policy has no severities'
    ]


def test_plan_that_drops_a_severity_leaves_it_in_lists_but_not_as_the_default() -> None:
    body = BODY.format(more="escalate: [{clock: response, at: 75%, do: [notify_lead], severities: [high, low]}]")
    plans = "plans: {a: {}, b: {support: {severities: {high: none, low: {response: {within: 1h}}}}}}"
    text = HEAD.replace("plans: {standard: {name: Standard}}", plans) + body
    assert [str(problem) for problem in document_problems(text)] == [
        'line 7: support.default_severity: unknown severity "high", expected one of low (in the plan "b")',
        'line 11: warning: support.escalate[0].severities[0]: unknown severity "high", expected one of low '
        '(in the plan "b")',
        'line 11: warning: support.escalate[0].severities[1]: "low" has no figure for "response", so nothing is '
        'escalated there (in the plan "a")',
    ]


def test_warning_of_one_plan_alone_is_none() -> None:
    body = BODY.format(more="pause: {resolution: [pending]}")
    plans = "plans: {a: {}, b: {support: {severities: {low: {resolution: {within: 1h}}}}}}"
    text = body + "calendars: {office: {hours: {mon: 24h}}}\n"
    head = HEAD.replace("plans: {standard: {name: Standard}}", plans)
    assert [str(problem) for problem in document_problems(head + text)] == [
        'line 12: warning: calendars.office: nothing uses the calendar "office"'
    ]
