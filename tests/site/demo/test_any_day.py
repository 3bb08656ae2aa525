"""The demo holds the same whenever it starts: at night, on a Sunday, on the first of a month, when clocks change."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.policy.documents import agreement_of, shipped_policy
from slaportal.intervals import instant_of
from slaportal.site.demo.aiming import opening_for
from slaportal.site.demo.building import build_demo
from slaportal.site.demo.cast import COMPANIES
from slaportal.site.demo.scripts import Script, script_of, span
from slaportal.tenancy.models import User
from slaportal.tenancy.queries import providers_for_operator
from slaportal.tenancy.scope import STAFF, scope
from tests.conftest import logged_in_as
from tickets.clocks import clocks_of
from tickets.history import Event
from tickets.models import Ticket
from tickets.rebuilding import differences as differences_of_tickets
from uptime.models import SubscriptionPeriod
from uptime.rebuilding import differences as differences_of_periods

INSTANTS = [
    datetime(2026, 11, 24, 14, 7, 31, tzinfo=UTC),
    datetime(2026, 12, 25, 4, 0, tzinfo=UTC),  # a holiday, at night in New York
    datetime(2027, 1, 3, 9, 30, tzinfo=UTC),  # a Sunday
    datetime(2027, 3, 14, 7, 10, tzinfo=UTC),  # the clocks change in New York
]
MINUTE = timedelta(minutes=1)


def scripts() -> list[tuple[str, Script]]:
    return [(company.slug, script_of(company.slug)) for company in COMPANIES]


@pytest.mark.parametrize("now", INSTANTS, ids=str)
def test_what_is_open_is_due_when_it_should_be(now: datetime) -> None:
    """Within a minute; where the desk is closed then, as soon as it can be."""
    aimed = 0
    for slug, script in scripts():
        document = shipped_policy(slug)
        agreement = agreement_of(document, next(iter(document.plans)))
        for story in script.now:
            if story.due is None or story.steps:
                continue
            opened = opening_for(story, agreement, now + story.due)
            severity = story.severity if story.phone is not None else None
            clock = clocks_of(agreement, [Event(instant_of(opened), "opened", None, severity)], instant_of(opened))[
                "response"
            ]
            assert clock.due is not None
            late = clock.due - instant_of(now + story.due)
            assert late >= 0
            if agreement.terms.support.hours == "always" or severity == "critical":
                assert late <= 2_000_000, (slug, story.subject)
            assert opened <= now
            aimed += 1
    assert aimed >= 10


@pytest.mark.slow
@pytest.mark.parametrize("now", [datetime(2026, 12, 1, 0, 20, tzinfo=UTC)], ids=str)
def test_on_the_first_of_a_month(db: None, now: datetime) -> None:
    companies = [company for company in COMPANIES if company.slug == "infopromo"]
    with logged_in_as("portal_jobs"):
        assert len(list(build_demo(at=now, companies=companies))) == 1
        (provider,) = providers_for_operator(User.objects.get(is_operator=True))
        with scope(STAFF, provider=provider.pk):
            assert not list(differences_of_tickets(now=now))
            assert not list(differences_of_periods(None, now=now))
            assert Ticket.objects.filter(next_due_at__lt=now + 5 * MINUTE, next_due_at__gt=now).count() == 1
            assert not Ticket.objects.filter(last_event_at__gt=now).exists()
            assert SubscriptionPeriod.objects.filter(starts_at__lte=now, ends_at__gt=now).count() == 4


def test_spans_of_time_are_read() -> None:
    assert span("1d4h30m") == timedelta(days=1, hours=4, minutes=30)
    assert span("-35m") == -35 * MINUTE
    assert span("0m") == timedelta()
    assert span(None) is None
    for wrong in ("", "-", "4 h", "1w"):
        with pytest.raises(ValueError, match="no span of time"):
            span(wrong)


def test_subjects_are_told_apart_in_every_script() -> None:
    for slug, script in scripts():
        subjects = [story.subject for story in (*script.past, *script.now)]
        assert len(set(subjects)) == len(subjects), slug
        assert 25 <= len(subjects) <= 45, slug
        assert 3 <= len(script.now) <= 8, slug
