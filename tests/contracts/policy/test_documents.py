"""Documents: what is read, what is refused, and the five that come with the portal."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.policy.documents import (
    DocumentRefused,
    agreement_of,
    document_problems,
    read_document,
    shipped_policies,
    shipped_policy,
)
from slaportal.refusal import Refusal

from .policies import HEAD, document

ACME = Path(__file__).parents[2] / "scenarios" / "policies" / "acme.yaml"


def test_document_of_a_text() -> None:
    read = read_document(HEAD)
    assert read.text == HEAD
    assert read.digest == hashlib.sha256(HEAD.encode()).hexdigest()
    assert read.provider_key == "acme"
    assert list(read.plans) == ["standard"]
    assert (read.plans["standard"].name, read.plans["standard"].terms.title) == ("Standard", "An agreement")
    assert read.warnings == ()


def test_same_text_is_read_once() -> None:
    read = read_document(HEAD)
    assert read_document(HEAD) is read
    assert read_document(HEAD.encode()) is read
    assert read != read_document(HEAD + "# more\n")


def test_json_document_is_read_and_its_lines_are_found() -> None:
    text = '{"format": "slaportal/1", "provider": {"key": "a", "name": "A"},\n"title": "T", '
    text += '"timezone": "UTC",\n"plans": {"p": {}}}'
    assert list(read_document(text).plans) == ["p"]
    assert [str(problem) for problem in document_problems(text.replace('"T"', "5"))] == [
        'line 2: title: 5 stands where text is expected, write "5"'
    ]


def test_refusal_carries_every_problem_by_line() -> None:
    text = document("titel: x\ncurrency: usd\ncalendars: {office: {hours: {mon-fri: 09:00-18:00}}}\n")
    with pytest.raises(DocumentRefused) as refused:
        read_document(text)
    assert [str(problem) for problem in refused.value.problems] == [
        'line 6: titel: unknown key "titel", did you mean "title"?',
        'line 7: currency: "usd" is not a currency of ISO 4217, did you mean "USD"?',
    ]
    assert refused.value.code == "policy_refused"
    assert refused.value.fields == {
        "titel": 'unknown key "titel", did you mean "title"?',
        "currency": '"usd" is not a currency of ISO 4217, did you mean "USD"?',
    }
    assert refused.value.message.startswith("2 things are wrong with the policy:\nline 6: titel: unknown key")
    assert document_problems(text) == refused.value.problems


def test_refusal_of_one_problem_says_it() -> None:
    with pytest.raises(DocumentRefused, match=r'^line 6: x: unknown key "x", expected one of availability, backups'):
        read_document(document("x: 1"))


FAULTY = """\
format: slaportal/2
provider: {key: Acme, name: Acme}
timezone: Europe/Berln
calendars:
  office: {hours: {mon-fri: 9-17, mon: 24h}, holidays: [GB_ENG, XX]}
  night: {hours: {mon-sat: 22:00-06:00}}
suport: {}
support:
  hours: ofice
  severities:
    high:
      response: {within: 6 hours, calendar: offise}
      resolution: {within: 2bd, calendar: night}
      respons: {within: 4h}
    low: {update: {within: 4h}}
  escalate: [{clock: respons, at: 75%, do: [notify_lead], severities: [hihg]}]
availability: {target: 99.9, period: monthly}
credits:
  - {for: availability, schedule: {pay: 10}}
  - {for: response, quantity: downtime, schedule: {each: "1", pay: 5%}}
backups: {daily: {keep: 7d}}
plans: {standard: {name: 5}}
"""


def test_everything_is_found_in_one_go() -> None:
    assert [str(problem) for problem in document_problems(FAULTY) if not problem.warning] == [
        'line 1: format: "slaportal/2" is not slaportal/1, did you mean "slaportal/1"?',
        'line 1: title: the key "title" is missing here',
        'line 2: provider.key: "Acme" cannot be a key, write a lower-case word as "acme"',
        'line 3: timezone: unknown time zone "Europe/Berln", did you mean "Europe/Berlin"?',
        'line 5: calendars.office.holidays[0]: unknown holiday code "GB_ENG", did you mean "GB-ENG"?',
        'line 5: calendars.office.holidays[1]: unknown holiday code "XX", write one such as US, US-CA, GB-ENG or IN',
        'line 5: calendars.office.hours.mon-fri: "9-17" is not opening hours, write 09:00-18:00, 24h or a list of them',
        'line 7: suport: unknown key "suport", did you mean "support"?',
        'line 8: support.default_severity: the key "default_severity" is missing, expected one of high, low',
        'line 9: support.hours: unknown calendar "ofice", did you mean "office"?',
        'line 12: support.severities.high.response.calendar: unknown calendar "offise", did you mean "office"?',
        'line 12: support.severities.high.response.within: "6 hours" is not a duration, write 6h',
        'line 13: support.severities.high.resolution.within: "2bd" counts business days, but the calendar "night" has '
        "hours over midnight and so no business days; write hours such as 48h",
        'line 14: support.severities.high.respons: unknown key "respons", did you mean "response"?',
        'line 15: support.severities.low.update.within: "update" comes again and again, write "every" '
        'instead of "within"',
        'line 16: support.escalate[0].clock: "respons" is not one of response, next_reply, update, status_request, '
        'resolution, did you mean "response"?',
        'line 17: availability.period: "monthly" is not one of month, quarter, year, did you mean "month"?',
        'line 17: availability.target: 99.9 is a float, which is not exact: write "99.9"',
        'line 19: credits[0].schedule.pay: "10" has no unit, write a percentage as 10%, a fraction as 1/12 '
        "or time as 12h",
        'line 20: credits[1].quantity: "downtime" is no quantity of response, expected one of misses',
        'line 21: backups.daily: how often is missing, write one of "every", "per_day" and "weekday"',
        "line 22: plans.standard.name: 5 stands where text is expected",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a", "line 1: a list stands where a policy is expected, begin with format: slaportal/1"),
        ("a", 'line 1: "a" stands where a policy is expected, begin with format: slaportal/1'),
        ("~", "line 1: nothing stands where a policy is expected, begin with format: slaportal/1"),
        (b"\xff", "line 1: the text is not UTF-8 here, save it in that encoding"),
        ("", "line 1: the text is empty, a document is expected"),
        ("x: " + "y" * 256 * 1024, "line 1: the text is 256 KiB long, at most 256 KiB are read"),
    ],
)
def test_text_that_is_no_policy(text: str | bytes, expected: str) -> None:
    assert [str(problem) for problem in document_problems(text)] == [expected]


def test_only_five_keys_are_required() -> None:
    assert [str(problem) for problem in document_problems("note: nothing else")] == [
        'line 1: format: the key "format" is missing here',
        'line 1: plans: the key "plans" is missing here, a policy has at least one plan',
        'line 1: provider: the key "provider" is missing here',
        'line 1: timezone: the key "timezone" is missing here',
        'line 1: title: the key "title" is missing here',
    ]


def refused_for_a_reason_or_read(text: str | bytes) -> bool:
    """Whether a text is a document, or refused with at least one error; whatever else is raised goes on."""
    try:
        return read_document(text).digest != ""
    except DocumentRefused as refused:
        return any(not problem.warning for problem in refused.problems)


@given(st.text() | st.binary() | st.text(alphabet="{}[]:,-&*!|>'\"#%@ \nabn01.\\u").map(lambda text: HEAD + text))
@settings(max_examples=300)
def test_no_text_raises_anything_but_a_refusal(text: str | bytes) -> None:
    assert refused_for_a_reason_or_read(text)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["none", "4h", "2bd", "10%", "always", "high", "", "x.y"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["for", "schedule", "high", "within", "response", "hours", "x", "by"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
SECTIONS = [
    "calendars",
    "support",
    "lifecycle",
    "availability",
    "performance",
    "credits",
    "notices",
    "backups",
    "promises",
]
SECTIONS += ["plans", "provider", "timezone", "currency", "severities", "note"]


@given(st.dictionaries(st.sampled_from(SECTIONS), json_values, max_size=5), st.sampled_from(["support", "plans", None]))
@settings(max_examples=300)
def test_no_wrong_value_raises_anything_but_a_refusal(sections: dict[str, object], under: str | None) -> None:
    head = {
        "format": "slaportal/1",
        "provider": {"key": "a", "name": "A"},
        "title": "T",
        "timezone": "UTC",
        "plans": {"p": {}},
    }
    body = {**head, under: sections} if under else {**head, **sections}
    assert refused_for_a_reason_or_read(json.dumps(body))


def test_five_policies_come_with_the_portal() -> None:
    assert shipped_policies() == ["infopromo", "procirrus", "proofpoint", "secpod", "spirion"]
    for key in shipped_policies():
        assert shipped_policy(key).provider_key == key


@pytest.mark.parametrize(
    ("key", "warnings"),
    [
        ("infopromo", []),
        ("procirrus", []),
        ("proofpoint", [(19, 'no severity has a figure for "resolution", so there is nothing to pause')]),
        ("secpod", [(19, 'no severity has a figure for "resolution", so there is nothing to pause')]),
        ("spirion", []),
    ],
)
def test_shipped_policies_have_no_errors_and_these_warnings(key: str, warnings: list[tuple[int, str]]) -> None:
    assert [(problem.line, problem.message) for problem in shipped_policy(key).warnings] == warnings


def test_acme_of_the_scenarios_has_no_errors_and_these_warnings() -> None:
    assert [str(problem) for problem in read_document(ACME.read_bytes()).warnings] == []


def test_unknown_policy_names_the_nearest() -> None:
    with pytest.raises(Refusal, match=r'^there is no policy "spiron", did you mean "spirion"\?$') as refused:
        shipped_policy("spiron")
    assert (refused.value.code, refused.value.status) == ("unknown_policy", 404)
    with pytest.raises(Refusal, match="infopromo, procirrus, proofpoint, secpod, spirion"):
        shipped_policy("../../etc/passwd")


def test_agreement_of_the_first_plan_and_of_a_named_one() -> None:
    infopromo = shipped_policy("infopromo")
    first, premium = agreement_of(infopromo), agreement_of(infopromo, "premium")
    assert (first.plan, first.plan_name, first.digest) == ("standard", "Standard Plan", infopromo.digest)
    assert premium.terms.availability is not None
    assert (premium.plan, str(premium.terms.availability.target)) == ("premium", "99.95")
    assert agreement_of(infopromo, "premium") is premium
    assert agreement_of(infopromo, "standard") is first


def test_agreement_of_an_unknown_plan_names_the_known_ones() -> None:
    with pytest.raises(
        Refusal, match=r'^there is no plan "gold", expected one of standard, premium, enterprise$'
    ) as refused:
        agreement_of(shipped_policy("infopromo"), "gold")
    assert (refused.value.code, refused.value.status) == ("unknown_plan", 404)
