"""Public holidays by code, with their English names."""

from datetime import date

import pytest

from contracts.policy.holiday_codes import holidays_in, known_holiday_codes


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("US", date(2026, 7, 3), "Independence Day (observed)"),
        ("US-CA", date(2026, 3, 31), "Cesar Chavez Day"),
        ("DE", date(2026, 10, 3), "German Unity Day"),
        ("IN", date(2026, 1, 26), "Republic Day"),
        ("GB-ENG", date(2026, 12, 28), "Boxing Day (observed)"),
        ("NYSE", date(2026, 4, 3), "Good Friday"),
    ],
)
def test_holiday_is_known_by_its_date(code: str, day: date, name: str) -> None:
    assert code in known_holiday_codes()
    assert holidays_in(code, 2026)[day] == name


@pytest.mark.parametrize("code", ["XX", "US-XX", "us", "", "HolidayBase"])
def test_unknown_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="is not a code of the holidays library"):
        holidays_in(code, 2026)


def test_year_without_data_has_no_holidays_and_no_warning() -> None:
    assert holidays_in("IN", 2290) == {} or all(day.year == 2290 for day in holidays_in("IN", 2290))
