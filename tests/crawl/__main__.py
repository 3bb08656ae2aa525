"""`python -m tests.crawl [--screens DIRECTORY]`: looks at every page, prints a table; 1 when anything is wrong."""

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connections

from slaportal.settings import BASE_DIR
from tests.clones import environment, own_redis
from tests.conftest import ROLES as DATABASE_ROLES
from tests.conftest import superuser_cursor
from tests.crawl.examining import Seen
from tests.crawl.guided import guide
from tests.crawl.roles import ROLES
from tests.crawl.screens import clear, write_index
from tests.crawl.walking import NOT_WALKED, walk
from tests.journeys.serving import CHROMIUM, chromium, served, working
from tests.journeys.visitor import Installation, opened
from tests.journeys.weighing import Weighed, weigh
from tests.site.matrix import routes, table

DATABASE = "portal_crawl"
# Of the Redis databases that a suite of two test processes leaves.
QUEUES = 4
# First visits: the sign-in, and what the sign-in leads to.
FIRST = (("/account/login/", 0), ("/", 3), ("/queue/", 3), ("/", 4))


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.crawl", description=__doc__)
    parser.add_argument("--screens", type=Path, help="pictures of all pages go there, an index beside it")
    given = parser.parse_args()
    if CHROMIUM is None:
        print("There is no Chromium here: apt-get install chromium", file=sys.stderr)
        return 2
    seen = Seen(screens=given.screens)
    if given.screens is not None:
        clear(given.screens)
    began = time.monotonic()
    with _installation() as installation:
        weighed = _crawl(installation, seen)
    if given.screens is not None:
        write_index(given.screens, seen)
    _tell(seen, weighed, time.monotonic() - began)
    return 1 if seen.wrong else 0


@contextlib.contextmanager
def _installation() -> Iterator[Installation]:
    """The demo in a database of its own, with its workers."""
    server = superuser_cursor()
    server.execute(DATABASE_ROLES.read_text())
    server.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
    server.execute(f'CREATE DATABASE "{DATABASE}" OWNER portal_owner')
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    try:
        subprocess.run(migrate, cwd=BASE_DIR, env=environment(DATABASE, "portal_jobs"), check=True)
        with (
            tempfile.TemporaryDirectory(prefix="crawl") as directory,
            served(DATABASE, Path(directory), own_redis("", QUEUES)) as installation,
            working(installation),
        ):
            yield installation
    finally:
        connections.close_all()
        server.execute(f'DROP DATABASE "{DATABASE}" WITH (FORCE)')
        server.connection.close()


def _crawl(installation: Installation, seen: Seen) -> dict[str, Weighed]:
    with chromium() as browser:
        weighed = {
            f"{path} as {ROLES[number].name}": weigh(browser, installation, ROLES[number].email, path)
            for path, number in FIRST
        }
        for where, one in weighed.items():
            for what in one.wrong():
                seen.say(where, what)
        for role in ROLES:
            began = time.monotonic()
            with opened(browser, installation, role.email) as (page, complaints):
                walk(page, role, seen, complaints)
            pages, same = seen.pages[role.name], seen.same[role.name]
            print(
                f"{role.name:40} {pages:4} pages, {same:3} as somebody else sees them, "
                f"{time.monotonic() - began:4.0f} s",
                flush=True,
            )
        guide(browser, installation, seen)
    return weighed


def _tell(seen: Seen, weighed: dict[str, Weighed], took_s: float) -> None:
    print("\nFirst visits")
    for where, one in weighed.items():
        shifts = ", ".join(f"{shift:.4f} at {width} px" for width, shift in one.shifts.items())
        print(f"{where:45} {one.bytes / 1000:6.1f} kB in {one.requests} requests; layout shift {shifts}")
    print("\nPages by route")
    for route, who in sorted(seen.routes.items()):
        print(f"{route:42} {len(who)}: {', '.join(sorted(who))}")
    rows = table()
    unseen = sorted(name for name in set(routes()) - set(seen.routes) - NOT_WALKED if 200 in rows[name]["GET"])
    print(f"\nRoutes that answer with 200 and were no page here: {', '.join(unseen) or 'none'}")
    pages, same = sum(seen.pages.values()), sum(seen.same.values())
    print(f"\n{pages} pages, {pages - same} of them different, each in four looks, in {took_s / 60:.1f} minutes.")
    if not seen.wrong:
        print("Nothing is wrong.")
        return
    print(f"{sum(map(len, seen.wrong.values()))} findings:")
    for where, found in seen.wrong.items():
        print(f"  {where}")
        for what in found:
            print(f"    {what}")


if __name__ == "__main__":
    sys.exit(main())
