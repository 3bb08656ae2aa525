"""Two who record or announce the very same at once: it happened once."""

from datetime import timedelta
from typing import Any

import pytest

from slaportal.audit.models import Event
from tests.meeting import Meeting
from tests.uptime.delivered import NOW, Delivered, day, deliver
from uptime.actions.monitoring import record_unmonitored
from uptime.actions.windows import announce_window, plan_window
from uptime.models import Announcement, Unmonitored

pytestmark = pytest.mark.slow


@pytest.fixture
def delivered(meeting: Meeting) -> Delivered:
    with meeting.inside("admin"):
        return deliver(meeting.world)


def test_the_same_unmeasured_stretch_is_one(meeting: Meeting, delivered: Delivered) -> None:
    def recorded() -> Unmonitored:
        return record_unmonitored(
            delivered.service, starts_at=day("11-20 10:00"), reason="the probe", actor="test", at=NOW
        )

    second = meeting.second("lead", recorded, recorded)
    with meeting.inside("lead"):
        assert Unmonitored.objects.get() == second
        assert Event.objects.filter(action="unmonitored_recorded").count() == 1


def test_the_same_announcement_is_one(meeting: Meeting, delivered: Delivered) -> None:
    with meeting.inside("lead"):
        window = plan_window(
            delivered.provider,
            "New disks",
            services=[delivered.service],
            starts_at=NOW + timedelta(days=4),
            ends_at=NOW + timedelta(days=4, hours=1),
            actor="test",
            at=NOW,
        )

    def announced() -> Any:
        return announce_window(window, text="Nothing to do.", actor="test", at=NOW)

    second = meeting.second("lead", announced, announced)
    with meeting.inside("lead"):
        assert Announcement.objects.get() == second
        assert Event.objects.filter(action="window_announced").count() == 1
