"""An administrator uploads a policy with an error, mends it at the named line, publishes, reads what is different."""

import re

from playwright.sync_api import Browser, FilePayload, expect

from contracts.policy.documents import shipped_policy
from tests.journeys.visitor import Installation, visiting

ADMIN = "vikram@secpod.example"
TEXT = shipped_policy("secpod").text
MENDED = TEXT.replace("\ntitle: ", "\n# Read again with the customers.\ntitle: ", 1)
WRONG = MENDED.replace("\ntimezone: ", "\ntimezonne: ", 1)


def test_an_error_is_mended_at_its_line_and_published(browser: Browser, installation: Installation) -> None:
    line = WRONG[: WRONG.index("\ntimezonne: ")].count("\n") + 2
    with visiting(browser, installation, ADMIN) as page:
        page.goto("/policies/secpod/new/")
        file: FilePayload = {"name": "policy.yaml", "mimeType": "text/yaml", "buffer": WRONG.encode()}
        page.get_by_label("Or a file with the text").set_input_files(file)
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_role("alert")).to_contain_text("wrong in the text")
        area = page.get_by_label("Text of the policy")
        expect(area).to_have_value(WRONG)
        page.get_by_role("link", name=f"Line {line}", exact=True).first.click()
        expect(area).to_be_focused()
        expect(page.locator(".numbered .bad", has_text=re.compile(rf"^{line}$"))).to_be_visible()
        chosen = page.evaluate("getSelection().toString()")
        assert chosen.startswith("timezonne: ")
        page.keyboard.type(chosen.replace("timezonne", "timezone"))
        expect(area).to_have_value(MENDED)
        page.get_by_label("In force from").fill("2099-01-01T00:00")
        page.get_by_label("Note").fill("Read again with the customers")
        page.get_by_role("button", name="Check").click()
        expect(page.locator("#check")).to_contain_text("The text is sound")
        expect(page.locator("#differences").locator("xpath=../..")).to_contain_text("Every sentence of every plan")
        confirm = page.get_by_label("Publish in spite of the warnings")
        if confirm.count():
            confirm.check()
        page.get_by_role("button", name="Publish").click()
        page.wait_for_url("**/policies/*/")
        expect(page.get_by_text("Version 2 is published; it holds from")).to_be_visible()
        expect(page.locator(".yaml .l.added")).to_contain_text("# Read again with the customers.")
        page.get_by_role("link", name="Line by line").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("From version 1 to version 2")
        expect(page.locator(".yaml ins")).to_have_text("# Read again with the customers.\n")
