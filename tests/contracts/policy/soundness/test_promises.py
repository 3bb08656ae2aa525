"""Notices, backups and promises in words."""

import pytest

from tests.contracts.policy.policies import said

SUPPORT = "support: {default_severity: high, severities: {high: {}}}\n"


@pytest.mark.parametrize(
    ("backup", "expected"),
    [
        ("{every: 4h, keep: 72h}", []),
        ("{per_day: 3, keep: 7d}", []),
        ("{weekday: fri, keep: 4w}", []),
        ("{keep: 7d}", [': how often is missing, write one of "every", "per_day" and "weekday"']),
        ("{every: 4h, weekday: fri, keep: 7d}", [".weekday: every and weekday exclude each other, keep one"]),
        ("{every: 0h, keep: 7d}", ['.every: "0h" is no time between restore points, write one as 4h']),
        ("{every: 4h}", ['.keep: the key "keep" is missing here']),
    ],
)
def test_rhythm_of_backups(backup: str, expected: list[str]) -> None:
    assert said(f"backups: {{snapshot: {backup}}}") == [f"line 6: backups.snapshot{message}" for message in expected]


def test_backup_that_is_gone_before_the_next() -> None:
    assert said("backups: {snapshot: {every: 2d, keep: 1d}}") == [
        'line 6: warning: backups.snapshot.keep: "1d" is shorter than "2d", so at times there is no restore point'
    ]


@pytest.mark.parametrize(
    ("promise", "expected"),
    [
        ("{text: x, kept: shown}", []),
        ("{text: x, kept: attested, every: 90d}", []),
        ("{text: x, kept: attested, per: ticket}", []),
        ("{text: x, kept: attested, per: ticket, severities: [high]}", []),
        ("{text: x, kept: survey}", []),
        ("{text: x, kept: attested}", ['.kept: what staff attest needs "every" (as 90d) or "per: ticket"']),
        ("{text: x, kept: shown, every: 90d}", ['.every: "every" is for what staff attest, and this is kept: shown']),
        ("{text: x, kept: survey, per: ticket}", ['.per: "per" is for what staff attest, and this is kept: survey']),
        ("{text: x, kept: attested, every: 0d}", ['.every: "0d" is no time between confirmations, write one as 90d']),
        (
            "{text: x, kept: attested, every: 90d, severities: [high]}",
            ['.severities: "severities" says on which tickets it is confirmed, and needs per: ticket'],
        ),
        (
            "{text: x, kept: attested, per: ticket, severities: [hgh]}",
            ['.severities[0]: unknown severity "hgh", did you mean "high"?'],
        ),
        (
            "{text: x, kept: atested, every: 90d}",
            [
                '.kept: "atested" is not one of shown, attested, account_standing, contacts_current, cost_approval, '
                "data_export, escalation, live_tracking, maintenance_announced, monitoring_coverage, next_working_day, "
                "price_decrease, publication, reclassification, required_fields, resolution_kind, same_day_share, "
                "single_plan, success_manager, support_entitlement, survey, terms_accepted, third_party_updates, "
                'ticket_number, ticket_statuses, work_order, did you mean "attested"?'
            ],
        ),
    ],
)
def test_how_a_promise_is_kept(promise: str, expected: list[str]) -> None:
    assert said(f"{SUPPORT}promises: {{mission: {promise}}}") == [f"line 7: promises.mission{m}" for m in expected]


def test_promise_that_is_attested_twice_over() -> None:
    assert said("promises: {mission: {text: x, kept: attested, every: 90d, per: ticket}}") == [
        "line 6: warning: promises.mission.per: it is attested on a schedule and on each ticket too, one of "
        "them is more "
        "likely meant"
    ]


def test_notice_of_no_length() -> None:
    assert said("notices: {a: {lead: before}, b: {lead: 1d}, c: {lead: 0h}}") == [
        'line 6: warning: notices.c.lead: "0h" is no time ahead, write "before" for a notice in advance '
        "without a figure"
    ]
