"""What went down, was maintained, measured and claimed in a provider's months, put on the timeline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from credits.actions.claims import file_claim, withdraw_claim
from credits.actions.decisions import approve_claim, reject_claim, review_claim
from credits.models import Claim
from slaportal.site.demo.backups import Backups
from slaportal.site.demo.scripts import span
from slaportal.site.demo.stage import Stage
from slaportal.site.demo.timeline import Act, Timeline
from uptime.actions.monitoring import record_unmonitored
from uptime.actions.outages import correct_outage, record_outage
from uptime.actions.samples import Sample, add_samples
from uptime.actions.windows import announce_window, plan_window
from uptime.models import SubscriptionPeriod

Told = Mapping[str, Any]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True)
class Months:
    """The timeline of a provider whose two months end at `now`."""

    timeline: Timeline
    stage: Stage
    now: datetime

    def plan(self, told: Told) -> None:
        """One entry of the script's `months`; what would lie ahead is left out, an announced window excepted."""
        _KINDS[told["what"]](self, told)

    def instant(self, told: Told) -> datetime:
        """`ago`, or the time of day on a day of a month counted from the running one, on the desk's clock."""
        if "ago" in told:
            return self.now + (-_length(told["ago"]))
        first = month_start(self.now.astimezone(self.stage.zone).date(), told["month"])
        hour, minute = told["at"].split(":")
        return datetime.combine(first.replace(day=told["day"]), time(int(hour), int(minute)), self.stage.zone)

    def outage(self, told: Told) -> None:
        """Recorded a few minutes after it was over, as the desk does once it knows the end."""
        starts_at = self.instant(told)
        ends_at = starts_at + _length(told["lasts"])
        stage = self.stage

        def act(at: datetime) -> None:
            outage = record_outage(
                stage.provider,
                told["title"],
                services=stage.services(told["services"]),
                starts_at=starts_at,
                ends_at=ends_at,
                cause=told.get("cause", "provider"),
                impact=told.get("impact", "down"),
                noticed_at=starts_at + _length(told.get("noticed", "4m")),
                note=told.get("note", ""),
                actor=stage.lead,
                at=at,
            )
            if "earlier" in told:
                earlier = starts_at - _length(told["earlier"])
                self.timeline.plan(
                    at + DAY,
                    lambda later: correct_outage(
                        outage, reason=told["reason"], actor=stage.lead, at=later, true_start_at=earlier
                    ),
                )

        self._plan(ends_at + _length(told.get("recorded", "12m")), act)

    def window(self, told: Told) -> None:
        """Planned and, where `announced` says how long before, announced; one without was told to nobody."""
        starts_at = self.instant(told)
        ends_at = starts_at + _length(told["lasts"])
        stage = self.stage
        planned_at = starts_at - _length(told.get("planned", "0m"))

        def act(at: datetime) -> None:
            window = plan_window(
                stage.provider,
                told["title"],
                kind=told.get("kind", "scheduled"),
                services=stage.services(told["services"]),
                starts_at=starts_at,
                ends_at=ends_at,
                actor=stage.lead,
                at=at,
            )
            if "announced" in told:
                self._plan(
                    starts_at - _length(told["announced"]),
                    lambda later: announce_window(window, text=told["text"], actor=stage.lead, at=later),
                )

        self._plan(planned_at, act)

    def unmonitored(self, told: Told) -> None:
        """A stretch in which the probes themselves were away."""
        starts_at = self.instant(told)
        ends_at = starts_at + _length(told["lasts"])
        (service,) = self.stage.services([told["service"]])
        self._plan(
            ends_at + HOUR,
            lambda at: record_unmonitored(
                service, starts_at=starts_at, ends_at=ends_at, reason=told["reason"], actor=self.stage.lead, at=at
            ),
        )

    def samples(self, told: Told) -> None:
        """Hourly values of some metrics around their usual ones; `worse` names a month and what was usual in it."""
        (service,) = self.stage.services([told["service"]])
        random = Random(f"{self.stage.provider.slug} samples")
        zone = self.stage.agreement.zone
        day = month_start(self.now.astimezone(zone).date(), told["since"])
        while (start := datetime.combine(day, time(), zone)) < self.now:
            usual = told["usual"]
            worse = told.get("worse", {})
            if worse and day < month_start(self.now.astimezone(zone).date(), worse["month"] + 1):
                usual = {**usual, **worse["usual"]} if day >= self._first(worse["month"]) else usual
            taken = [
                sample
                for hour in range(24)
                if (at := start + hour * HOUR) < self.now
                for sample in _samples(usual, at, random)
            ]
            self._plan(min(start + DAY, self.now), lambda at, taken=taken: add_samples(service, taken, at=at))  # type: ignore[misc]
            day += DAY

    def backups(self, told: Told) -> None:
        """Restore points, as the backup program reported them."""
        Backups(self.stage, told, self.now).plan(self.timeline)

    def _first(self, month: int) -> date:
        return month_start(self.now.astimezone(self.stage.agreement.zone).date(), month)

    def claim(self, told: Told) -> None:
        """Made by the customer's manager; `then` says what becomes of it: once the month is closed, or right away."""
        party = self.stage.parties[told["customer"]]
        maker = party.people[told.get("person", 0)]

        def act(at: datetime) -> None:
            text = f"{self._first(told['of']):%Y-%m}"
            period = SubscriptionPeriod.objects.filter(subscription=party.subscription, text=text).latest("revision")
            claim = file_claim(period, note=told["note"], actor=maker, at=at)
            self._decide(told, claim, period, at)

        self._plan(self.instant(told), act)

    def _decide(self, told: Told, claim: Claim, period: SubscriptionPeriod, at: datetime) -> None:
        lead, then = self.stage.lead, told.get("then")
        if then == "withdrawn":
            self._plan(at + DAY, lambda later: withdraw_claim(claim, actor=claim.made_by or lead, at=later))
            return
        if then is None:
            return
        self._plan(at + 20 * HOUR, lambda later: review_claim(claim, actor=lead, at=later))
        if then == "granted":
            closed = max(period.closes_at, at + DAY) + 26 * HOUR
            self._plan(closed, lambda later: approve_claim(claim, note=told["reason"], actor=lead, at=later))
        else:
            self._plan(at + 44 * HOUR, lambda later: reject_claim(claim, reason=told["reason"], actor=lead, at=later))

    def _plan(self, at: datetime, act: Act) -> None:
        if at <= self.now:
            self.timeline.plan(at, act)


_KINDS: Mapping[str, Callable[[Months, Told], None]] = {
    "outage": Months.outage,
    "window": Months.window,
    "unmonitored": Months.unmonitored,
    "samples": Months.samples,
    "claim": Months.claim,
    "backups": Months.backups,
}


def month_start(day: date, months: int) -> date:
    """The first of the month so many months from that of `day`."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _length(text: str) -> timedelta:
    length = span(text)
    assert length is not None
    return length


def _samples(usual: Mapping[str, Mapping[str, str]], at: datetime, random: Random) -> list[Sample]:
    """Around each usual value, a tenth up or down."""
    return [
        (metric, region, at, (Decimal(value) * random.randint(900, 1100) / 1000).quantize(Decimal("0.001")))
        for metric, regions in usual.items()
        for region, value in regions.items()
    ]
