"""A story played as a ticket, step by step, through the same actions that pages and the API use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from slaportal.site.demo.scripts import Step, Story
from slaportal.site.demo.stage import Party, Stage
from slaportal.site.demo.timeline import Timeline, in_office_hours
from slaportal.tenancy.models import Membership
from tickets.actions.conversation import ask_for_status, note, reply
from tickets.actions.ending import close, reopen, resolve
from tickets.actions.excusing import excuse
from tickets.actions.opening import open_ticket
from tickets.actions.triage import assign, set_severity, set_status
from tickets.models import Breach, Ticket


@dataclass(frozen=True)
class Roles:
    """Who is who in one ticket."""

    stage: Stage
    party: Party
    requester: Membership
    agent: Membership

    @property
    def names(self) -> dict[str, str]:
        """What stands for `{first}` and the others in a story."""
        return {
            "first": self.requester.name.split()[0],
            "agent": self.agent.name.split()[0],
            "company": self.party.tenant.name,
        }


def plan_story(timeline: Timeline, story: Story, roles: Roles, opened_at: datetime, office: ZoneInfo | None) -> None:
    """Puts the ticket's opening and all its steps on the timeline; with `office`, steps at night wait for morning."""
    play = _Play(story, roles)
    written = opened_at + (story.phone or timedelta())
    timeline.plan(written, lambda at: play.open(opened_at, at))
    before = written
    for number, step in enumerate(story.steps):
        moment = before + step.after
        if office is not None and not story.night and step.after >= timedelta(hours=2):
            moment = in_office_hours(moment, office, 7 + 11 * (number % 5))
        timeline.plan(moment, _doing(play, step))
        before = moment


def _doing(play: "_Play", step: Step) -> Callable[[datetime], None]:
    return lambda at: play.do(step, at)


class _Play:
    """One ticket while it is played."""

    def __init__(self, story: Story, roles: Roles) -> None:
        self.story = story
        self.roles = roles
        self.ticket: Ticket | None = None

    def open(self, opened_at: datetime, at: datetime) -> None:
        """By the customer, or by the agent who took the call, with its time."""
        story, roles = self.story, self.roles
        called = story.phone is not None
        self.ticket = open_ticket(
            roles.party.subscription,
            story.subject,
            self._told(story.text),
            requester=roles.requester,
            actor=roles.agent if called else roles.requester,
            at=at,
            opened_at=opened_at if called else None,
            severity=story.severity,
            service=roles.stage.shared if story.shared else roles.party.service,
        )

    def do(self, step: Step, at: datetime) -> None:
        """One step, by whose it is."""
        assert self.ticket is not None
        said = tuple(self._told(text) for text in step.said)
        _VERBS[step.verb](self.ticket, self.roles, said, at)

    def _told(self, text: str) -> str:
        return self.story.tell(text, **self.roles.names)


Said = tuple[str, ...]
Verb = Callable[[Ticket, Roles, Said, datetime], object]


def _excuse(ticket: Ticket, roles: Roles, said: Said, at: datetime) -> None:
    """All breaches so far: the cause, and why."""
    for breach in Breach.objects.filter(ticket=ticket, excused_at=None).order_by("pk"):
        excuse(breach, cause=said[0], reason=said[1], actor=roles.stage.lead, at=at)


def _replies(ticket: Ticket, roles: Roles, said: Said, at: datetime) -> None:
    reply(ticket, said[0], actor=roles.agent, at=at)


def _asks(ticket: Ticket, roles: Roles, said: Said, at: datetime) -> None:
    reply(ticket, said[0], actor=roles.agent, at=at, status="waiting_on_customer")


def _waits(ticket: Ticket, roles: Roles, said: Said, at: datetime) -> None:
    reply(ticket, said[0], actor=roles.agent, at=at, status="waiting_on_third_party")


_VERBS: Mapping[str, Verb] = {
    "take": lambda t, r, _said, at: assign(t, r.agent, actor=r.agent, at=at),
    "give": lambda t, r, said, at: assign(t, r.stage.agents[int(said[0])], actor=r.stage.lead, at=at),
    "reply": _replies,
    "ask": _asks,
    "vendor": _waits,
    "back": lambda t, r, said, at: set_status(t, "pending", reason=said[0], actor=r.agent, at=at),
    "answer": lambda t, r, said, at: reply(t, said[0], actor=r.requester, at=at),
    "note": lambda t, r, said, at: note(t, said[0], actor=r.agent, at=at),
    "chase": lambda t, r, said, at: ask_for_status(t, actor=r.requester, at=at, text=said[0]),
    "severity": lambda t, r, said, at: set_severity(t, said[0], reason=said[1], actor=r.agent, at=at),
    "fix": lambda t, r, said, at: resolve(t, "fix", actor=r.agent, at=at, text=said[0]),
    "workaround": lambda t, r, said, at: resolve(t, "workaround", actor=r.agent, at=at, text=said[0]),
    "restored": lambda t, r, said, at: resolve(t, "restored", actor=r.agent, at=at, text=said[0]),
    "agreed": lambda t, r, said, at: resolve(t, "agreed", actor=r.agent, at=at, text=said[0]),
    "reopen": lambda t, r, said, at: reopen(t, actor=r.requester, at=at, text=said[0]),
    "close": lambda t, r, _said, at: close(t, actor=r.requester, at=at),
    "excuse": _excuse,
}
