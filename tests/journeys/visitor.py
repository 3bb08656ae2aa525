"""A person in front of the browser, and what arrives in their mail."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from slaportal.site.demo.cast import PASSWORD
from tests.conftest import superuser_cursor


@dataclass(frozen=True)
class Installation:
    """Where it is served, and the name of its database."""

    address: str
    database: str

    def mail_to(self, recipient: str) -> str:
        """The text of the newest mail to somebody, as it waits in the outbox."""
        cursor = superuser_cursor(self.database)
        cursor.execute(
            "SELECT text FROM (SELECT text, created_at, recipient FROM outbox_message UNION ALL "
            "SELECT text, created_at, recipient FROM outbox_accountmail) m WHERE recipient = %s "
            "ORDER BY created_at DESC LIMIT 1",
            [recipient],
        )
        row = cursor.fetchone()
        cursor.connection.close()
        assert row, f"no mail to {recipient}"
        return str(row[0])

    def link_to(self, recipient: str) -> str:
        """The first link in it."""
        found = re.search(r"https?://\S+", self.mail_to(recipient))
        assert found
        return found[0]


@contextmanager
def visiting(
    browser: Browser, installation: Installation, email: str = "", *, theme: str = "light", width: int = 1280,
    javascript: bool = True,
) -> Iterator[Page]:  # fmt: skip
    """A window of its own, signed in when an address is given. Complaints of the browser fail the test."""
    complaints: list[str] = []
    context = browser.new_context(
        base_url=installation.address,
        viewport={"width": width, "height": 844 if width < 500 else 900},
        color_scheme="dark" if theme == "dark" else "light",
        java_script_enabled=javascript,
    )
    page = context.new_page()
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    if email:
        sign_in(page, email)
    yield page
    context.close()
    real = [
        line for line in complaints if "Failed to load resource: the server responded with a status of 4" not in line
    ]
    assert real == []


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """By the page, as everybody."""
    page.goto("/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/account/login/" not in url)
