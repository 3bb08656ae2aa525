"""Through all pages of one role: routes without arguments first, then what the pages link to, some of each route."""

from collections import Counter, deque
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from playwright.sync_api import Error, Page

from tests.crawl.examining import Seen, examine
from tests.crawl.roles import Role
from tests.site.matrix import routes

# Not for people: programs ask them. Or done once only, as a guided visit.
NOT_WALKED = {"healthz", "readyz", "account_logout"}
_LINKS = "all => all.map((a) => a.getAttribute('href')).filter((href) => href && !href.startsWith('#'))"


def walk(page: Page, role: Role, seen: Seen, complaints: list[str]) -> None:
    """Examines every page that the role may see; what it may not see is examined once, as the page that says so.

    `complaints` of the browser are charged to the page that stands when they come.
    """
    waiting, known = deque(["/", *_addresses(), "/nowhere/"]), set[str]()
    examples: Counter[str] = Counter()
    while waiting:
        path = waiting.popleft()
        route = route_of(path)
        if path in known or examples[route] >= role.examples or route in NOT_WALKED:
            continue
        known.add(path)
        status = _visit(page, path)
        if status in (403, 404):
            route = f"error_{status}"
            if examples[route]:
                continue
        elif status != 200:
            continue
        arrived = urlsplit(page.url)
        here = f"{arrived.path}?{arrived.query}" if arrived.query else arrived.path
        if here != path:  # it led elsewhere: that is a page of its own
            waiting.append(here)
            continue
        examples[route] += 1
        waiting.extend(_linked(page))
        examine(page, role, route, path, seen)
        while complaints:
            seen.say(f"{route} ({path}) as {role.name}", f"the browser complains: {complaints.pop(0)}")


def _addresses() -> Iterator[str]:
    for name in routes():
        try:
            yield reverse(name)
        except NoReverseMatch:
            continue


def route_of(path: str) -> str:
    """The name of the route that answers there."""
    try:
        return str(resolve(path.partition("?")[0]).url_name)
    except Resolver404:
        return "nowhere"


def _visit(page: Page, path: str) -> int:
    """The status; 0 for what is no page: a file to keep, an answer for programs, a part of a page."""
    try:
        answer = page.goto(path)
    except Error as error:
        if "Download is starting" in error.message or "ERR_ABORTED" in error.message:
            return 0
        raise
    if answer is None or not answer.headers.get("content-type", "").startswith("text/html"):
        return 0
    return answer.status if "<html" in answer.text()[:200] else 0


def _linked(page: Page) -> Iterator[str]:
    """What it links to within the portal, with what is asked for there."""
    own = urlsplit(page.url)
    hrefs: list[str] = page.eval_on_selector_all("a[href]", _LINKS)
    for href in hrefs:
        there = urlsplit(href)
        if there.netloc and there.netloc != own.netloc:
            continue
        if there.scheme not in ("", own.scheme):
            continue
        path = there.path or own.path
        if path.startswith("/static/"):
            continue
        yield f"{path}?{there.query}" if there.query else path
