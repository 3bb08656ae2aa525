"""The policy document as typed models: `Terms` is what one plan promises, its mapping merged over the document."""

from typing import Literal

from contracts.policy.document.availability import Availability, Performance
from contracts.policy.document.calendars import Calendars
from contracts.policy.document.credits import Credit
from contracts.policy.document.promises import Backups, Notices, OtherPromises
from contracts.policy.document.stated import Stated
from contracts.policy.document.support import Lifecycle, Support


class Provider(Stated):
    """Who makes the promises."""

    key: str
    name: str


class Terms(Stated):
    """Everything one plan of a document promises, defaults filled in."""

    format: Literal["slaportal/1"]
    provider: Provider
    title: str
    timezone: str
    currency: str | None = None
    calendars: Calendars = Calendars()
    support: Support = Support()
    lifecycle: Lifecycle = Lifecycle()
    availability: Availability | None = None
    performance: Performance = Performance()
    credits: tuple[Credit, ...] = ()
    notices: Notices = Notices()
    backups: Backups = Backups()
    promises: OtherPromises = OtherPromises()
