"""Reading, replying and claiming in a browser whose JavaScript is switched off."""

from playwright.sync_api import Browser, expect

from tests.journeys.visitor import Installation, visiting

CUSTOMER, AGENT = "walt@cedarcounty.example", "kofi@spirion.example"
OWED = """
    SELECT p.id FROM uptime_subscriptionperiod p
    JOIN credits_assessment a ON a.period_id = p.id AND a.status = 'claimable'
    JOIN tenancy_tenant t ON t.id = p.tenant_id AND t.name = 'Cedar County'
    ORDER BY p.starts_at DESC LIMIT 1"""


def test_a_customer_reads_tickets_months_and_the_agreement(browser: Browser, installation: Installation) -> None:
    with visiting(browser, installation, CUSTOMER, javascript=False) as page:
        page.goto("/")
        page.get_by_role("link", name="All tickets").click()
        page.locator("tbody a").first.click()
        page.wait_for_url("**/tickets/*/")
        expect(page.locator(".msg").first).to_be_visible()
        # Why a deadline is what it is opens without a script.
        page.locator("details.why summary").first.click()
        expect(page.locator("details.why table").first).to_contain_text("Counted")
        page.goto("/months/")
        page.get_by_role("row").filter(has_text="running").first.get_by_role("link").click()
        page.wait_for_url("**/months/*/")
        expect(page.get_by_label("Result")).to_contain_text("%")
        expect(page.get_by_role("heading", name="How the figure is made")).to_be_visible()
        page.goto("/agreement/")
        expect(page.get_by_role("heading", name="Contents")).to_be_visible()
        expect(page.locator("ul.promises li").first).to_be_visible()


def test_an_agent_replies_and_the_customer_reads_it(browser: Browser, installation: Installation) -> None:
    said = "We found it: the scan stopped at a file without a name."
    with visiting(browser, installation, AGENT, javascript=False) as page:
        page.goto("/queue/")
        row = page.get_by_role("row").filter(has_text="Cedar County").first
        row.locator("[data-row]").click()
        page.wait_for_url("**/tickets/*/")
        address = page.url
        page.locator("form.composer textarea").first.fill(said)
        page.get_by_role("button", name="Send reply").click()
        expect(page.locator(".msg.ours").last).to_contain_text(said)
    with visiting(browser, installation, CUSTOMER, javascript=False) as page:
        page.goto(address)
        expect(page.locator(".msg").last).to_contain_text(said)
        page.get_by_label("Your reply").fill("It runs through now.")
        page.get_by_role("button", name="Send reply").click()
        expect(page.locator(".msg").last).to_contain_text("It runs through now.")


def test_a_customer_claims_a_credit_and_takes_it_back(browser: Browser, installation: Installation) -> None:
    period = installation.ask(OWED)[0][0]
    with visiting(browser, installation, CUSTOMER, javascript=False) as page:
        page.goto("/")
        card = page.locator(".pad").filter(has=page.locator(f"form[action='/months/{period}/claim/']"))
        amount = card.locator(".bigmoney").inner_text()
        card.locator("summary").click()
        card.get_by_role("button", name="Claim", exact=True).click()
        page.wait_for_url(f"**/months/{period}/")
        expect(page.get_by_text("Claimed by Walt Jensen")).to_be_visible()
        assert amount.startswith("$")
        # No worker runs here: the page itself counts the claim that was made.
        expect(page.locator("#claim")).to_contain_text("Claimed in time.")
        expect(page.locator(f"form[action='/months/{period}/claim/']")).to_have_count(0)
        page.get_by_role("button", name="Withdraw the claim").click()
        expect(page.get_by_text("The claim is withdrawn.")).to_be_visible()
        expect(page.get_by_role("button", name="Withdraw the claim")).to_have_count(0)
        expect(page.locator(f"form[action='/months/{period}/claim/']")).to_have_count(1)


def test_a_refused_form_is_left_by_its_address(browser: Browser, installation: Installation) -> None:
    with visiting(browser, installation, CUSTOMER, javascript=False) as page:
        page.goto("/tickets/?open=1")
        page.locator("tbody a").first.click()
        page.wait_for_url("**/tickets/*/")
        ticket = page.url
        page.get_by_label("Your reply").fill(" ")
        page.get_by_role("button", name="Send reply").click()
        page.wait_for_url(f"{ticket}reply/")
        page.goto(page.url)  # Enter in the address bar
        assert page.url == ticket
        expect(page.get_by_label("Your reply")).to_be_visible()
