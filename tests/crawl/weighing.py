"""What a first visit weighs, and whether anything moves after it stood."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser

from tests.crawl.examining import STEADY, Seen
from tests.crawl.roles import Role
from tests.journeys.looking import HEIGHTS
from tests.journeys.visitor import Installation, visiting

HEAVIEST = 250_000  # bytes as they go over the wire


@dataclass(frozen=True, slots=True)
class Weighed:
    """Bytes over the wire with nothing kept from before, requests, and the layout shift of a load at each width."""

    name: str
    bytes: int
    requests: int
    shifts: tuple[tuple[int, float], ...]


def weigh(browser: Browser, installation: Installation, role: Role, path: str, seen: Seen) -> Weighed:
    """The page as somebody gets it whose browser has seen nothing of the portal."""
    name, shifts, sizes = f"{path} as {role.name}", [], []
    for width in HEIGHTS:
        with visiting(browser, installation, role.email, width=width) as page:
            link = page.context.new_cdp_session(page)
            link.send("Network.enable")
            link.send("Network.setCacheDisabled", {"cacheDisabled": True})
            arrived: list[Any] = []
            link.on("Network.loadingFinished", arrived.append)
            page.goto(path, wait_until="networkidle")
            shifts.append((width, float(page.evaluate("window.shifts || 0"))))
            sizes.append((sum(int(one["encodedDataLength"]) for one in arrived), len(arrived)))
    heaviest = max(sizes)
    if heaviest[0] > HEAVIEST:
        seen.say(name, f"weighs {heaviest[0]:,} bytes, {HEAVIEST:,} are allowed")
    for width, shift in shifts:
        if shift > STEADY:
            seen.say(name, f"what stood moved at {width} px: layout shift of {shift:.4f}")
    return Weighed(name, *heaviest, tuple(shifts))
