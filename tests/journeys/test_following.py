"""Lists that follow another choice: severities and services of the chosen subscription, roles of the chosen side."""

from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.visitor import Installation, visiting

MANAGER, ADMIN = "zofia@wislapress.example", "agnieszka@infopromo.example"
NEWS, NEWSLETTER = "News sites", "Newsletter, trial"
STAFF, CUSTOMERS = "Our own staff", "A customer's people"


def groups_of(choice: Locator) -> list[str]:
    found: list[str] = choice.locator("optgroup").evaluate_all("groups => groups.map((one) => one.label)")
    return found


def severity(page: Page) -> Locator:
    return page.get_by_label("How severe is it?")


def test_severities_follow_the_subscription_and_what_both_have_stays_chosen(
    browser: Browser, installation: Installation
) -> None:
    with visiting(browser, installation, MANAGER) as page:
        page.goto("/tickets/new/")
        page.get_by_label("Subscription").select_option(label=NEWSLETTER)
        assert groups_of(severity(page)) == [NEWSLETTER]
        assert groups_of(page.get_by_label("Service")) == [NEWSLETTER]
        promised = page.get_by_label("What is promised")
        assert set(promised.get_by_text(NEWSLETTER).all_inner_texts()) == {NEWSLETTER}
        expect(promised.get_by_text(NEWS, exact=True).first).to_be_hidden()
        severity(page).select_option(index=2)
        chosen = severity(page).input_value()
        page.get_by_label("Subscription").select_option(label=NEWS)
        assert groups_of(severity(page)) == [NEWS]
        expect(severity(page)).to_have_value(chosen)
        page.get_by_role("button", name="Open the ticket").click()  # refused: nothing is said yet
        expect(page.get_by_label("Subject")).to_have_attribute("aria-invalid", "true")
        assert groups_of(severity(page)) == [NEWS]
        expect(severity(page)).to_have_value(chosen)


def test_roles_follow_where_somebody_belongs(browser: Browser, installation: Installation) -> None:
    with visiting(browser, installation, ADMIN) as page:
        page.goto("/people/")
        role = page.get_by_label("Role")
        assert groups_of(role) == [STAFF]
        role.select_option(label="Administrator")
        page.get_by_label("Belongs to").select_option(label="Tatra Outdoor")
        assert groups_of(role) == [CUSTOMERS]
        expect(role).to_have_value("member")
        page.get_by_label("Belongs to").select_option(label=STAFF)
        assert groups_of(role) == [STAFF]


def test_without_a_script_every_group_is_there_under_its_name(browser: Browser, installation: Installation) -> None:
    with visiting(browser, installation, MANAGER, javascript=False) as page:
        page.goto("/tickets/new/")
        assert groups_of(severity(page)) == [NEWS, NEWSLETTER]
        assert groups_of(page.get_by_label("Service")) == [NEWS, NEWSLETTER]
    with visiting(browser, installation, ADMIN, javascript=False) as page:
        page.goto("/people/")
        assert groups_of(page.get_by_label("Role")) == [STAFF, CUSTOMERS]
