"""A policy's text and its sentences in a browser: lit together, brought into sight, and linked without JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.journeys.visitor import Installation, visiting

ADMIN = "joan@spirion.example"


def open_version(page: Page) -> None:
    """The version in force of the demo's Spirion."""
    page.goto("/policies/")
    page.get_by_role("link", name="Version 1", exact=True).first.click()
    page.wait_for_url("**/policies/*/")


def test_what_belongs_together_is_lit_and_brought_into_sight(browser: Browser, installation: Installation) -> None:
    with visiting(browser, installation, ADMIN) as page:
        open_version(page)
        sentence = page.locator("li.promise", has_text="Every customer has a designated contact")
        line = page.locator(".yaml .l", has_text="designated_contact: {text:")
        expect(line).not_to_be_in_viewport()
        sentence.scroll_into_view_if_needed()
        sentence.hover()
        expect(line).to_have_class("l lit")
        expect(line).to_be_in_viewport()
        page.get_by_role("heading", level=1).hover()
        expect(page.locator(".lit")).to_have_count(0)
        first = page.locator(".yaml a").first
        first.focus()
        page.keyboard.press("Tab")  # the second one, by the keyboard
        reached = page.locator(".yaml a:focus").get_attribute("href")
        expect(page.locator(f"{reached}.lit")).to_be_in_viewport()


def test_without_javascript_each_leads_to_the_other(browser: Browser, installation: Installation) -> None:
    with visiting(browser, installation, ADMIN, javascript=False) as page:
        open_version(page)
        sentence = page.locator("li.promise", has_text="You reach support by")
        sentence.get_by_role("link").click()
        line = page.locator(".yaml .l:target")
        expect(line).to_contain_text("channels: [portal, phone]")
        expect(line).to_be_in_viewport()
        line.get_by_role("link").click()
        expect(page.locator("li.promise:target")).to_contain_text("You reach support by")


@pytest.mark.parametrize("look", [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)], ids=str)
def test_versions_in_every_look(browser: Browser, installation: Installation, look: tuple[str, int]) -> None:
    theme, width = look
    with visiting(browser, installation, ADMIN, theme=theme, width=width) as page:
        open_version(page)
        one = page.url
        for path in ("/policies/", one, f"{one}?run=scenarios", f"{one}compare/", "/policies/spirion/new/?from=1"):
            page.goto(path)
            found = Axe().run(page).response["violations"]
            assert [f"{path}: {v['id']} {v['nodes'][0]['target']}" for v in found] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.locator("h1").count() == 1
