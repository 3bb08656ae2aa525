"""What customers were promised: an outage reaches their month by itself, a credit is claimed and decided."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.journeys.visitor import Installation, visiting
from tests.processes.fleet import until

LEAD, MANAGER = "ray@spirion.example", "nina@harlow-u.example"
WITHIN_S = 5
PATIENCE_MS = 60_000
# When so many of something first stood on the page, by the browser's clock; gone once somebody loads the page again.
WATCH = """([selector, many]) => {
  const there = () => document.querySelectorAll(selector).length >= many
  const look = () => { if (!window.stoodAt && there()) window.stoodAt = Date.now() }
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
}"""
CLOSED_AND_CLAIMABLE = """
    SELECT u.email, p.id FROM uptime_subscriptionperiod p
    JOIN credits_assessment a ON a.period_id = p.id AND a.status = 'claimable'
    JOIN tenancy_membership m ON m.tenant_id = p.tenant_id AND m.role = 'manager'
    JOIN tenancy_user u ON u.id = m.user_id
    JOIN tenancy_tenant t ON t.id = p.tenant_id AND t.name IN ('Harlow University', 'Fairmont Insurance')
    WHERE p.closed_at IS NOT NULL AND NOT EXISTS (SELECT FROM credits_claim c
        WHERE c.period_id = p.id AND c.state IN ('submitted', 'under_review', 'approved'))
    ORDER BY p.starts_at DESC, p.id LIMIT 1"""

pytestmark = pytest.mark.workers


def test_an_outage_reaches_the_customers_open_month_within_five_seconds(
    browser: Browser, installation: Installation, workers: None
) -> None:
    title = "Console answers slowly and then not at all"
    with visiting(browser, installation, MANAGER) as customer, visiting(browser, installation, LEAD) as lead:
        customer.goto("/months/")
        running = customer.get_by_role("row").filter(has_text="running").first
        running.get_by_role("link").click()
        customer.wait_for_url("**/months/*/")
        before = customer.get_by_label("Result").inner_text()
        outages = customer.get_by_role("region", name="Outages").locator("tbody tr")
        told = outages.count()
        customer.evaluate(WATCH, ["[aria-labelledby=outages] tbody tr", told + 1])
        answered_at = recorded(lead, title, now=timezone.now())
        customer.wait_for_function("() => window.stoodAt", timeout=PATIENCE_MS)
        took_s = (customer.evaluate("window.stoodAt") - answered_at) / 1000
        expect(outages).to_have_count(told + 1)
        row = outages.last
        expect(row).to_contain_text("Sensitive Data Platform, US East")
        expect(row).to_contain_text("Cause: the provider.")
        expect(row.get_by_role("cell").last).to_have_text("2 min")
        expect(customer.get_by_text(title)).to_have_count(0)  # what the lead calls it is for the desk
        assert customer.get_by_label("Result").inner_text() != before
        assert took_s <= WITHIN_S, f"{took_s:.1f} s from the answer to the lead until the customer's page had it"


def recorded(lead: Page, title: str, *, now: datetime) -> float:
    """Records it through the form; when the answer came, in milliseconds by the clock of the browser."""
    wall = now.astimezone(ZoneInfo("America/New_York")).replace(second=0, microsecond=0)
    lead.goto("/outages/record/")
    lead.get_by_label("Title").fill(title)
    lead.get_by_label("Sensitive Data Platform, US East").check()
    lead.get_by_label("Cause").select_option("provider")
    lead.get_by_label("Reported start").fill(f"{wall - timedelta(minutes=3):%Y-%m-%dT%H:%M}")
    lead.get_by_label("End").fill(f"{wall - timedelta(minutes=1):%Y-%m-%dT%H:%M}")
    with lead.expect_response(lambda answer: answer.request.method == "POST") as sent:
        lead.get_by_role("button", name="Record").click()
    lead.wait_for_url("**/outages/*/")
    sent.value.finished()
    timing = sent.value.request.timing
    return float(timing["startTime"] + timing["responseStart"])


def test_a_credit_is_claimed_in_two_clicks_approved_and_seen(
    browser: Browser, installation: Installation, workers: None
) -> None:
    until(lambda: installation.ask(CLOSED_AND_CLAIMABLE), "a closed month has something to be claimed")
    email, period = installation.ask(CLOSED_AND_CLAIMABLE)[0]
    with visiting(browser, installation, email) as customer, visiting(browser, installation, LEAD) as lead:
        customer.goto("/")
        # The first click says what follows, the second does it.
        card = customer.locator(".pad").filter(has=customer.locator(f"form[action='/months/{period}/claim/']"))
        amount = card.locator(".bigmoney").inner_text()
        card.locator("summary").click()
        expect(card.get_by_text(f"You claim {amount}")).to_be_visible()
        card.get_by_role("button", name="Claim", exact=True).click()
        customer.wait_for_url(f"**/months/{period}/")
        credit = customer.locator("#claim")
        expect(credit.get_by_text("Claimed by")).to_be_visible()

        lead.goto("/claims/")
        claimed = lead.get_by_role("row").filter(has=lead.locator("a")).filter(has_text=amount)
        claimed.get_by_role("link").first.click()
        lead.wait_for_url("**/claims/*/")
        expect(lead.get_by_text("Claimed in time")).to_be_visible()
        lead.get_by_label("Note to the customer").fill("It comes with the next invoice.")
        lead.get_by_role("button", name=f"Approve {amount}").click()
        expect(lead.get_by_text("the credit is granted")).to_be_visible()
        expect(lead.get_by_role("heading", name="The decision")).to_be_visible()

        expect(credit.get_by_text("Approved")).to_be_visible(timeout=PATIENCE_MS)  # its page follows by itself
        expect(credit.get_by_text("Decided")).to_be_visible()
        expect(credit).to_contain_text("Reason: It comes with the next invoice.")
        expect(credit).to_contain_text(amount)
        expect(credit.get_by_role("button", name="Withdraw the claim")).to_have_count(0)
