"""Names and currencies."""

import pytest

from contracts.policy.documents import document_problems
from tests.contracts.policy.policies import HEAD, said


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("Acme", '"Acme" cannot be a key, write a lower-case word as "acme"'),
        ("a b", '"a b" cannot be a key, write a lower-case word as "a_b"'),
        ("3com", '"3com" cannot be a key, write a lower-case word'),
        ("'..'", '".." cannot be a key, write a lower-case word'),
    ],
)
def test_key_of_the_provider_is_a_lower_case_word(key: str, expected: str) -> None:
    text = HEAD.replace("key: acme", f"key: {key}")
    assert [str(problem) for problem in document_problems(text)] == [f"line 2: provider.key: {expected}"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("high", []),
        ("sev-1_a", []),
        ("P1", ['warning: {path}: "P1" is an unusual key of a severity, a lower-case word is expected as "p1"']),
        ("1", ['warning: {path}: "1" is an unusual key of a severity, a lower-case word is expected']),
        (
            "Odds & Ends",
            ['{path}: "Odds & Ends" cannot be the key of a severity, write a lower-case word as "odds_ends"'],
        ),
        ("a.b", ['{path}: "a.b" cannot be the key of a severity, write a lower-case word as "a_b"']),
    ],
)
def test_key_of_a_severity(name: str, expected: list[str]) -> None:
    found = said(f"support:\n  default_severity: '{name}'\n  severities: {{{name}: {{}}}}")
    assert found == [f"line 8: {message.format(path=f'support.severities.{name}')}" for message in expected]


def test_key_of_a_calendar_and_the_built_in_one() -> None:
    assert said("calendars:\n  Day Shift: {hours: {mon: 24h}}\n  always: {hours: {mon: 24h}}") == [
        'line 7: calendars.Day Shift: "Day Shift" cannot be the key of a calendar, write a lower-case word '
        'as "day_shift"',
        'line 7: warning: calendars.Day Shift: nothing uses the calendar "Day Shift"',
        'line 8: calendars.always: "always" is built in and open around the clock, give this calendar another name',
    ]


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        ("EUR", []),
        ("JPY", []),
        ("eur", ['line 6: currency: "eur" is not a currency of ISO 4217, did you mean "EUR"?']),
        ("Q", ['line 6: currency: "Q" is not a currency of ISO 4217, write a code such as EUR or USD']),
        ("US$", ['line 6: currency: "US$" is not a currency of ISO 4217, did you mean "USD"?']),
    ],
)
def test_currency_is_one_of_iso_4217(currency: str, expected: list[str]) -> None:
    assert said(f"currency: {currency}") == expected
