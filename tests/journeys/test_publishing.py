"""An administrator publishes a new version: a file with an error, the error read at its line, mended there."""

import re

from playwright.sync_api import Browser, FilePayload, Page, expect

from contracts.policy.documents import shipped_policy
from tests.journeys.visitor import Installation, visiting

ADMIN = "vikram@secpod.example"
WRITTEN = "within: 2h"


def test_an_error_is_read_at_its_line_mended_there_and_the_version_published(
    browser: Browser, installation: Installation
) -> None:
    text = shipped_policy("secpod").text.replace("title: Customer Support", "title: Revised Customer Support", 1)
    lines = text.split("\n")
    number, right = next((n, line) for n, line in enumerate(lines, start=1) if WRITTEN in line)
    lines[number - 1] = right.replace(WRITTEN, "within: two hours")
    file = FilePayload(name="secpod.yaml", mimeType="application/yaml", buffer="\n".join(lines).encode())
    with visiting(browser, installation, ADMIN) as page:
        page.goto("/policies/")
        listed = page.get_by_role("link", name=re.compile(r"^Version \d+$")).count()
        page.get_by_role("link", name="New version").first.click()
        page.get_by_label("Or a file with the text").set_input_files(file)
        page.get_by_label("Note").fill("The time zone by its name.")
        page.get_by_role("button", name="Publish").click()
        found = page.get_by_role("row").filter(has_text=f"Line {number}")
        expect(found).to_contain_text("within: two hours")
        expect(page.get_by_text("Nothing was published").first).to_be_visible()
        expect(page.get_by_label("Note")).to_have_value("The time zone by its name.")
        mend(page, number, right)
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.get_by_text("The text is sound, but there are warnings.")).to_be_visible()
        expect(page.get_by_role("heading", name="What differs from version")).to_be_visible()
        page.get_by_label("Publish in spite of the warnings").check()
        page.get_by_role("button", name="Publish").click()
        page.wait_for_url(re.compile(r"/policies/\d+/$"))
        expect(page.get_by_text("is published")).to_be_visible()
        page.goto("/policies/")
        versions = page.get_by_role("link", name=re.compile(r"^Version \d+$"))
        expect(versions).to_have_count(listed + 1)
        newest = page.get_by_role("row").filter(has_text="The time zone by its name.")
        expect(newest.get_by_role("link")).to_have_text(f"Version {listed + 1}")


def mend(page: Page, number: int, right: str) -> None:
    """Goes to that line of the text by the keyboard and types it anew."""
    text = page.get_by_label("Text of the policy")
    text.press("Control+Home")
    for _ in range(number - 1):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.type(right)
