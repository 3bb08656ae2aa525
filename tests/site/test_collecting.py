"""Workers and web servers look for cycles seldom; what was loaded is never looked at."""

import gc
from collections.abc import Callable
from types import SimpleNamespace

from slaportal import celery
from slaportal.site import collecting, gunicorn


def test_workers_and_web_servers_collect_seldom() -> None:
    before = gc.get_threshold()
    begins: list[Callable[[], None]] = [celery.begin_child, lambda: gunicorn.post_worker_init(SimpleNamespace())]
    try:
        for begin in begins:
            gc.set_threshold(*before)
            begin()
            assert gc.get_threshold()[0] == collecting.AFTER_OBJECTS
            assert gc.get_freeze_count() > 10_000
            gc.unfreeze()
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
