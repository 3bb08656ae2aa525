"""Which dates are public holidays, by the codes of the `holidays` library: `US`, `US-CA`, `GB-ENG`, `IN`, `NYSE`."""

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=4096)
def holidays_in(code: str, year: int) -> dict[date, str]:
    """The public holidays of one year with their names, in English where the library has them; not to be changed.

    ValueError for a code that the library does not know.
    """
    if code not in known_holiday_codes():
        raise ValueError(f'"{code}" is not a code of the holidays library')
    found = _source(code)
    # Asking for a date fills in its year, without the warning that `years=` gives where the library has no data.
    date(year, 1, 1) in found  # noqa: B015
    return {day: name for day, name in found.items() if day.year == year}


@lru_cache(maxsize=1)
def known_holiday_codes() -> frozenset[str]:
    """Every code, countries with their subdivisions and markets."""
    codes = list(_markets())
    for country, subdivisions in holidays.list_supported_countries(include_aliases=True).items():
        codes += [country, *(f"{country}-{subdivision}" for subdivision in subdivisions)]
    return frozenset(codes)


def _source(code: str) -> holidays.HolidayBase:
    country, _, subdivision = code.partition("-")
    if code in _markets():
        return holidays.financial_holidays(code)
    found = holidays.country_holidays(country, subdiv=subdivision or None)
    if "en_US" in found.supported_languages and found.language != "en_US":
        return holidays.country_holidays(country, subdiv=subdivision or None, language="en_US")
    return found


@lru_cache(maxsize=1)
def _markets() -> frozenset[str]:
    return frozenset(holidays.list_supported_financial(include_aliases=True))
