"""What types alone refuse, in plain words, with path and line."""

import pytest

from contracts.policy.complaints import is_open, known_keys, suggestion

from .policies import said


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("suport: {}", 'suport: unknown key "suport", did you mean "support"?'),
        ("support: {Hours: always}", 'support.Hours: unknown key "Hours", did you mean "hours"?'),
        (
            "lifecycle: {xyz: 1}",
            'lifecycle.xyz: unknown key "xyz", expected one of clause, close_after, note, reopen_within, '
            "solve_after_silence, strength",
        ),
        ("provider_: {}", 'provider_: unknown key "provider_", did you mean "provider"?'),
        ("note: 5", 'note: 5 stands where text is expected, write "5"'),
        ("note: true", 'note: true stands where text is expected, write "true"'),
        ("note: [a]", "note: a list stands where text is expected"),
        ("strength: aim", 'strength: "aim" is not one of guarantee, target, best_effort'),
        (
            "strength: garantee",
            'strength: "garantee" is not one of guarantee, target, best_effort, did you mean "guarantee"?',
        ),
        ("support: {channels: email}", 'support.channels: "email" stands where a list is expected, write [email]'),
        ("support: {channels: {a: b}}", "support.channels: a mapping stands where a list is expected"),
        ("support: {channels: [1]}", 'support.channels[0]: 1 stands where text is expected, write "1"'),
        (
            "lifecycle: 3d",
            'lifecycle: "3d" stands where a mapping is expected with keys such as clause, close_after, note, '
            "reopen_within",
        ),
        (
            "lifecycle:",
            "lifecycle: nothing stands where a mapping is expected with keys such as clause, close_after, note, "
            "reopen_within",
        ),
        ("lifecycle: {close_after: 3 days}", 'lifecycle.close_after: "3 days" is not a duration, write 3d'),
        ("lifecycle: {close_after: 3D}", 'lifecycle.close_after: "3D" is not a duration, write 3d'),
        ("lifecycle: {close_after: 1h 30m}", 'lifecycle.close_after: "1h 30m" is not a duration, write 1h30m'),
        (
            "lifecycle: {close_after: 3}",
            'lifecycle.close_after: "3" is not a duration, its unit is missing: write 3h or 3m',
        ),
        (
            "lifecycle: {close_after: 2bd}",
            'lifecycle.close_after: "2bd" counts business days, which only a clock can; write days such as 2d',
        ),
        (
            "lifecycle: {close_after: soon}",
            'lifecycle.close_after: "soon" is not a duration, write it as 90s, 15m, 4h, 1d, 2w or joined as 1h30m, '
            "the larger unit first",
        ),
        *(
            (
                f"lifecycle: {{close_after: {length}}}",
                f'lifecycle.close_after: "{length}" is longer than a hundred years, write less (business days: at most '
                "9999bd)",
            )
            for length in ("40000d", "999999999999w")
        ),
        ("lifecycle: {close_after: [1d]}", "lifecycle.close_after: a list is not a duration as 48h"),
        (
            "lifecycle: {solve_after_silence: {days: -1}}",
            "lifecycle.solve_after_silence.days: -1 is less than 0, the least it may be",
        ),
        (
            "lifecycle: {solve_after_silence: {days: few}}",
            'lifecycle.solve_after_silence.days: "few" is not a whole number, write it as 3',
        ),
        (
            "lifecycle: {solve_after_silence: {days: true}}",
            "lifecycle.solve_after_silence.days: true is not a whole number, write it as 3",
        ),
        ("availability: {}", 'availability.target: the key "target" is missing here'),
        ('availability: {target: "100.1"}', "availability.target: 100.1 is more than 100, the most it may be"),
        ("availability: {target: 99%}", 'availability.target: "99%" is not a decimal, write it in quotes as "99.95"'),
        ("availability: {target: [99]}", 'availability.target: a list is not a decimal, write it in quotes as "99.95"'),
        (
            'availability: {target: "99", not_for: [test]}',
            'availability.not_for[0]: "test" is not one of production, beta, trial, pilot',
        ),
        ("backups: {a: {keep: 1d, per_day: 0}}", "backups.a.per_day: 0 is less than 1, the least it may be"),
        (
            "backups: {a: {keep: 1d, weekday: friday}}",
            'backups.a.weekday: "friday" is not one of mon, tue, wed, thu, fri, sat, sun, did you mean "fri"?',
        ),
        ("notices: {a: {lead: }}", "notices.a.lead: nothing is not a duration as 48h"),
        (
            "notices: {a: {lead: befor}}",
            'notices.a.lead: "befor" is not a duration, write it as 90s, 15m, 4h, 1d, 2w or '
            "joined as 1h30m, the larger unit first",
        ),
        ("promises: {a: {kept: shown}}", 'promises.a.text: the key "text" is missing here'),
        ("performance: {a: {is: below}}", 'performance.a.limit: the key "limit" is missing here'),
        (
            "credits: [{for: availability, schedule: {discretionary: false}, claim: {by: customer, within: 1d}}]\n"
            'availability: {target: "99"}',
            "credits[0].schedule.discretionary: false is not true, leave the key out",
        ),
        (
            "credits: {for: availability}",
            "credits: a mapping stands where a list is expected",
        ),
    ],
)
def test_wrong_value_is_told_in_plain_words(body: str, expected: str) -> None:
    assert said(body) == [f"line 6: {expected}"]


@pytest.mark.parametrize(
    ("rule", "place", "expected"),
    [
        ("pay: 10", "pay", '"10" has no unit, write a percentage as 10%, a fraction as 1/12 or time as 12h'),
        ("pay: 1/0", "pay", '"1/0" divides by zero, write a fraction as 1/12'),
        ("pay: ten", "pay", '"ten" is no payment, write a percentage as 10%, a fraction as 1/12 or time as 12h'),
        ("pay: -5%", "pay", '"-5%" is no payment, write a percentage as 10%, a fraction as 1/12 or time as 12h'),
        ("tiers: [{when: 99.9, pay: 1%}]", "tiers[0].when", None),
        (
            'tiers: [{when: "99.9", pay: 1%}]',
            "tiers[0].when",
            '"99.9" is not a condition, write <, <=, > or >= and a number or duration, as "< 99.9"',
        ),
        (
            "tiers: [{when: < 99, pay: 1%, x: 1}]",
            "tiers[0].x",
            'unknown key "x", expected one of clause, note, pay, strength, when',
        ),
        ("tiers: []", "tiers", "the list is empty, at least one entry is expected"),
        ("{pay: 1%}", "", None),
    ],
)
def test_wrong_schedule_is_told_in_plain_words(rule: str, place: str, expected: str | None) -> None:
    rule = rule if rule.startswith("{") else f"{{{rule}}}"
    found = said(f'availability: {{target: "99"}}\ncredits: [{{for: availability, schedule: {rule}}}]')
    if place and expected:
        assert f"line 7: credits[0].schedule.{place}: {expected}" in found
    elif place:
        assert found[1] == f'line 7: credits[0].schedule.{place}: 99.9 is a float, which is not exact: write "99.9"'
    else:
        assert found == []


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("half", '"half" is no moment, write a share as 75%, or a time before or after due as -30m or +30m'),
        ("30m", '"30m" is no moment, write a share as 75%, or a time before or after due as -30m or +30m'),
        ("1000.1%", '"1000.1%" is more than ten times the target'),
        ("[a]", "a list is not a share of the target as 75%, or a time before or after due as -30m or +30m"),
    ],
)
def test_wrong_moment_of_an_escalation(at: str, expected: str) -> None:
    assert said(f"support: {{escalate: [{{clock: response, at: {at}, do: [webhook]}}]}}") == [
        f"line 6: support.escalate[0].at: {expected}"
    ]


def test_flag_is_true_or_false_and_no_word() -> None:
    body = 'availability: {target: "99"}\ncredits: [{for: availability, schedule: {pay: 1%}, only_if_missed: no}]'
    assert said(body) == ['line 7: credits[0].only_if_missed: "no" is neither true nor false, write one of them']


def test_known_keys_are_found_through_lists_and_names() -> None:
    assert "within" in known_keys(("support", "severities", "high", "response"))
    assert known_keys(("credits", 0, "claim")) == ["by", "clause", "from", "note", "strength", "within"]
    assert known_keys(("credits", 0, "schedule", "tiers", 1)) == ["clause", "note", "pay", "strength", "when"]
    assert known_keys(("support", "severities")) == []
    assert known_keys(("title", "x", "y")) == []
    assert (is_open(("support", "severities")), is_open(("support",)), is_open(("title",))) == (True, False, True)


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("hihg", ["high", "low"], ', did you mean "high"?'),
        ("xyz", ["high", "low"], ", expected one of high, low"),
        ("xyz", [], ""),
        ("xyz", [f"s{n}" for n in range(31)], ", expected one of " + ", ".join(f"s{n}" for n in range(30)) + ", ..."),
    ],
)
def test_suggestion(word: str, known: list[str], expected: str) -> None:
    assert suggestion(word, known) == expected
