"""Room for frames: a loop, however deep, does not take memory from the system at every call."""

import sys
from collections.abc import Callable
from resource import RUSAGE_SELF, getrusage

from django.conf import settings

from slaportal.frames import with_room
from slaportal.tenancy.task import PortalTask

CALLS = 300
CHUNK = 16 * 1024
DEPTHS = range(1, 250)  # more than fill a chunk


def leaf() -> int:
    a = b = c = d = e = f = g = h = i = j = k = m = n = o = p = q = r = s = t = u = 1
    return a + b + c + d + e + f + g + h + i + j + k + m + n + o + p + q + r + s + t + u


def loop_at(depth: int) -> None:
    """So many calls in a row, at that depth."""
    if depth:
        loop_at(depth - 1)
    else:
        for _ in range(CALLS):
            leaf()


def crossing(called: Callable[[int], None]) -> list[int]:
    """The depths at which every call takes a page of memory."""
    found = []
    for depth in DEPTHS:
        before = getrusage(RUSAGE_SELF).ru_minflt
        called(depth)
        if getrusage(RUSAGE_SELF).ru_minflt - before >= CALLS:
            found.append(depth)
    return found


def test_no_depth_crosses_a_chunk_at_every_call() -> None:
    assert crossing(with_room(loop_at)) == []
    if sys.version_info < (3, 13):
        assert crossing(loop_at) != []


def test_the_function_is_called_as_it_is() -> None:
    @with_room
    def sum_of(*values: int, times: int = 1) -> int:
        """What it says."""
        return times * sum(values)

    assert sum_of(1, 2, times=3) == 9
    assert (sum_of.__name__, sum_of.__doc__) == ("sum_of", "What it says.")


def test_requests_and_tasks_have_room() -> None:
    assert settings.MIDDLEWARE[0] == "slaportal.frames.with_room"
    assert PortalTask.__call__.__code__.co_stacksize > CHUNK
