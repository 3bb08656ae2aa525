"""The demo's past, played in the order of time: what people did, and between it what became true by itself."""

import heapq
from collections.abc import Callable
from datetime import datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from slaportal.site.demo.workers import Workers

Act = Callable[[datetime], object]

MORNING, EVENING = time(8, 30), time(18, 0)
SATURDAY = 5


class Timeline:
    """Acts by their instants; what is planned for one instant is done in the order in which it was planned.

    Without `workers` what becomes true by itself is left to the real ones.
    """

    def __init__(self, workers: Workers | None) -> None:
        self._workers = workers
        self._acts: list[tuple[datetime, int, Act]] = []
        self._numbers = count()

    def plan(self, at: datetime, act: Act) -> None:
        """Also while it runs; nothing earlier than what was done already."""
        heapq.heappush(self._acts, (at, next(self._numbers), act))

    def run(self, until: datetime) -> None:
        """Everything up to `until`; what lies after it has not happened."""
        while self._acts and self._acts[0][0] <= until:
            at, _number, act = heapq.heappop(self._acts)
            if self._workers is not None:
                self._workers.catch_up(at)
            act(at)
            if self._workers is not None:
                self._workers.look(at)
        if self._workers is not None:
            self._workers.catch_up(until)
            self._workers.look(until)


def in_office_hours(moment: datetime, zone: ZoneInfo, minute: int) -> datetime:
    """The moment itself, or where it is at night or at the weekend, `minute` minutes into the next morning."""
    local = moment.astimezone(zone)
    if local.weekday() < SATURDAY and MORNING <= local.time() <= EVENING:
        return moment
    day = local.date()
    if local.weekday() >= SATURDAY or local.time() > EVENING:
        day += timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, MORNING, zone) + timedelta(minutes=minute)
