"""Room for Python's frames: what a page or a task calls, however deep, lies in one piece of memory.

CPython from 3.11 on keeps the frames of calls in chunks of 16 KiB. A loop whose calls happen to cross the end of a
chunk takes memory from the system and gives it back at each of them (github.com/python/cpython/issues/142183; mended
in late 3.13 and 3.14). The queue took half as long again by it, and which page does so changes with every line.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

# In words of 8 bytes: a little more than 256 KiB, so that the chunk has 512 and leaves as much to what is called.
# What nobody touches takes no memory.
_ROOM = 33_000


def with_room(function: Callable[P, R]) -> Callable[P, R]:
    """The same function, called from a frame so large that a chunk of its own is taken for it.

    As a middleware, the outermost, it gives room to whole requests; for tasks their base class has it.
    """

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    call.__code__ = call.__code__.replace(co_stacksize=_ROOM)
    return wraps(function)(call)
