"""One page in four looks: what is wrong with it, once for everybody who sees the same, and its pictures."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

from tests.crawl.roles import Role
from tests.journeys.looking import LOOKS, look, moved, picture, unfold, wrong_as_it_is, wrong_in_this_look

# What differs each time that a page is made: tokens, and lengths of time that pass.
_FLEETING = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}|\?seen=\w+|\d+ (?:min|s)\b')


@dataclass(slots=True)
class Seen:
    """What the crawl knows so far."""

    screens: Path | None = None
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    fingerprints: set[str] = field(default_factory=set)
    pictured: dict[str, str] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    same: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    routes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def say(self, where: str, what: str) -> None:
        """A finding; each once for a page."""
        if what not in self.wrong[where]:
            self.wrong[where].append(what)


def examine(page: Page, role: Role, route: str, path: str, seen: Seen, *, always: bool = False) -> None:
    """Looks at the page that stands in the browser; one that somebody of the same side saw so is only counted.

    `always`: also when only what lies over it differs.
    """
    where = f"{route} ({path}) as {role.name}"
    _title(page, role, path, where, seen)
    seen.routes[route].add(role.name)
    seen.pages[role.name] += 1
    print_of = f"{role.side} {route if always else ''} {_fingerprint(page)}"
    if print_of in seen.fingerprints:
        seen.same[role.name] += 1
        return
    seen.fingerprints.add(print_of)
    for what in (*moved(page), *_looked_at(page, f"{route}-{role.side}".replace("_", "-"), page.title(), role, seen)):
        seen.say(where, what)


def _title(page: Page, role: Role, path: str, where: str, seen: Seen) -> None:
    alone, title = path.partition("?")[0], page.title()
    other = seen.titles.setdefault((role.name, title), alone)
    if other != alone:
        seen.say(where, f"the same title as {other}: {title!r}")


def _fingerprint(page: Page) -> str:
    main = page.locator("main").first.inner_html()
    return hashlib.sha256(_FLEETING.sub("", main).encode()).hexdigest()


def _looked_at(page: Page, name: str, title: str, role: Role, seen: Seen) -> Iterator[str]:
    pictured = seen.screens is not None and role.pictured and name not in seen.pictured
    if pictured:
        seen.pictured[name] = title
    for theme, width in LOOKS:
        look(page, theme, width)
        if pictured and seen.screens is not None:
            picture(page, seen.screens / f"{name}-{theme}-{width}.webp")
        yield from _sideways(page, f"{theme}, {width} px")
    unfold(page)
    yield from wrong_as_it_is(page)
    for theme, width in LOOKS:
        look(page, theme, width)
        yield from (f"{theme}, {width} px: {what}" for what in wrong_in_this_look(page))
    look(page, *LOOKS[0])


def _sideways(page: Page, how: str) -> Iterator[str]:
    wide, there = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    if wide > there:
        yield f"{how}: scrolls sideways while folded: {wide} px"
