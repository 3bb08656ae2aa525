"""Pages that no link leads to: from mails, with menus open, after a form was refused or checked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from playwright.sync_api import Browser, Error, Page

from slaportal.site.demo.cast import PASSWORD
from tests.conftest import superuser_cursor
from tests.crawl.examining import Seen, examine
from tests.crawl.roles import ROLES, Role
from tests.journeys.visitor import Installation, one_time_code, opened

STRANGER, ADMIN, LEAD, AGENT, MANAGER = ROLES[:5]
CAREFUL = Role("an agent with a second factor", "staff", "mei@spirion.example")


@dataclass(frozen=True, slots=True)
class Guide:
    """Leads the browser to pages and has them looked at."""

    browser: Browser
    installation: Installation
    seen: Seen

    def visit(self, role: Role, go: Callable[[Page], None], *, signed_in: bool = True) -> None:
        """In a window of its own; what its browser complains of is charged to the whole visit."""
        with opened(self.browser, self.installation, role.email if signed_in else "") as (page, complaints):
            go(page)
            for complaint in complaints:
                self.seen.say(f"{go.__name__} as {role.name}", f"the browser complains: {complaint}")

    def examine(self, page: Page, role: Role, route: str) -> None:
        """The page as it stands; what it is called is the route and what was done there."""
        path = page.url.removeprefix(self.installation.address)
        examine(page, role, route, path, self.seen, always=True)


def guide(browser: Browser, installation: Installation, seen: Seen) -> None:
    """All of it."""
    guiding = Guide(browser, installation, seen)
    for part in (_mailed, _second_factor, _refused, _checked, _menus, _jobs):
        try:
            part(guiding)
        except Error as error:  # a button of another name, a page that does not come: the others are still looked at
            seen.say(part.__name__.strip("_"), f"the guide came no further: {error.message.splitlines()[0]}")


def _mailed(guiding: Guide) -> None:
    """What links in mails lead to."""
    invited, forgetful = "newcomer@spirion.example", "kofi@spirion.example"

    def inviting(page: Page) -> None:
        page.goto("/people/")
        page.get_by_label("E-mail address").fill(invited)
        page.get_by_role("button", name="Send invitation").click()
        page.get_by_role("cell", name=invited, exact=True).wait_for()
        guiding.examine(page, ADMIN, "people_invited")

    def arriving(page: Page) -> None:
        page.goto(guiding.installation.link_to(invited))
        guiding.examine(page, STRANGER, "invitation")
        page.goto("/invitation/slai_wrong/")
        guiding.examine(page, STRANGER, "invitation_used")
        page.goto("/account/password/reset/")
        page.get_by_label("Email").fill(forgetful)
        page.get_by_role("button", name="Send me the link").click()
        page.wait_for_url("**/done/")
        page.goto(guiding.installation.link_to(forgetful))
        guiding.examine(page, STRANGER, "account_reset_password_from_key")
        page.goto("/account/password/reset/key/1-wrong-key/")
        guiding.examine(page, STRANGER, "account_reset_password_from_wrong_key")
        page.goto("/account/login/")
        page.get_by_label("Email").fill(forgetful)
        page.get_by_label("Password", exact=True).fill("not-the-password")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_text("not correct").first.wait_for()
        guiding.examine(page, STRANGER, "account_login_refused")

    guiding.visit(ADMIN, inviting)
    guiding.visit(STRANGER, arriving)


def _second_factor(guiding: Guide) -> None:
    """Set up, its codes, and asked for."""

    def setting_up(page: Page) -> None:
        page.goto("/account/2fa/")
        page.get_by_role("link", name="Set up the app").click()
        guiding.examine(page, CAREFUL, "account_reauthenticate")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        secret = page.locator("#authenticator_secret").input_value()
        guiding.examine(page, CAREFUL, "mfa_activate_totp")
        page.locator("input[name=code]").fill(one_time_code(secret))
        page.get_by_role("button", name="Switch on").click()
        page.wait_for_url("**/recovery-codes/**")
        guiding.examine(page, CAREFUL, "mfa_view_recovery_codes")
        for path, route in (
            ("/account/2fa/", "mfa_index_on"),
            ("/account/2fa/recovery-codes/generate/", "mfa_generate_recovery_codes"),
            ("/account/2fa/totp/deactivate/", "mfa_deactivate_totp"),
            ("/account/2fa/webauthn/add/", "mfa_add_webauthn"),
        ):
            page.goto(path)
            guiding.examine(page, CAREFUL, route)

    def asked(page: Page) -> None:
        page.goto("/account/login/")
        page.get_by_label("Email").fill(CAREFUL.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/2fa/authenticate/**")
        guiding.examine(page, CAREFUL, "mfa_authenticate")

    guiding.visit(CAREFUL, setting_up)
    guiding.visit(CAREFUL, asked, signed_in=False)


def _refused(guiding: Guide) -> None:
    """Forms that come back with what is wrong."""

    def sending_nothing(page: Page) -> None:
        for path, button, route in (
            ("/outages/record/", "Record", "outage_record_refused"),
            ("/maintenance/plan/", "See the verdict", "window_plan_refused"),
        ):
            page.goto(path)
            page.locator("main form").get_by_role("button", name=button).first.click()
            page.locator("main [aria-invalid=true]").first.wait_for()
            guiding.examine(page, LEAD, route)

    def opening_nothing(page: Page) -> None:
        page.goto("/tickets/new/")
        page.get_by_role("button", name="Open the ticket").click()
        page.locator("main [aria-invalid=true]").first.wait_for()
        guiding.examine(page, MANAGER, "ticket_new_refused")

    def publishing_nonsense(page: Page) -> None:
        page.goto("/policies/")
        page.get_by_role("link", name="New version").first.click()
        text = page.get_by_label("Text of the policy")
        text.fill(text.input_value().replace("severities:", "severity:", 1))
        page.get_by_role("button", name="Check", exact=True).click()
        page.get_by_role("alert").first.wait_for()
        guiding.examine(page, ADMIN, "policy_new_refused")

    guiding.visit(LEAD, sending_nothing)
    guiding.visit(MANAGER, opening_nothing)
    guiding.visit(ADMIN, publishing_nonsense)


def _checked(guiding: Guide) -> None:
    """What is shown before anything is saved."""

    def planning(page: Page) -> None:
        page.goto("/maintenance/plan/")
        start = timezone.now().astimezone(ZoneInfo("America/New_York")) + timedelta(days=1)
        page.get_by_label("Title").fill("New storage")
        page.locator("input[name=services]").first.check()
        page.get_by_label("Start").fill(f"{start:%Y-%m-%dT22:00}")
        page.get_by_label("End").fill(f"{start:%Y-%m-%dT23:30}")
        page.get_by_role("button", name="See the verdict").click()
        page.get_by_role("button", name="Plan it").wait_for()
        guiding.examine(page, LEAD, "window_plan_checked")

    guiding.visit(LEAD, planning)


def _menus(guiding: Guide) -> None:
    """What lies over the page once it is opened."""

    def of_staff(page: Page) -> None:
        page.goto("/queue/")
        # Wide and narrow screens have one each, so that each look shows one.
        page.evaluate("document.querySelectorAll('.person, .menu').forEach((one) => { one.open = true })")
        guiding.examine(page, AGENT, "queue_menu")
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        guiding.examine(page, AGENT, "queue_keys")

    def of_customers(page: Page) -> None:
        page.goto("/")
        confirm = page.locator("details.confirm > summary")
        if confirm.count():
            confirm.first.click()
            guiding.examine(page, MANAGER, "home_claiming")

    guiding.visit(AGENT, of_staff)
    guiding.visit(MANAGER, of_customers)


def _jobs(guiding: Guide) -> None:
    """Mails that were given up, and the job that sends them again."""
    cursor = superuser_cursor(guiding.installation.database)
    cursor.execute(
        "UPDATE outbox_message SET state = 'given_up' WHERE id IN (SELECT m.id FROM outbox_message m "
        "JOIN tenancy_provider p ON p.id = m.provider_id WHERE p.slug = 'spirion' ORDER BY m.id LIMIT 3)"
    )
    cursor.connection.close()

    def sending_again(page: Page) -> None:
        page.goto("/messages/")
        guiding.examine(page, ADMIN, "messages_given_up")
        page.get_by_role("button", name="given-up").click()
        page.wait_for_url("**/jobs/*/")
        guiding.examine(page, ADMIN, "job")
        page.goto("/jobs/")
        guiding.examine(page, ADMIN, "jobs_listed")

    guiding.visit(ADMIN, sending_again)
