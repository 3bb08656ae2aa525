"""How seldom Python looks for cycles: pages and batches make many objects and hardly a cycle."""

import gc

# By default Python looks after every 700 new objects, for a fifth of the time of a page or of a batch of months.
AFTER_OBJECTS = 20_000


def collect_seldom() -> None:
    """Called once in each process that serves pages or works, when everything is loaded: that is never looked at."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(AFTER_OBJECTS, 20, 20)
