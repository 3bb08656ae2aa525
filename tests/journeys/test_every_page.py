"""Every page as every role that sees something else: axe is content, nothing scrolls sideways, one h1, a title."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.journeys.visitor import Installation, visiting

ACCOUNT = ["/account/2fa/", "/account/profile/", "/account/email/", "/account/password/change/", "/account/sessions/"]
WEBHOOKS = ["/webhooks/", "/webhooks/new/", "/webhooks/deliveries/"]
SEEN = {
    "stranger": ("", ["/account/login/", "/account/password/reset/", "/account/signup/", "/nowhere/"]),
    "admin": (
        "joan@spirion.example",
        [
            *("/", "/people/", "/customers/", "/jobs/", "/messages/", "/audit/", "/tokens/", "/provider/"),
            *WEBHOOKS,
            *ACCOUNT,
        ],
    ),
    "agent": (
        "ana@spirion.example",
        [
            "/",
            "/people/",
            "/customers/",
            "/jobs/",
            "/provider/",
            "/queue/",
            "/queue/?view=breached",
            "/tickets/",
            "/tickets/new/",
            "/tokens/",
            "/docs/api/",
        ],
    ),
    "lead": (
        "ray@spirion.example",
        [
            "/outages/",
            "/outages/record/",
            "/maintenance/",
            "/maintenance/plan/",
            "/claims/",
            "/attainment/",
            "/months/",
        ],
    ),
    "manager": (
        "nina@harlow-u.example",
        [
            "/",
            "/people/",
            "/tokens/",
            "/audit/",
            "/tickets/",
            "/tickets/?open=1",
            "/tickets/new/",
            "/months/",
            "/agreement/",
            *WEBHOOKS,
        ],
    ),
    "member": ("george@harlow-u.example", ["/", "/people/"]),
    "operator": ("operator@portal.example", ["/installation/", "/switch/"]),
}


@pytest.mark.parametrize("look", [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)], ids=str)
@pytest.mark.parametrize("who", SEEN)
def test_pages(browser: Browser, installation: Installation, who: str, look: tuple[str, int]) -> None:
    theme, width = look
    email, paths = SEEN[who]
    wrong: list[str] = []
    with visiting(browser, installation, email, theme=theme, width=width) as page:
        for path in paths:
            page.goto(path)
            found = Axe().run(page).response["violations"]
            wrong += [f"{path}: {v['id']} {v['nodes'][0]['target']}" for v in found]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{path}: scrolls sideways")
            if page.locator("h1").count() != 1:
                wrong.append(f"{path}: {page.locator('h1').count()} headings of the first order")
            if not page.title().endswith("· SLA Portal") or page.title().startswith("·"):
                wrong.append(f"{path}: title {page.title()!r}")
    assert wrong == []
