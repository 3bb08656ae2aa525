"""The desk in a browser: ten tickets by keyboard, a severity after its preview, replies without JavaScript."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from slaportal.pages.times import at_reader
from tests.journeys.looking import unfold, wrong_as_it_is, wrong_in_this_look
from tests.journeys.visitor import Installation, visiting

SPIRIONS = ZoneInfo("America/New_York")
# Whoever touches a mouse or a screen leaves a mark here, on every page.
NO_MOUSE = """
  for (const kind of ['pointerdown', 'mousedown', 'touchstart'])
    addEventListener(kind, () => { console.error(`${kind}: not by the keyboard`) }, true)
"""


def test_an_agent_works_ten_tickets_with_the_keyboard_alone(browser: Browser, installation: Installation) -> None:
    worked: list[str] = []
    open_more(browser, installation, "zofia@wislapress.example")
    with visiting(browser, installation, "marta@infopromo.example") as page:
        page.context.add_init_script(NO_MOUSE)
        page.goto("/queue/")
        for number in range(10):
            worked.append(open_by_keyboard(page, worked))
            work_by_keyboard(page, number)
            page.keyboard.press("u")
            page.wait_for_url("**/queue/")
    assert len(set(worked)) == 10


def open_more(browser: Browser, installation: Installation, email: str) -> None:
    """What a customer opens, so that the queue holds more than an agent's ten."""
    with visiting(browser, installation, email) as page:
        for number in range(6):
            page.goto("/tickets/new/")
            page.get_by_label("Subject").fill(f"Slow page, number {number + 1}")
            page.get_by_label("What happened").fill("It takes ten seconds.")
            page.get_by_role("button", name="Open the ticket").click()
            page.wait_for_url(re.compile(r"/tickets/\d+/$"))


def open_by_keyboard(page: Page, worked: list[str]) -> str:
    """Goes down the queue to the first ticket that was not worked yet, and opens it; the address of its page."""
    page.locator("[data-row]").first.wait_for()
    addresses = [str(row.get_attribute("href")) for row in page.locator("[data-row]").all()]
    down = next(at for at, address in enumerate(addresses, start=1) if address not in worked)
    for _ in range(down):
        page.keyboard.press("j")
    expect(page.locator("[data-row]").nth(down - 1)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{addresses[down - 1]}")
    return addresses[down - 1]


def work_by_keyboard(page: Page, number: int) -> None:
    """A reply, in which keys are letters; every third ticket gets a note besides, and every fifth another status."""
    said = f"Reply number {number + 1}, without a mouse: jk?/ugq"
    page.keyboard.press("r")
    page.keyboard.type(said)
    send(page, "Control+Enter")
    expect(page.locator(".msg.ours").last).to_contain_text(said)
    if number % 3 == 0:
        page.keyboard.press("n")
        page.keyboard.type("Seen by me, says the note.")
        send(page, "Control+Enter")
        expect(page.locator(".msg.note").last).to_contain_text("Seen by me, says the note.")
    if number % 5 == 0:
        page.keyboard.press("s")
        status = page.locator("[data-key=s]")
        expect(status).to_be_focused()
        waits = "Waiting on customer" in page.locator(".head").inner_text()
        page.keyboard.type("Waiting on t" if waits else "Waiting on c")
        chosen = status.evaluate("select => select.selectedOptions[0].textContent.trim()")
        page.keyboard.press("Tab")
        send(page, "Enter")
        expect(page.locator(".head")).to_contain_text(chosen)


def send(page: Page, key: str) -> None:
    """Presses what sends the form, and waits until the page stands that comes of it."""
    with page.expect_navigation():
        page.keyboard.press(key)


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


# What the preview says of a clock, and what its badge says then.
BECOMES = {
    "runs": r"\d|Due soon",
    "breached": "Breached",
    "paused": "Paused",
    "met": "Met",
    "missed": "Breached|Missed",
}


def test_the_severity_is_changed_after_its_preview_and_the_badge_agrees(
    browser: Browser, installation: Installation
) -> None:
    with visiting(browser, installation, "kofi@spirion.example") as page:
        open_first(page, "minor")
        page.keyboard.press("p")
        page.wait_for_url("**/severity/")
        choice = page.locator(".choice", has_text="Critical Impact")
        previewed = {}
        for row in choice.locator("tbody tr").all():
            name = row.get_by_role("rowheader").inner_text()
            previewed[name] = row.get_by_role("cell").last.inner_text()
        assert "Resolution" in previewed
        choice.get_by_role("radio").check()
        page.get_by_label("Reason").fill("The whole campus is concerned.")
        page.get_by_role("button", name="Change the severity").click()
        page.wait_for_url(re.compile(r"/tickets/\d+/$"))
        expect(page.locator(".head")).to_contain_text("Critical Impact")
        for name, words in previewed.items():
            clock = page.locator(".clock-row").filter(has=page.get_by_text(name, exact=True))
            said, due = clock.locator(".badge-s").inner_text(), clock.locator("b time")
            assert re.match(BECOMES[words.partition(",")[0].partition(" with")[0]], said), (name, words, said)
            if ", " in words and due.count():
                assert_same_instant(words, due.get_attribute("datetime") or "")
        expect(page.locator(".event", has_text="The whole campus is concerned.")).to_contain_text("Critical Impact")


def assert_same_instant(previewed: str, due: str) -> None:
    """`runs, Mon 30 Nov, 09:00 EST` is that instant, but for the minute or two that went by until it was saved."""
    with timezone.override(SPIRIONS):
        minutes = (datetime.fromisoformat(due) - timedelta(minutes=late) for late in range(3))
        assert previewed.partition(", ")[2] in {at_reader(at, timezone.now()).text for at in minutes}, (previewed, due)


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
    with visiting(browser, installation, email, theme=theme, width=width) as page:
        page.goto("/tickets/")
        page.locator("tbody a").first.click()
        page.wait_for_url("**/tickets/*/")
        unfold(page)
        assert [*wrong_as_it_is(page), *wrong_in_this_look(page)] == []
