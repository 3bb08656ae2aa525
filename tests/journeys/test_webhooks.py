"""A webhook in a browser: added, its secret copied, tried, failed, sent again, its secret changed, switched off."""

import os
import re
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from standardwebhooks import Webhook

from slaportal.settings import BASE_DIR
from tests.clones import environment
from tests.journeys.visitor import Installation, visiting
from tests.outbox.webhooks.receiver import HOST, receiving

ADMIN, MANAGER = "joan@spirion.example", "nina@harlow-u.example"
WORK = "import django; django.setup(); from slaportal.outbox.webhooks.delivering import deliver; deliver()"


def work(installation: Installation) -> None:
    """A worker's round."""
    of_worker = {"WEBHOOK_LOOPBACK_HOSTS": HOST, "DJANGO_SETTINGS_MODULE": "slaportal.settings"}
    env = environment(installation.database, "portal_jobs", **of_worker)
    subprocess.run([sys.executable, "-c", WORK], cwd=BASE_DIR, env=env, check=True)


def is_sound(page: Page, width: int, shot: str = "") -> None:
    """Axe is content and nothing scrolls sideways; with SCREENSHOTS=directory it is pictured there."""
    if shot and (directory := os.environ.get("SCREENSHOTS")):
        page.screenshot(path=f"{directory}/{shot}-{width}.png", full_page=True)
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def add(page: Page, name: str, url: str, look: tuple[str, int]) -> str:
    """By the page, after an address that is refused; the secret."""
    theme, width = look
    page.goto("/webhooks/")
    page.get_by_role("link", name="Add a webhook").first.click()
    is_sound(page, width, f"new-{theme}")
    page.get_by_label("Address").fill("http://10.0.0.1/")
    page.get_by_label("Description").fill(name)
    page.get_by_label("Ticket opened").check()
    page.get_by_label("Month closed").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("begins with https://").first).to_be_visible()
    expect(page.get_by_label("Month closed")).to_be_checked()
    is_sound(page, width, f"refused-{theme}")
    page.get_by_label("Address").fill(url)
    page.get_by_role("button", name="Add it").click()
    secret = page.get_by_role("textbox", name="Secret").input_value()
    is_sound(page, width, f"added-{theme}")
    return secret


def try_it(page: Page, installation: Installation, said: str) -> None:
    """A test event, a worker's round, and what the page says then."""
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("A test event is on its way")).to_be_visible()
    work(installation)
    page.reload()
    expect(page.get_by_text(said, exact=True).first).to_be_visible()


LOOKS = [(ADMIN, "light", 1280), (MANAGER, "dark", 390), (ADMIN, "light", 390)]


@pytest.mark.parametrize(("who", "theme", "width"), LOOKS)
def test_from_adding_it_to_sending_again(
    browser: Browser, installation: Installation, who: str, theme: str, width: int
) -> None:
    name = f"To the pager {theme} {width}"
    with receiving() as receiver, visiting(browser, installation, who, theme=theme, width=width) as page:
        secret = add(page, name, receiver.url("/flaky"), (theme, width))
        receiver.behaves["/flaky"] = "500"
        try_it(page, installation, "It answered 500.")
        is_sound(page, width, f"failing-{theme}")
        page.get_by_role("link", name=re.compile("Test")).first.click()
        expect(page.get_by_role("heading", name="Attempt 1")).to_be_visible()
        is_sound(page, width, f"delivery-{theme}")
        del receiver.behaves["/flaky"]
        page.get_by_role("link", name=name).click()
        try_it(page, installation, "Delivered")
        page.get_by_text("New secret", exact=True).click()
        page.get_by_role("button", name="Make a new secret").click()
        renewed = page.get_by_role("textbox", name="Secret").input_value()
        try_it(page, installation, "Delivered")
        last = receiver.received[-1]
        for key in (secret, renewed):
            assert Webhook(key).verify(last.body, last.headers)["type"] == "webhook.ping"
        page.goto("/webhooks/deliveries/")
        is_sound(page, width, f"deliveries-{theme}")
        page.get_by_role("link", name=re.compile("Test")).first.click()
        page.get_by_role("button", name="Send again").click()
        expect(page.get_by_text("The event is sent again")).to_be_visible()
        page.goto("/webhooks/")
        is_sound(page, width, f"list-{theme}")
        page.get_by_role("link", name=name).click()
        page.get_by_text("Switch off", exact=True).first.click()
        is_sound(page, width, f"asked-{theme}")
        page.get_by_role("button", name="Switch off").click()
        expect(page.get_by_text("Off since")).to_be_visible()
        is_sound(page, width, f"off-{theme}")
