"""What agreements and calendars share, and what a changed text makes anew."""

from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest

from contracts.policy.calendars import Calendar, calendar_of
from contracts.policy.document.calendars import CalendarTerms, Shift
from contracts.policy.documents import Document, agreement_of, read_document
from slaportal.intervals import Instant, read_instant
from slaportal.refusal import Refusal
from tests.contracts.policy.policies import document

HOUR = 3_600_000_000
OFFICE = document("calendars: {office: {hours: {mon-fri: '09:00-18:00'}}}\n")


def test_agreement_of_another_document_object_with_the_same_digest() -> None:
    read = read_document(OFFICE)
    again = Document(read.text, read.digest, read.provider_key, dict(read.plans), read.warnings, read.places)
    assert again is not read
    assert agreement_of(again) is agreement_of(read)


def test_agreement_of_a_changed_text_shares_the_calendars_that_did_not_change() -> None:
    old, new = agreement_of(read_document(OFFICE)), agreement_of(read_document(f"{OFFICE}# said again\n"))
    assert old is not new
    assert old.digest != new.digest
    assert new.calendars["office"] is old.calendars["office"]


@pytest.mark.parametrize(
    "changed",
    [
        "calendars: {office: {hours: {mon-fri: '09:00-17:00'}}}\n",
        "calendars: {office: {timezone: Europe/Berlin, hours: {mon-fri: '09:00-18:00'}}}\n",
        "calendars: {office: {hours: {mon-fri: '09:00-18:00'}, holidays: [US]}}\n",
        "calendars: {office: {hours: {mon-fri: '09:00-18:00'}, closed: ['2026-12-24']}}\n",
        "calendars: {office: {hours: {mon-fri: '09:00-18:00'}, open: {'2026-12-26': '10:00-12:00'}}}\n",
    ],
)
def test_calendar_of_changed_terms_is_another(changed: str) -> None:
    old, new = agreement_of(read_document(OFFICE)), agreement_of(read_document(document(changed)))
    assert new.calendars["office"] is not old.calendars["office"]
    assert new.calendars["always"] is old.calendars["always"]


def test_agreement_on_an_unknown_plan_is_refused() -> None:
    with pytest.raises(Refusal, match='there is no plan "standart", did you mean "standard"') as refused:
        agreement_of(read_document(OFFICE), "standart")
    assert (refused.value.code, refused.value.status) == ("unknown_plan", 404)


@pytest.mark.parametrize("instant", ["1899-12-31T00:00:00Z", "2301-01-01T00:00:00Z"])
def test_calendar_asked_beyond_its_years_refuses_every_question(instant: str) -> None:
    opened = agreement_of(read_document(OFFICE)).calendars["office"]
    at = read_instant(instant)
    for question in (
        lambda: opened.deadline(at, HOUR),
        lambda: opened.next_open(at),
        lambda: opened.open_us(at, at + HOUR),
        lambda: opened.intervals(at, at + HOUR),
        lambda: opened.closures(at, at + HOUR),
    ):
        with pytest.raises(Refusal, match="1900 to 2300") as refused:
            question()
        assert refused.value.code == "instant_out_of_range"


def test_calendar_grown_by_two_threads_at_once_in_both_directions() -> None:
    terms = CalendarTerms.model_validate({"hours": {"mon-fri": "08:15-16:45"}, "holidays": ["DE"]})
    shared = calendar_of(terms, "Europe/Berlin")
    starts = {
        direction: [read_instant(f"{2026 + direction * n}-06-01T00:00:00Z") for n in range(12)] for direction in (-1, 1)
    }
    gate, found = Barrier(2), dict[Instant, Instant]()

    def ask(direction: int) -> None:
        gate.wait()
        for start in starts[direction]:
            found[start] = shared.deadline(start, 40 * HOUR)

    threads = [Thread(target=ask, args=(direction,)) for direction in starts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = {start: Calendar(shared._plan, shared.zone).deadline(start, 40 * HOUR) for start in found}
    assert len(found) == 23
    assert found == alone


def test_deadline_beyond_the_years_that_are_laid_out() -> None:
    terms = CalendarTerms.model_validate({"hours": {"mon": "07:05-08:05"}})
    weekly = calendar_of(terms, "UTC")
    start = read_instant("2026-11-09T00:00:00Z")
    week = 7 * 24 * HOUR
    for weeks in (300, 10, 150):
        assert weekly.deadline(start, weeks * HOUR) == start + 7 * HOUR + HOUR // 12 + (weeks - 1) * week + HOUR
    assert weekly.open_us(start - 1000 * week, start) == 1000 * HOUR


def test_own_hours_of_more_dates_than_are_kept() -> None:
    weekly = calendar_of(CalendarTerms.model_validate({"hours": {"mon": "07:10-08:10"}}), "UTC")
    first = date(2026, 11, 9)
    kept = weekly.own_hours(first)
    assert all(weekly.own_hours(first + timedelta(days=7 * n)) for n in range(4500))
    assert weekly.own_hours(first) == kept
    assert weekly.intervals(5, 5) == []
    assert weekly.closures(5, 5) == []


def test_calendar_with_hours_on_one_date_only_counts_no_day_beyond_it() -> None:
    plan = calendar_of(CalendarTerms.model_validate({"hours": {"mon": "07:15-08:15"}}), "UTC")._plan
    assert plan is not None
    never = Calendar(replace(plan, weekly=((),) * 7, open=((date(2026, 11, 9), (Shift(540, 600),)),)), ZoneInfo("UTC"))
    with pytest.raises(Refusal, match="no open time in the two years up to") as refused:
        never.business_deadline(read_instant("2026-11-09T09:00:00Z"), 1)
    assert refused.value.code == "calendar_never_open"


def test_deadline_after_the_last_year_is_refused() -> None:
    weekly = calendar_of(CalendarTerms.model_validate({"hours": {"mon": "07:20-08:20"}}), "UTC")
    with pytest.raises(Refusal, match="1900 to 2300"):
        weekly.deadline(read_instant("2300-06-01T00:00:00Z"), 200 * HOUR)
