"""Coming in by the browser: sign-in, invitation, second factor, tokens, switching off JavaScript."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.visitor import Installation, one_time_code, sign_in, visiting

ADMIN, AGENT = "dana@procirrus.example", "priya@procirrus.example"


@pytest.mark.parametrize("javascript", [True, False], ids=["with-script", "without"])
def test_an_invitation_from_the_mail_to_the_first_page(
    browser: Browser, installation: Installation, javascript: bool
) -> None:
    email = f"new-{'js' if javascript else 'plain'}@procirrus.example"
    with visiting(browser, installation, ADMIN, javascript=javascript) as page:
        page.goto("/people/")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Role").select_option("lead")
        page.get_by_role("button", name="Send invitation").click()
        expect(page.get_by_role("cell", name=email, exact=True)).to_be_visible()
    with visiting(browser, installation, javascript=javascript) as page:
        page.goto(installation.link_to(email))
        expect(page.get_by_role("heading", level=1)).to_have_text("ProCirrus invites you")
        page.get_by_label("Your name").fill("Nia Newcomer")
        page.get_by_label("Password", exact=True).fill("short")
        page.get_by_role("button", name="Make my account").click()
        expect(page.get_by_label("Your name")).to_have_value("Nia Newcomer")
        page.get_by_label("Password", exact=True).fill("nine-quiet-harbours")
        page.get_by_role("button", name="Make my account").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("ProCirrus")
    with visiting(browser, installation, javascript=javascript) as page:
        page.goto(installation.link_to(email))
        expect(page.get_by_text("was used, withdrawn or has expired")).to_be_visible()


def test_a_wrong_password_and_then_the_right_one_by_keyboard(browser: Browser, installation: Installation) -> None:
    with visiting(browser, installation) as page:
        page.goto("/people/")
        page.get_by_label("Email").focus()
        page.keyboard.type(AGENT)
        page.keyboard.press("Tab")
        page.keyboard.type("wrong-password-here")
        page.keyboard.press("Enter")
        expect(page.get_by_text("not correct").first).to_be_visible()
        expect(page.get_by_label("Email")).to_have_value(AGENT)
        page.get_by_label("Password", exact=True).focus()
        page.keyboard.type("clear-skies-over-harbour")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("People")


def test_a_second_factor_is_set_up_and_asked_for(browser: Browser, installation: Installation) -> None:
    email = "tom@procirrus.example"
    with visiting(browser, installation, email) as page:
        page.goto("/account/2fa/")
        page.get_by_role("link", name="Set up the app").click()
        page.get_by_label("Password", exact=True).fill("clear-skies-over-harbour")
        page.get_by_role("button", name="Confirm").click()
        secret = page.locator("#authenticator_secret").input_value()
        page.locator("input[name=code]").fill(one_time_code(secret))
        page.get_by_role("button", name="Switch on").click()
        page.wait_for_url("**/recovery-codes/**")
    with visiting(browser, installation) as page:
        page.goto("/account/login/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill("clear-skies-over-harbour")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/2fa/authenticate/**")
        page.goto("/people/")
        expect(page.get_by_role("heading", level=1)).not_to_have_text("People")


def test_a_token_is_shown_once_and_works(browser: Browser, installation: Installation) -> None:
    with visiting(browser, installation, AGENT) as page:
        page.goto("/tokens/")
        page.get_by_label("Name").fill("journey")
        page.get_by_role("button", name="Make token").click()
        secret = page.locator("#secret").input_value()
        answer = page.request.get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"})
        assert answer.json()["token"].items() >= {"name": "journey", "read_only": False}.items()
        page.goto("/tokens/")
        assert secret not in page.content()
        page.get_by_role("button", name="Revoke journey").click()
        assert page.request.get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"}).status == 401


def test_signing_out_shows_nothing_by_going_back(browser: Browser, installation: Installation) -> None:
    with visiting(browser, installation) as page:
        sign_in(page, AGENT)
        page.goto("/people/")
        page.locator("details.person summary").first.click()
        page.get_by_role("button", name="Sign out").first.click()
        page.wait_for_url("**/account/login/**")
        page.go_back()
        expect(page.get_by_text("priya@procirrus.example")).to_have_count(0)
