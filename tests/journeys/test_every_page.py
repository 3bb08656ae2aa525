"""Every page as every role that sees something else; `make crawl` goes further and finds the pages by itself."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.looking import LOOKS, look, moved, wrong_as_it_is, wrong_in_this_look
from tests.journeys.visitor import Installation, visiting
from tests.journeys.weighing import weigh

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


@pytest.mark.parametrize("looks", [LOOKS[:2], LOOKS[2:]], ids=["wide", "narrow"])
@pytest.mark.parametrize("who", SEEN)
def test_pages(browser: Browser, installation: Installation, who: str, looks: tuple[tuple[str, int], ...]) -> None:
    email, paths = SEEN[who]
    wrong: list[str] = []
    titles: dict[str, str] = {}
    with visiting(browser, installation, email, width=looks[0][1]) as page:
        for path in paths:
            page.goto(path)
            wrong += [f"{path}: {what}" for what in (*moved(page), *wrong_as_it_is(page))]
            alone = path.partition("?")[0]
            if titles.setdefault(page.title(), alone) != alone:
                wrong.append(f"{path}: the title of {titles[page.title()]}")
            for theme, width in looks:
                look(page, theme, width)
                wrong += [f"{path}, {theme}, {width} px: {what}" for what in wrong_in_this_look(page)]
    assert wrong == []


@pytest.mark.parametrize("look_", [("light", 1280), ("dark", 390)], ids=str)
def test_what_is_folded_one_under_the_other_can_be_hit(
    browser: Browser, installation: Installation, look_: tuple[str, int]
) -> None:
    """A month with a credit, as it comes: elsewhere everything is unfolded before it is looked at."""
    owed = "SELECT period_id FROM credits_assessment WHERE amount > 0 AND provider_id = %s ORDER BY period_id LIMIT 1"
    provider = installation.ask("SELECT id FROM tenancy_provider WHERE slug = 'spirion'")[0][0]
    period = installation.ask(owed, provider)[0][0]
    with visiting(browser, installation, SEEN["lead"][0], theme=look_[0], width=look_[1]) as page:
        page.goto(f"/months/{period}/")
        assert page.locator("#claim details.small:not([open])").count() > 1
        assert [*wrong_in_this_look(page)] == []


@pytest.mark.parametrize(
    ("who", "path"), [("stranger", "/account/login/"), ("agent", "/queue/"), ("agent", "/"), ("manager", "/")]
)
def test_a_first_visit_is_light_and_nothing_moves(
    browser: Browser, installation: Installation, who: str, path: str
) -> None:
    weighed = weigh(browser, installation, SEEN[who][0], path)
    assert weighed.requests > 5
    assert [*weighed.wrong()] == []
