"""The desk in a browser: ten tickets by keyboard, a severity after its preview, replies without JavaScript."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.looking import unfold, wrong_as_it_is, wrong_in_this_look
from tests.journeys.visitor import Installation, visiting

# Whoever touches a mouse or a screen leaves a mark here, on every page.
NO_MOUSE = """
  for (const kind of ['pointerdown', 'mousedown', 'touchstart'])
    addEventListener(kind, () => { console.error(`${kind}: not by the keyboard`) }, true)
"""


def test_an_agent_works_ten_tickets_with_the_keyboard_alone(browser: Browser, installation: Installation) -> None:
    worked: list[str] = []
    with visiting(browser, installation, "marta@infopromo.example") as page:
        page.context.add_init_script(NO_MOUSE)
        page.goto("/queue/")
        for number in range(10):
            worked.append(open_by_keyboard(page, worked))
            work_by_keyboard(page, number)
            page.keyboard.press("u")
            page.wait_for_url("**/queue/")
    assert len(set(worked)) == 10


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
        page.keyboard.type("Pending")
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
            if due.count():
                assert_same_instant(words, due.inner_text())
        expect(page.locator(".event", has_text="The whole campus is concerned.")).to_contain_text("Critical Impact")


def assert_same_instant(previewed: str, due: str) -> None:
    """The same day and the same time of it, but for the minute that went by until it was saved."""
    before, after = previewed.partition(", ")[2], due
    clocks = [re.findall(r"(\d\d):(\d\d)", words)[-1] for words in (before, after)]
    first, second = (int(hours) * 60 + int(minutes) for hours, minutes in clocks)
    assert (second - first) % (24 * 60) <= 2, (previewed, due)
    if second >= first:
        assert re.sub(r"\d\d:\d\d", "", before) == re.sub(r"\d\d:\d\d", "", after), (previewed, due)


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
