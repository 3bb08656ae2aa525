"""Work that stops at a chosen point and says that it did, until a test lets it go on or kills it."""

import os
import time
from pathlib import Path


def stop_here(what: str) -> None:
    """Waits as long as the file `hold` says `what`; `held` then has this process's number."""
    hold = Path(os.environ["TEST_HOLDING"], "hold")
    while _text(hold) == what:
        Path(os.environ["TEST_HOLDING"], "held.part").write_text(str(os.getpid()))
        Path(os.environ["TEST_HOLDING"], "held.part").rename(Path(os.environ["TEST_HOLDING"], "held"))
        time.sleep(0.05)


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except FileNotFoundError:
        return ""
