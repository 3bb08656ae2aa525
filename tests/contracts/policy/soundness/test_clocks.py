"""The promise of each clock."""

import pytest

from contracts.policy.document.support import ClockPromise
from contracts.sentences.support import clock_said
from tests.contracts.policy.policies import said

BODY = """\
calendars:
  office: {{hours: {{mon-fri: 09:00-17:00}}}}
  nights: {{hours: {{mon-fri: 22:00-06:00}}}}
  evenings: {{hours: {{mon-fri: 18:00-00:00}}, open: {{2026-12-31: 20:00-02:00}}}}
  late: {{hours: {{mon-fri: 22:00-00:00}}}}
support:
  hours: office
  default_severity: high
  severities:
    high:
      {clock}: {promise}
    others:
      response: {{within: 1h, calendar: nights}}
      update: {{every: 1h, calendar: evenings}}
      resolution: {{within: 1h, calendar: late}}
"""


def said_of(promise: str, clock: str = "response") -> list[str]:
    return said(BODY.format(clock=clock, promise=promise))


def at(rest: str, clock: str = "response", *, warning: bool = False) -> list[str]:
    return [f"line 16: {'warning: ' if warning else ''}support.severities.high.{clock}{rest}"]


@pytest.mark.parametrize(
    ("clock", "promise"),
    [
        ("response", "{within: 4h}"),
        ("response", "{within: 24h, aim: 4h, calendar: office}"),
        ("response", "{within: 1d, calendar: always}"),
        ("update", "{every: 4h}"),
        ("update", "{every: 1bd, calendar: office, if_closed: next_open_day}"),
        ("resolution", "{text: As agreed, calendar: office}"),
        ("status_request", "{within: 2bd, aim: 2bd, calendar: office}"),
        ("status_request", "{within: 2bd, aim: 8h, calendar: office}"),
        ("status_request", "{within: 1bd}"),
        ("status_request", "{within: 1bd, calendar: late}"),
        ("next_reply", "{within: 90s}"),
    ],
)
def test_sound_promise(clock: str, promise: str) -> None:
    assert said_of(promise, clock) == []


@pytest.mark.parametrize("clock", ["response", "next_reply", "status_request", "resolution"])
def test_every_is_for_updates_only(clock: str) -> None:
    assert said_of("{every: 4h}", clock) == at(
        f'.every: "{clock}" is due once, write "within" instead of "every"', clock
    )


def test_within_is_for_all_but_updates() -> None:
    expected = '.within: "update" comes again and again, write "every" instead of "within"'
    assert said_of("{within: 4h}", "update") == at(expected, "update")


@pytest.mark.parametrize("promise", ["{}", "{aim: 4h}", "{calendar: office}"])
def test_neither_figure_nor_text(promise: str) -> None:
    assert said_of(promise) == at(': neither a figure nor a text is promised, write "within" or "text"')


def test_a_figure_may_stand_beside_a_text() -> None:
    """As where a plan promises a figure and the document a text."""
    assert said_of("{within: 4h, text: soon}") == []
    promise = ClockPromise.model_validate({"within": "4h", "text": "Mostly sooner."})
    assert clock_said("resolution", promise).endswith(", around the clock. Mostly sooner.")


@pytest.mark.parametrize("promise", ["{within: 4h, if_closed: next_open_day}", "{text: x, if_closed: next_open_day}"])
def test_if_closed_without_business_days(promise: str) -> None:
    assert said_of(promise) == at('.if_closed: "if_closed" is for business days only, such as within: 1bd')


@pytest.mark.parametrize("calendar", ["nights", "evenings"])
@pytest.mark.parametrize(("key", "promise"), [("within", "within: 2bd"), ("aim", "within: 48h, aim: 2bd")])
def test_business_days_in_a_calendar_over_midnight(calendar: str, key: str, promise: str) -> None:
    assert said_of(f"{{{promise}, calendar: {calendar}}}") == at(
        f'.{key}: "2bd" counts business days, but the calendar "{calendar}" has hours over midnight and so no business '
        "days; write hours such as 48h"
    )


@pytest.mark.parametrize(
    ("days", "meant"),
    [("1d", ("24", "1bd")), ("1w", ("168", "5bd")), ("1w2d", ("216", "7bd")), ("1d4h", ("24", "1bd"))],
)
def test_days_where_business_days_are_likely_meant(days: str, meant: tuple[str, str]) -> None:
    expected = f'.within: "{days}" is {meant[0]} open hours of "office", {meant[1]} is more likely meant'
    assert said_of(f"{{within: {days}, calendar: office}}") == at(expected, warning=True)


def test_aim_later_than_the_limit() -> None:
    assert said_of("{within: 4h, aim: 8h}") == at('.aim: the aim "8h" is later than the limit "4h"', warning=True)
    assert said_of("{within: 1bd, aim: 2bd}") == at('.aim: the aim "2bd" is later than the limit "1bd"', warning=True)
    assert said_of("{every: 4h, aim: 5h}", "update") == at(
        '.aim: the aim "5h" is later than the limit "4h"', "update", warning=True
    )


def test_aim_without_a_limit_and_no_time_at_all() -> None:
    assert said_of("{text: soon, aim: 8h}") == at(".aim: an aim without a limit is never timed", warning=True)
    assert said_of("{within: 0m}") == at('.within: "0m" leaves no time at all', warning=True)
