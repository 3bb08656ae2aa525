"""The outage filter, causes and metrics."""

import pytest

from tests.contracts.policy.policies import said


@pytest.mark.parametrize(
    ("outages", "expected"),
    [
        ("{at_least: 5m, whole: 1m}", []),
        ("{longer_than: 0s}", []),
        ("{at_least: 5m, longer_than: 5m}", ['longer_than: "at_least" and "longer_than" exclude each other, keep one']),
        ("{whole: 0m}", ['whole: "0m" is no unit to cut outages to, write one such as 1m']),
        ("{at_least: 1bd}", ['at_least: "1bd" counts business days, which only a clock can; write days such as 2d']),
    ],
)
def test_outage_filter(outages: str, expected: list[str]) -> None:
    found = said(f'availability: {{target: "99", outages: {outages}}}')
    assert found == [f"line 6: availability.outages.{message}" for message in expected]


def test_cause_that_is_nearly_a_usual_one() -> None:
    causes = "{customer: {}, third_partys: {}, meteorites: {}}"
    assert said(f'availability: {{target: "99", exclusions: {{causes: {causes}}}}}') == [
        'line 6: warning: availability.exclusions.causes.third_partys: "third_partys" is not one of the usual causes, '
        'did you mean "third_party"?'
    ]


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ('{limit: "50", is: below, per: region, in: most}', []),
        ('{limit: "50", is: below}', []),
        (
            '{limit: "50", is: below, in: most}',
            ['in: "in" says how many regions meet the limit, and means nothing without per: region'],
        ),
    ],
)
def test_regions_of_a_metric(metric: str, expected: list[str]) -> None:
    assert said(f"performance: {{latency_ms: {metric}}}") == [
        f"line 6: warning: performance.latency_ms.{message}" for message in expected
    ]
