"""A provider's colour and logo in the browser: set by its administrator, readable on staff's and customers' pages."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from slaportal.people.contrast import shades_of
from tests.journeys.visitor import Installation, visiting
from tests.pictures import picture

ADMIN, MANAGER = "dana@procirrus.example", "grace@harlowpine.example"
FAINT = "#ffd24d"


def rgb(colour: str) -> str:
    return "rgb({}, {}, {})".format(*(int(colour[at : at + 2], 16) for at in (1, 3, 5)))


def found_by_axe(page: Page) -> list[str]:
    return [f"{v['id']} {v['nodes'][0]['target']}" for v in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("javascript", [True, False], ids=["with-script", "without"])
def test_an_administrator_sets_colour_and_logo(browser: Browser, installation: Installation, javascript: bool) -> None:
    with visiting(browser, installation, ADMIN, javascript=javascript) as page:
        page.goto("/provider/")
        page.get_by_role("textbox", name="Colour").fill(FAINT)
        page.get_by_role("button", name="Save the colour").click()
        expect(page.get_by_text("hard to read on light pages")).to_be_visible()
        expect(page.get_by_role("textbox", name="Colour")).to_have_value(FAINT)
        nearest = page.get_by_role("button", name="Take #").inner_text().split()[-1]
        page.get_by_role("button", name="Take #").click()
        expect(page.get_by_role("textbox", name="Colour")).to_have_value(nearest)
        expect(page.get_by_role("button", name="Save", exact=True)).to_have_css("background-color", rgb(nearest))
        page.get_by_label("Picture").set_input_files(
            {"name": "logo.png", "mimeType": "image/png", "buffer": picture((300, 100), colour=nearest)}
        )
        page.get_by_role("button", name="Send the logo").click()
        logo = page.locator("img.logo").first
        expect(logo).to_be_visible()
        assert logo.evaluate("image => image.naturalWidth") == 256


@pytest.mark.parametrize("look", [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)], ids=str)
def test_pages_with_them_are_readable(browser: Browser, installation: Installation, look: tuple[str, int]) -> None:
    theme, width = look
    test_an_administrator_sets_colour_and_logo(browser, installation, javascript=True)
    for who, paths in ((ADMIN, ("/provider/", "/people/", "/queue/")), (MANAGER, ("/", "/tickets/new/", "/months/"))):
        with visiting(browser, installation, who, theme=theme, width=width) as page:
            for path in paths:
                page.goto(path)
                assert found_by_axe(page) == [], path
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
                assert page.locator("img.logo").first.evaluate("image => image.complete && image.naturalWidth > 0")
            accent = page.evaluate("getComputedStyle(document.body).getPropertyValue('--accent')").strip()
            assert accent != "#1d5fd0"
            assert (accent == shades_of(_colour_of(page)).link_dark) == (theme == "dark")


def _colour_of(page: Page) -> str:
    """As the light rules of the stylesheet have it."""
    sheet = page.request.get("/brand.css").text()
    return str(sheet.partition("--accent: ")[2][:7])
