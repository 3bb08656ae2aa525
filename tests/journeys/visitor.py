"""A person in front of the browser, and what arrives in their mail."""

import base64
import hmac
import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page

from slaportal.site.demo.cast import PASSWORD
from tests.conftest import superuser_cursor
from tests.journeys.looking import HEIGHTS, KEPT

REFUSED = "Failed to load resource: the server responded with a status of 4"


@dataclass(frozen=True)
class Installation:
    """Where it is served, the name of its database, where its processes write, and what stands around them."""

    address: str
    database: str
    directory: Path
    surroundings: Mapping[str, str]

    def ask(self, query: str, *values: Any) -> list[Any]:
        """Rows, read past every wall."""
        cursor = superuser_cursor(self.database)
        cursor.execute(query, values)
        rows: list[Any] = cursor.fetchall()
        cursor.connection.close()
        return rows

    def mail_to(self, recipient: str) -> str:
        """The text of the newest mail to somebody, as it waits in the outbox."""
        found = self.ask(
            "SELECT text FROM (SELECT text, created_at, recipient FROM outbox_message UNION ALL "
            "SELECT text, created_at, recipient FROM outbox_accountmail) m WHERE recipient = %s "
            "ORDER BY created_at DESC LIMIT 1",
            recipient,
        )
        assert found, f"no mail to {recipient}"
        return str(found[0][0])

    def link_to(self, recipient: str) -> str:
        """The first link in it."""
        found = re.search(r"https?://\S+", self.mail_to(recipient))
        assert found
        return found[0]


@contextmanager
def opened(
    browser: Browser, installation: Installation, email: str = "", *, theme: str = "light", width: int = 1280,
    javascript: bool = True,
) -> Iterator[tuple[Page, list[str]]]:  # fmt: skip
    """A window of its own, signed in when an address is given, and what its browser complained of so far."""
    complaints: list[str] = []
    context = browser.new_context(
        base_url=installation.address,
        viewport={"width": width, "height": HEIGHTS[width]},
        color_scheme="dark" if theme == "dark" else "light",
        java_script_enabled=javascript,
        reduced_motion="reduce",
    )
    context.add_init_script(KEPT)
    page = context.new_page()
    page.on("console", lambda line: complaints.append(line.text) if _is_complaint(line) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        if email:
            sign_in(page, email)
        yield page, complaints
    finally:
        context.close()


def _is_complaint(line: ConsoleMessage) -> bool:
    return line.type in ("error", "warning") and not line.text.startswith(REFUSED)


@contextmanager
def visiting(browser: Browser, installation: Installation, email: str = "", **how: Any) -> Iterator[Page]:
    """The same; complaints of the browser fail the test."""
    with opened(browser, installation, email, **how) as (page, complaints):
        yield page
    assert complaints == []


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """By the page, as everybody."""
    page.goto("/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/account/login/" not in url)


def one_time_code(secret: str) -> str:
    """RFC 6238 over SHA-1, six digits, thirty seconds."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.digest(key, struct.pack(">Q", int(timezone.now().timestamp()) // 30), "sha1")
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"
