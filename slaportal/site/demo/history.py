"""A provider's two months: its script laid out over the days before now, and played."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from django.db.models import Q

from slaportal.outbox.actions import withhold_messages
from slaportal.site.demo.aiming import opening_for
from slaportal.site.demo.backups import Backups
from slaportal.site.demo.months import Months
from slaportal.site.demo.playing import Roles, plan_story
from slaportal.site.demo.scripts import Script, Story
from slaportal.site.demo.stage import Stage
from slaportal.site.demo.timeline import Timeline, in_office_hours
from slaportal.site.demo.workers import Workers
from slaportal.tenancy.scope import database_now
from tickets.models import Ticket, TicketClock

DAYS = 62
# The newest of the past tickets; what comes after it is what is open now.
LAST = timedelta(hours=20)
# Where nothing is due so soon, the demo that starts again opens so many tickets anew.
SOON, AGAIN = timedelta(hours=1), 3
WHY_WITHHELD = "The demo's past: nobody waits for this mail any more."


def play_history(stage: Stage, script: Script, *, since: datetime, now: datetime) -> None:
    """Plays everything from `since`, when the subscriptions began, to `now`. In the scope of the provider's staff.

    The past ends on a full hour, so that its minutes look like minutes of people; what is open now is aimed at `now`.
    """
    workers = Workers(stage.provider.pk)
    workers.read_contracts([party.subscription.pk for party in stage.parties], since)
    timeline = Timeline(workers)
    random = Random(stage.provider.slug)
    office = stage.zone if script.office else None
    casting = _Casting(stage, random)
    hour = now.replace(minute=0, second=0, microsecond=0)
    for story, opened_at in _laid_out(script.past, hour, stage.zone, random):
        plan_story(timeline, story, casting.roles(story), opened_at, office)
    for story in script.now:
        plan_story(timeline, story, casting.roles(story), _opened(story, stage, now), None)
    months = Months(timeline, stage, now)
    for told in script.months:
        months.plan(told)
    timeline.run(now)
    withhold_messages(stage.provider.pk, before=database_now(), reason=WHY_WITHHELD)


def is_alive(now: datetime) -> bool:
    """Whether the desk has something before it: a clock that runs out soon, or where there is none a new ticket."""
    if TicketClock.objects.exists():
        soon = Q(next_due_at__gt=now, next_due_at__lte=now + SOON)
        # What is marked was opened by a start before this one, and no worker has come to it yet.
        return Ticket.objects.filter(soon | Q(mark__isnull=False), solved_at=None).exists()
    return Ticket.objects.filter(solved_at=None, opened_at__gt=now - LAST).exists()


def play_now_again(stage: Stage, script: Script, *, now: datetime) -> int:
    """Opens anew what is to be open whenever the demo starts; how many tickets. In the scope of the staff.

    Backups are reported as if they had gone on, else all of them would lack since the demo was stopped. What became of
    the others meanwhile is for the real workers, which look at these too.
    """
    timeline = Timeline(None)
    casting = _Casting(stage, Random(f"{stage.provider.slug} {now.isoformat()}"))
    again = [story for story in script.now if story.due is None or story.due > timedelta()][:AGAIN]
    for story in again:
        opened_at = _opened(story, stage, now)
        when = f"{opened_at.astimezone(stage.zone):%H:%M on %-d %B}"
        named = replace(story, subject=f"{story.subject}, again since {when}")
        plan_story(timeline, named, casting.roles(story), opened_at, None)
    timeline.run(now)
    for told in script.months:
        if told["what"] == "backups":
            Backups(stage, told, now).go_on()
    return len(again)


def _opened(story: Story, stage: Stage, now: datetime) -> datetime:
    if story.due is not None:
        return opening_for(story, stage.agreement, now + story.due)
    assert story.ago is not None
    return now - story.ago


def _laid_out(
    stories: Sequence[Story], until: datetime, zone: ZoneInfo, random: Random
) -> list[tuple[Story, datetime]]:
    """Over the days before `until`, in an order of chance: in office hours, but for those of the night."""
    mixed = list(stories)
    random.shuffle(mixed)
    length = timedelta(days=DAYS) - LAST
    laid = []
    for place, story in enumerate(mixed):
        share = (place + random.random()) / len(mixed)
        opened_at = until - timedelta(days=DAYS) + timedelta(seconds=int(length.total_seconds() * share))
        if story.night:
            opened_at = _at_night(opened_at, zone, random)
        else:
            opened_at = in_office_hours(opened_at, zone, random.randint(3, 200))
        laid.append((story, min(opened_at.replace(microsecond=0), until)))
    return laid


def _at_night(moment: datetime, zone: ZoneInfo, random: Random) -> datetime:
    local = moment.astimezone(zone) - timedelta(days=1)
    return local.replace(hour=random.choice((1, 2, 4, 5, 22, 23)), minute=random.randint(0, 59))


class _Casting:
    """Who is who in the next ticket: customers, their people and the agents in turn, so that nobody has them all."""

    def __init__(self, stage: Stage, random: Random) -> None:
        self._stage = stage
        self._random = random
        self._numbers = count()

    def roles(self, story: Story) -> Roles:
        """A story that is one customer's own is told by that one."""
        stage, number = self._stage, next(self._numbers)
        place = number % len(stage.parties) if story.customer is None else story.customer
        party = stage.parties[place]
        requester = party.people[self._random.randrange(len(party.people))]
        agent = stage.agents[(number // 2 + self._random.randrange(2)) % len(stage.agents)]
        return Roles(stage, party, requester, agent)
