"""The desk in a browser: ten tickets by keyboard, a severity after its preview, replies without JavaScript."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.journeys.visitor import Installation, visiting


def test_an_agent_works_ten_tickets_with_the_keyboard_alone(browser: Browser, installation: Installation) -> None:
    with visiting(browser, installation, "sneha@secpod.example") as page:
        page.goto("/queue/")
        there = page.locator("[data-row]").count()
        assert there >= 5
        for number in range(10):
            page.wait_for_load_state()
            for _ in range(number % there + 1):
                page.keyboard.press("j")
            page.keyboard.press("Enter")
            page.wait_for_url("**/tickets/*/")
            page.keyboard.press("r")
            said = f"Reply number {number + 1}, without a mouse: jk?/"
            page.keyboard.type(said)  # inside a text the keys are letters
            page.keyboard.press("Control+Enter")
            expect(page.locator(".msg.ours").last).to_contain_text(said)
            page.keyboard.press("u")
            page.wait_for_url("**/queue/")


def test_question_mark_lists_the_keys_and_slash_goes_to_a_number(browser: Browser, installation: Installation) -> None:
    with visiting(browser, installation, "ana@spirion.example") as page:
        page.goto("/queue/")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.keyboard.type("1")
        page.keyboard.press("Enter")
        page.wait_for_url("**/tickets/1/")


def open_first(page: Page, severity: str = "") -> None:
    """The first ticket of the queue, of that severity."""
    page.goto(f"/queue/?severity={severity}")
    page.locator("[data-row]").first.click()
    page.wait_for_url("**/tickets/*/")


def test_the_severity_is_changed_after_its_preview_and_the_badge_agrees(
    browser: Browser, installation: Installation
) -> None:
    with visiting(browser, installation, "kofi@spirion.example") as page:
        open_first(page, "minor")
        page.keyboard.press("p")
        page.wait_for_url("**/severity/")
        choice = page.locator(".choice", has_text="Critical Impact")
        due = choice.get_by_role("row", name=re.compile("Resolution")).get_by_role("cell").last.inner_text()
        clock = re.findall(r"\d\d:\d\d", due)[-1]
        choice.get_by_role("radio").check()
        page.get_by_label("Reason").fill("The whole campus is concerned.")
        page.get_by_role("button", name="Change the severity").click()
        page.wait_for_url("**/tickets/*/")
        expect(page.locator(".head")).to_contain_text("Critical Impact")
        row = page.locator(".clock-row", has_text="Resolution").first
        assert abs(minutes(clock) - minutes(re.findall(r"\d\d:\d\d", row.inner_text())[0])) <= 1


def minutes(clock: str) -> int:
    """Of the day."""
    return int(clock[:2]) * 60 + int(clock[3:])


def test_reading_and_replying_without_javascript(browser: Browser, installation: Installation) -> None:
    with visiting(browser, installation, "tara@sunrise.example", javascript=False) as page:
        page.goto("/tickets/new/")
        page.get_by_label("Subject").fill("The console is slow today")
        page.get_by_label("What happened").fill("Every page takes ten seconds.")
        page.get_by_role("button", name="Open the ticket").click()
        expect(page.locator("h1")).to_have_text("The console is slow today")
        page.get_by_label("Your reply").fill("It is better now.")
        page.get_by_role("button", name="Send reply").click()
        expect(page.locator(".msg").last).to_contain_text("It is better now.")


@pytest.mark.parametrize("look", [("light", 1280), ("dark", 390)], ids=str)
@pytest.mark.parametrize("email", ["ana@spirion.example", "nina@harlow-u.example"])
def test_a_ticket_is_readable_by_everybody(
    browser: Browser, installation: Installation, email: str, look: tuple[str, int]
) -> None:
    theme, width = look
    wrong: list[str] = []
    with visiting(browser, installation, email, theme=theme, width=width) as page:
        page.goto("/tickets/")
        page.locator("tbody a").first.click()
        page.wait_for_url("**/tickets/*/")
        for details in page.locator("details.why").all():
            details.locator("summary").click()
        wrong += [f"{v['id']} {v['nodes'][0]['target']}" for v in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append("scrolls sideways")
    assert wrong == []
