"""What a first visit weighs, and whether anything moves after it stood."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser

from tests.journeys.looking import HEIGHTS, moved
from tests.journeys.visitor import Installation, visiting

HEAVIEST = 250_000  # bytes as they go over the wire


@dataclass(frozen=True, slots=True)
class Weighed:
    """Bytes over the wire with nothing kept from before, requests, and what moved at each width."""

    bytes: int
    requests: int
    shifts: dict[int, float]
    moved: tuple[str, ...]

    def wrong(self) -> Iterator[str]:
        """What is more than it may be."""
        if self.bytes > HEAVIEST:
            yield f"weighs {self.bytes:,} bytes, {HEAVIEST:,} are allowed"
        yield from self.moved


def weigh(browser: Browser, installation: Installation, email: str, path: str) -> Weighed:
    """The page as somebody gets it whose browser has seen nothing of the portal; the heavier of two widths."""
    shifts, found, sizes = {}, [], []
    for width in HEIGHTS:
        with visiting(browser, installation, email, width=width) as page:
            link = page.context.new_cdp_session(page)
            link.send("Network.enable")
            link.send("Network.setCacheDisabled", {"cacheDisabled": True})
            arrived: list[Any] = []
            link.on("Network.loadingFinished", lambda one, arrived=arrived: arrived.append(one))
            page.goto(path, wait_until="networkidle")
            shifts[width] = float(page.evaluate("window.shifts"))
            found += [f"{width} px: {what}" for what in moved(page)]
            sizes.append((sum(int(one["encodedDataLength"]) for one in arrived), len(arrived)))
    return Weighed(*max(sizes), shifts, tuple(found))
