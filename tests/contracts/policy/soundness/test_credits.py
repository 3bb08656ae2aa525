"""Each credit: its promise, schedule, quantity, base and claim."""

import pytest

from tests.contracts.policy.policies import said

BODY = """\
availability: {{target: "99.9", period: {period}}}
performance: {{latency_ms: {{limit: "50", is: below}}}}
support:
  default_severity: high
  severities: {{high: {{response: {{within: 1h}}}}, low: {{resolution: {{text: As agreed}}}}}}
credits:
  - {{{rule}}}
"""


def said_of(rule: str, period: str = "month") -> list[str]:
    return [message.removeprefix("line 12: ") for message in said(BODY.format(rule=rule, period=period))]


@pytest.mark.parametrize(
    "rule",
    [
        "for: availability, schedule: {pay: 1/12}",
        "for: availability, schedule: {pay: 12h}",
        "for: availability, schedule: {pay: 12h}, month: 30d, cap: 200%",
        "for: availability, quantity: availability, schedule: {tiers: [{when: < 99.9, pay: 10%}]}, cap: 2d",
        'for: availability, quantity: shortfall, schedule: {each: "0.1", count: exact, free: "0", pay: 1%}',
        "for: availability, quantity: downtime, schedule: {each: 30m, free: 1h, pay: 12h}",
        'for: availability, quantity: downtime, schedule: {tiers: [{when: "> 0", pay: 5%}]}',
        'for: availability, quantity: excess_downtime, schedule: {times: "10"}',
        "for: availability, quantity: downtime, schedule: {times: 10}, base: period_fee",
        "for: availability, schedule: {discretionary: true}, claim: {by: customer, within: 7d, from: failure}",
        "for: performance, schedule: {pay: 5%}",
        "for: performance, schedule: {discretionary: true}, claim: {by: customer, within: 7d}",
        "for: response, schedule: {pay: 5%}",
        "for: response, quantity: misses, severities: [high], schedule: {each: 1, pay: 5%}",
        'for: response, quantity: misses, schedule: {tiers: [{when: ">= 3", pay: 5%}, {when: ">= 1", pay: 1%}]}',
        'for: response, schedule: {pay: 5%}, minimum: {amount: "5", below: raise}, requires: [current_account]',
    ],
)
def test_sound_credit(rule: str) -> None:
    assert said_of(rule) == []


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{}", ": the schedule pays nothing, write one of pay, tiers, each, times and discretionary"),
        ("{count: full}", ": the schedule pays nothing, write one of pay, tiers, each, times and discretionary"),
        ('{each: "1"}', ': what is paid for each step is missing, write "pay"'),
        ('{each: "1", times: 10, pay: 1%}', ".times: each and times exclude each other, keep one"),
        ("{discretionary: true, pay: 1%}", '.pay: "pay" and "discretionary" exclude each other, keep one'),
        ("{tiers: [{when: < 1, pay: 1%}], pay: 1%}", '.pay: "pay" and "tiers" exclude each other, keep one'),
        ("{pay: 1%, count: full}", '.count: "count" is for steps and needs "each"'),
        ("{pay: 1%, free: 1h}", '.free: "free" is for steps and needs "each"'),
    ],
)
def test_schedule_without_a_shape_or_with_several(rule: str, expected: str) -> None:
    assert f"credits[0].schedule{expected}" in said_of(f"for: availability, quantity: downtime, schedule: {rule}")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            'for: availability, schedule: {each: "1", pay: 1%}',
            ': "each" needs a "quantity", one of availability, downtime_percent, shortfall, downtime, excess_downtime, '
            "longest_outage",
        ),
        ('for: response, schedule: {each: "1", pay: 1%}', ': "each" needs a "quantity", one of misses'),
        (
            "for: availability, quantity: downtime, schedule: {pay: 1%}",
            '.quantity: "quantity" is for tiers, each and times, and the schedule is "pay"',
        ),
        (
            'for: availability, quantity: misses, schedule: {each: "1", pay: 1%}',
            '.quantity: "misses" is no quantity of availability, expected one of availability, downtime_percent, '
            "shortfall, downtime, excess_downtime, longest_outage",
        ),
        (
            "for: response, quantity: downtime, schedule: {each: 1h, pay: 1%}",
            '.quantity: "downtime" is no quantity of response, expected one of misses',
        ),
        (
            'for: performance, quantity: misses, schedule: {each: "1", pay: 1%}',
            '.schedule.each: performance has no quantity, so "each" has nothing to count; write pay or discretionary',
        ),
        (
            "for: performance, quantity: misses, schedule: {pay: 1%}",
            '.quantity: "quantity" is for tiers, each and times, and the schedule is "pay"',
        ),
        (
            "for: availability, quantity: longest_outage, schedule: {times: 10}",
            '.quantity: "times" works with downtime and excess_downtime, not with "longest_outage"',
        ),
    ],
)
def test_quantity_that_does_not_fit(rule: str, expected: str) -> None:
    assert said_of(rule) == [f"credits[0]{expected}"]


@pytest.mark.parametrize(
    ("quantity", "schedule", "expected"),
    [
        (
            "downtime",
            '{each: "30", pay: 1%}',
            '.each: "downtime" is a length of time and "30" is none, write one as 30m',
        ),
        (
            "downtime",
            '{each: 30m, free: "1", pay: 1%}',
            '.free: "downtime" is a length of time and "1" is none, write one as 30m',
        ),
        (
            "longest_outage",
            '{tiers: [{when: "> 4", pay: 1%}]}',
            '.tiers[0].when: "longest_outage" is a length of time and "4" is none, write one as 30m',
        ),
        (
            "shortfall",
            "{each: 30m, pay: 1%}",
            '.each: "shortfall" is in percent and "30m" is not, write a number as "1"',
        ),
        (
            "availability",
            '{tiers: [{when: "< 99.9", pay: 1%}, {when: "< 1h", pay: 5%}]}',
            '.tiers[1].when: "availability" is in percent and "1h" is not, write a number as "1"',
        ),
        ("downtime_percent", '{each: "0", pay: 1%}', '.each: a step of "0" leads nowhere, write one above zero'),
        ("downtime", "{each: 0m, pay: 1%}", '.each: a step of "0m" leads nowhere, write one above zero'),
        ("downtime_percent", '{each: "-1", pay: 1%}', '.each: a step of "-1" leads nowhere, write one above zero'),
        ("downtime_percent", '{each: "1", free: "-1", pay: 1%}', '.free: "-1" is less than nothing'),
    ],
)
def test_unit_that_does_not_fit_the_quantity(quantity: str, schedule: str, expected: str) -> None:
    rule = f"for: availability, quantity: {quantity}, schedule: {schedule}"
    assert said_of(rule) == [f"credits[0].schedule{expected}"]


def test_misses_are_whole_numbers() -> None:
    rule = "for: response, quantity: misses, schedule: {{each: {}, pay: 1%}}"
    for size in ("0.5", "30m"):
        assert said_of(rule.format(f'"{size}"')) == [
            f'credits[0].schedule.each: "misses" is a whole number and "{size}" is none, write one as "1"'
        ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            "schedule: {pay: 12h}",
            '.schedule.pay: time such as "12h" cannot be paid from annual_fee while the period is a {}',
        ),
        (
            "quantity: availability, schedule: {tiers: [{when: < 99.9, pay: 1d}]}",
            '.schedule.tiers[0].pay: time such as "1d" cannot be paid from annual_fee while the period is a {}',
        ),
        (
            "schedule: {pay: 1%}, cap: 12h",
            '.cap: time such as "12h" cannot be paid from annual_fee while the period is a {}',
        ),
    ],
)
def test_time_from_a_year_s_fee(rule: str, expected: str) -> None:
    rule = f"for: availability, base: annual_fee, {rule}"
    for period in ("month", "quarter"):
        assert said_of(rule, period) == [f"credits[0]{expected.format(period)}, write a share of it"]
    assert said_of(rule, "year") == []


def test_multiples_of_a_year_s_fee() -> None:
    rule = "for: availability, base: annual_fee, quantity: downtime, schedule: {times: 10}"
    assert said_of(rule) == [
        'credits[0].base: "times" cannot be paid from annual_fee while the period is a month, write period_fee'
    ]
    assert said_of(rule, "year") == []


def test_time_from_a_year_s_fee_without_a_period_is_a_warning() -> None:
    body = "performance: {latency_ms: {limit: 50, is: below}}\n"
    body += "credits: [{for: performance, base: annual_fee, schedule: {pay: 12h}}]"
    assert said(body) == [
        'line 7: warning: credits[0].schedule.pay: time such as "12h" cannot be paid from annual_fee while '
        "the period is "
        "a month, write a share of it"
    ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            "for: availability, schedule: {pay: 1%}, claim: {by: customer}",
            '.claim: until when a customer may claim is missing, write "within" as 30d',
        ),
        (
            "for: response, schedule: {pay: 1%}, claim: {by: customer, within: 1d, from: failure}",
            ".claim.from: only outages have an end to count from, and this is for: response; write period_end",
        ),
        (
            "for: performance, schedule: {pay: 1%}, claim: {by: customer, within: 1d, from: failure}",
            ".claim.from: only outages have an end to count from, and this is for: performance; write period_end",
        ),
        (
            "for: availability, severities: [high], schedule: {pay: 1%}",
            '.severities: "severities" is for the misses of a clock, and this is for: availability',
        ),
        (
            "for: response, severities: [hgh], schedule: {pay: 1%}",
            '.severities[0]: unknown severity "hgh", did you mean "high"?',
        ),
        (
            "for: resolution, schedule: {pay: 1%}",
            '.for: no severity has a figure for "resolution", so this is never owed',
        ),
        ("for: availability, schedule: {pay: 12h}, month: 0d", '.month: "0d" is no month, write its length as 30d'),
    ],
)
def test_claim_severities_and_promise(rule: str, expected: str) -> None:
    assert said_of(rule) == [f"credits[0]{expected}"]


@pytest.mark.parametrize(
    ("promise", "expected"),
    [
        ("availability", "no availability is promised, so this is never owed"),
        ("performance", "no performance is promised, so this is never owed"),
        ("update", 'no severity has a figure for "update", so this is never owed'),
    ],
)
def test_credit_for_what_is_not_promised(promise: str, expected: str) -> None:
    assert said(f"credits: [{{for: {promise}, schedule: {{pay: 1%}}}}]") == [f"line 6: credits[0].for: {expected}"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            'for: availability, quantity: availability, schedule: {each: "1", pay: 1%}',
            ".quantity: with steps of availability more is paid the more the service was up, downtime_percent is more "
            "likely meant",
        ),
        (
            "for: availability, schedule: {pay: 1%}, only_if_missed: false",
            ".only_if_missed: this pays in every period, missed or not",
        ),
        (
            "for: availability, schedule: {discretionary: true}",
            ".claim: staff decide this on a claim, and by: automatic there is none; by: customer is more likely meant",
        ),
        (
            "for: availability, schedule: {pay: 1%}, month: 30d",
            '.month: "month" is the length that time is paid by, and no time is paid here',
        ),
        ("for: availability, schedule: {pay: 1%}, cap: 0%", '.cap: with a cap of "0%" nothing is ever paid'),
        (
            "for: availability, schedule: {pay: 1%}, claim: {by: automatic, within: 5d}",
            ".claim.within: nothing need be claimed by: automatic",
        ),
        (
            "for: availability, schedule: {pay: 1%}, claim: {from: failure}",
            ".claim.from: nothing need be claimed by: automatic",
        ),
        (
            "for: availability, schedule: {pay: 1%}, claim: {by: customer, within: 0h}",
            '.claim.within: "0h" leaves no time to claim',
        ),
        (
            "for: response, severities: [high, low], schedule: {pay: 1%}",
            '.severities[1]: "low" has no figure for "response", so it is never missed there',
        ),
        (
            "for: response, severities: [], schedule: {pay: 1%}",
            ".severities: the list is empty, so this holds at no severity; leave it out for all",
        ),
    ],
)
def test_oddity_is_a_warning(rule: str, expected: str) -> None:
    assert said_of(rule) == [f"warning: credits[0]{expected}"]
