"""How the promises on tickets were kept: of the tickets opened in a month, by severity and clock, with who is behind.

A month is one in the zone of each ticket's own policy, so the figures are the same for every reader. A clock that is
late now is breached, also where no worker has noted it yet. A breach that is excused counts neither for nor against.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When

from contracts.models import PolicyVersion
from contracts.policy.document.values import CLOCKS
from contracts.policy.periods import read_period
from slaportal.intervals import moment_of
from tickets.models import Breach, TicketClock
from tickets.queries import agreements_of
from tickets.words import severity_in_words

MET, BREACHED, EXCUSED, PENDING = "met", "breached", "excused", "pending"
OUTCOMES = (MET, BREACHED, EXCUSED, PENDING)


@dataclass(frozen=True, slots=True)
class Line:
    """One severity and clock of a policy: how many tickets have the clock, and how each of them stands.

    All of them are met, breached, excused or still running.
    """

    policy: str
    title: str
    severity: str
    severity_name: str
    rank: int
    clock: str
    met: int
    breached: int
    excused: int
    pending: int

    @property
    def tickets(self) -> int:
        """All of them."""
        return self.met + self.breached + self.excused + self.pending

    @property
    def percent(self) -> str | None:
        """Met of met and breached, cut off after two places; None where none is decided."""
        decided = self.met + self.breached
        if not decided:
            return None
        hundredths = self.met * 10_000 // decided
        return f"{hundredths // 100}.{hundredths % 100:02d}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the month's tickets; "" is all."""

    month: str
    policy: str = ""
    severity: str = ""
    clock: str = ""
    outcome: str = ""


def is_month(text: str) -> bool:
    """Whether it is a month as addresses write it, `2026-10`."""
    try:
        return len(text) == 7 and bool(read_period(text, "month", ZoneInfo("UTC")))
    except ValueError:
        return False


def month_before(month: str) -> str:
    """The month before it."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"


def month_after(month: str) -> str:
    """The month after it."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + 1}-01" if number == 12 else f"{year}-{number + 1:02d}"


def attainment(provider_id: int, month: str, *, now: datetime) -> list[Line]:
    """The lines of a month: policy by policy, the most severe first, clocks in the order of the ticket page.

    Three queries, once the texts of the policies are known.
    """
    versions = versions_of(provider_id)
    counted = (
        clocks_of(provider_id, Wanted(month), versions, now=now)
        .values("ticket__version_id", "ticket__plan", "severity", "clock", "verdict")
        .annotate(many=Count("id"))
        .order_by()
    )
    sums: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(OUTCOMES, 0))
    names: dict[tuple[str, str], tuple[int, int, str]] = {}
    rows = list(counted)
    agreements = agreements_of({(row["ticket__version_id"], row["ticket__plan"]) for row in rows})
    for row in rows:
        version, severity = versions[row["ticket__version_id"]], row["severity"]
        sums[version.policy, severity, row["clock"]][row["verdict"]] += row["many"]
        agreement = agreements[row["ticket__version_id"], row["ticket__plan"]]
        severities = list(agreement.terms.support.severities.entries)
        rank = severities.index(severity) if severity in severities else len(severities)
        named = severity_in_words(agreement, severity).name or severity.replace("_", " ").capitalize()
        known = names.get((version.policy, severity))
        if known is None or known[0] < version.number:  # the newest version has the say
            names[version.policy, severity] = (version.number, rank, named)
    titles = {version.policy: version.title for version in versions.values()}
    lines = [
        Line(policy, titles[policy], severity, names[policy, severity][2], names[policy, severity][1], clock, **counts)
        for (policy, severity, clock), counts in sums.items()
    ]
    return sorted(lines, key=lambda line: (line.title, line.rank, CLOCKS.index(line.clock)))


def versions_of(provider_id: int) -> dict[int, PolicyVersion]:
    """The provider's versions without their texts, by id, the oldest first."""
    found = PolicyVersion.objects.filter(provider_id=provider_id).defer("text").order_by("number")
    return {version.pk: version for version in found}


def clocks_of(
    provider_id: int, wanted: Wanted, versions: Mapping[int, PolicyVersion], *, now: datetime
) -> QuerySet[Any]:
    """The clocks behind the figures, each with its `verdict`, one of OUTCOMES; the newest ticket first."""
    asked = [pk for pk, version in versions.items() if wanted.policy in ("", version.policy)]
    found = TicketClock.objects.filter(_opened_in(wanted.month, asked), provider_id=provider_id)
    more: dict[str, Any] = {"severity": wanted.severity, "clock": wanted.clock}
    found = found.filter(**{name: value for name, value in more.items() if value})
    found = found.annotate(verdict=_verdict(now)).order_by("-ticket__number", "clock")
    return found.filter(verdict=wanted.outcome) if wanted.outcome else found


def _verdict(now: datetime) -> Case:
    of_clock = Breach.objects.filter(ticket=OuterRef("ticket"), clock=OuterRef("clock"))
    late = Q(outcome="breached") | Q(stopped_at=None, due_at__lt=now)
    excused = Exists(of_clock) & ~Exists(of_clock.filter(excused_at=None))
    return Case(
        When(late & Q(excused), then=Value(EXCUSED)),
        When(late, then=Value(BREACHED)),
        When(outcome="met", then=Value(MET)),
        default=Value(PENDING),
        output_field=CharField(),
    )


def _opened_in(month: str, versions: list[int]) -> Q:
    """Opened in the month as the zone of the ticket's policy has it: a term for each zone."""
    by_zone: dict[ZoneInfo, list[int]] = defaultdict(list)
    for (pk, _plan), agreement in agreements_of([(pk, "") for pk in versions]).items():
        by_zone[agreement.zone].append(pk)
    opened = Q(pk__in=[])
    for zone, pks in by_zone.items():
        period = read_period(month, "month", zone)
        opened |= Q(
            ticket__version__in=pks,
            ticket__opened_at__gte=moment_of(period.start),
            ticket__opened_at__lt=moment_of(period.end),
        )
    return opened
