"""What has little room on a phone: names stay words, and acts stand below them."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.visitor import Installation, visiting

ADMIN = "agnieszka@infopromo.example"
A_LINE_PX = 40


@pytest.mark.parametrize("width", [390, 1280])
def test_the_name_of_a_service_that_is_covered_is_not_squeezed_by_the_act_beside_it(
    browser: Browser, installation: Installation, width: int
) -> None:
    ((pk,),) = installation.ask(
        "SELECT c.subscription_id FROM contracts_coverage c JOIN contracts_service s ON s.id = c.service_id "
        "JOIN tenancy_provider p ON p.id = c.provider_id WHERE p.slug = 'infopromo' "
        "ORDER BY length(s.name) DESC, c.id LIMIT 1"
    )
    with visiting(browser, installation, ADMIN, width=width) as page:
        page.goto(f"/subscriptions/{pk}/")
        row = page.get_by_role("region", name="What it covers").get_by_role("listitem").first
        name, act = row.locator("b").bounding_box(), row.locator("summary").bounding_box()
        assert name is not None
        assert act is not None
        assert name["height"] < A_LINE_PX
        assert act["x"] + act["width"] <= width
        if width == 390:
            assert act["y"] >= name["y"] + name["height"]
