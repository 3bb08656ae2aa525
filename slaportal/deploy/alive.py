"""`python -m slaportal.deploy.alive web` or `... beat FILE`: exit code 0 while that process of this container lives.

Neither loads Django: a check that runs every few seconds must cost nothing. The worker is asked by `celery inspect`.
"""

import http.client
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# Beat writes down every three minutes what it started last.
SILENT_FOR_S = 600
PATIENCE_S = 4


def web(environment: Mapping[str, str] = os.environ) -> str:
    """What is wrong with the web process; empty when it answers."""
    connection = http.client.HTTPConnection("127.0.0.1", int(environment.get("PORT", "8000")), timeout=PATIENCE_S)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"/healthz: {error}"
    finally:
        connection.close()
    return "" if status == 200 else f"/healthz: {status}"


def beat(schedule: Path) -> str:
    """What is wrong with beat; empty when it has written its schedule not long ago (its name may have an ending)."""
    written = [file.stat().st_mtime for file in schedule.parent.glob(f"{schedule.name}*")]
    if not written:
        return f"{schedule} was never written"
    silent = int(time.time() - max(written))  # noqa: TID251 - the age of a file is told by no other clock
    return "" if silent <= SILENT_FOR_S else f"{schedule} was written {silent} s ago"


def main(arguments: Sequence[str] = tuple(sys.argv[1:])) -> int:
    """Says what is wrong, where `docker inspect` shows it."""
    match arguments:
        case ["web"]:
            wrong = web()
        case ["beat", schedule]:
            wrong = beat(Path(schedule))
        case _:
            wrong = "web, or beat and the file of its schedule?"
    if wrong:
        sys.stderr.write(f"{wrong}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
