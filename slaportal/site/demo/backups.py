"""The backups of a provider's services: what the backup program reported night by night, and what was no backup."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from slaportal.site.demo.scripts import span
from slaportal.site.demo.stage import Stage
from slaportal.site.demo.timeline import Timeline
from uptime.actions.restore_points import report_gone, report_restore_points, strike_out_restore_point
from uptime.models import RestorePoint

Told = Mapping[str, Any]
PROGRAM = "Backup"
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
# How far back the program reports what it took while the demo was stopped: farther than the promises look.
BACK = timedelta(days=35)


class Backups:
    """One entry of a script's `months`: `services`, `every` so long since `ago`, each there for `keep`.

    `gap` is a stretch in which nothing was taken of one service, `struck` what could not be restored from. Reported a
    day at a time by the program, under its name, as the API lets it.
    """

    def __init__(self, stage: Stage, told: Told, now: datetime) -> None:
        self._stage, self._told, self._now = stage, told, now
        self._every, self._keep = _length(told["every"]), _length(told["keep"])

    def plan(self, timeline: Timeline) -> None:
        """All up to now. A day is reported when it is over, and the last hours just now."""
        start = self._now - _length(self._told["ago"])
        while start < self._now:
            end = min(start + DAY, self._now)
            timeline.plan(end, lambda at, start=start: self._report(start, at))  # type: ignore[misc]
            start = end
        struck = self._told["struck"]
        timeline.plan(self._now - _length(struck["ago"]), lambda at: self._strike_out(struck, at))

    def go_on(self) -> None:
        """What was taken since the newest that is there, as if the program had gone on while nobody looked."""
        for service in self._stage.services(self._told["services"]):
            newest = RestorePoint.objects.filter(service=service).order_by("-taken_at").first()
            since = self._now - BACK if newest is None else max(newest.taken_at, self._now - BACK)
            report_restore_points(service, list(self._taken(since, self._now)), actor=PROGRAM, at=self._now)

    def _taken(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """After `since`, up to `until`: on a grid of its own, so that the past is the same whenever it is told."""
        at = EPOCH + ((since - EPOCH) // self._every + 1) * self._every
        while at <= until:
            yield at
            at += self._every

    def _report(self, since: datetime, at: datetime) -> None:
        for place in self._told["services"]:
            (service,) = self._stage.services([place])
            taken = [one for one in self._taken(since, at) if not self._in_gap(place, one)]
            report_restore_points(service, taken, actor=PROGRAM, at=at)
            old = RestorePoint.objects.filter(
                service=service, taken_at__lte=at - self._keep, gone_at=None, void_at=None
            )
            for point in old.order_by("taken_at"):
                report_gone(point, gone_at=point.taken_at + self._keep, actor=PROGRAM, at=at)

    def _in_gap(self, place: int | str, taken: datetime) -> bool:
        gap = self._told["gap"]
        start = self._now - _length(gap["ago"])
        return bool(place == gap["service"]) and start <= taken < start + _length(gap["lasts"])

    def _strike_out(self, struck: Told, at: datetime) -> None:
        (service,) = self._stage.services([struck["service"]])
        newest = RestorePoint.objects.filter(service=service, taken_at__lte=at).order_by("-taken_at")[:1].get()
        strike_out_restore_point(newest, reason=struck["reason"], actor=self._stage.lead, at=at)


def _length(text: str) -> timedelta:
    length = span(text)
    assert length is not None
    return length
