"""Temporary."""
import os
import re
from playwright.sync_api import Browser
from tests.journeys.visitor import Installation, visiting

OUT = "/tmp/lists_shots"


def shoot(browser, installation, email, paths, looks):
    os.makedirs(OUT, exist_ok=True)
    for theme, width in looks:
        with visiting(browser, installation, email, theme=theme, width=width) as page:
            for name, path in paths.items():
                if callable(path):
                    path(page)
                else:
                    page.goto(path)
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (name, wide)
                page.screenshot(path=f"{OUT}/{name}-{theme}-{width}.png", full_page=width > 500)


def first(selector):
    def go(page):
        page.locator(selector).first.click()
        page.wait_for_load_state()
    return go


def test_shots(browser: Browser, installation: Installation) -> None:
    both = [("light", 1280), ("dark", 390)]
    def month(page):
        page.goto("/months/")
        page.locator("table a").nth(1).click()
        page.wait_for_load_state()
    def window(page):
        page.goto("/maintenance/")
        page.locator("th[scope=row] a").first.click()
        page.wait_for_load_state()
    shoot(browser, installation, "ray@spirion.example", {"queue": "/queue/", "tickets": "/tickets/", "months": "/months/", "month": month, "maintenance": "/maintenance/", "window": window, "people": "/people/", "jobs": "/jobs/", "claims": "/claims/"}, both)
    shoot(browser, installation, "joan@spirion.example", {"messages": "/messages/", "customers": "/customers/", "tokens": "/tokens/"}, both)
    shoot(browser, installation, "nina@harlow-u.example", {"home": "/", "ctickets": "/tickets/"}, [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)])
    with visiting(browser, installation, "ray@spirion.example") as page:
        page.goto("/queue/?view=mine")
        for path in ("/queue/", "/months/", "/tickets/"):
            page.goto(path)
            with page.expect_download() as download:
                page.get_by_role("link", name="CSV").first.click()
            got = download.value
            print(path, got.suggested_filename)
            text = open(got.path(), encoding="utf-8-sig").read()
            print(text[:700])
