"""That what the pages are looked at for is found: a page on which everything is wrong, and one on which nothing is."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.looking import KEPT, kinds, moved, raw, unfold, wrong_as_it_is, wrong_in_this_look

GOOD = """<!doctype html><html lang="en"><head><title>Queue · SLA Portal</title>
<style>.s { width: 9px; height: 9px; padding: 0 }</style></head><body><main><h1>Queue</h1>
<p>None. An outage appears here.</p><p class="mono">waiting_on_customer</p><p>Write to mei_tanaka@spirion.example.</p>
<label>Status <select><option>Pending</option></select></label></main></body></html>"""

ADDRESS = "http://pages.example/"
# Done once two pictures of the page were drawn.
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """As narrow as a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_init_script(KEPT)
    yield context.new_page()
    context.close()


def found(page: Page, html: str) -> list[str]:
    page.set_content(html)
    unfold(page)
    return [*wrong_as_it_is(page), *wrong_in_this_look(page)]


def test_nothing_is_wrong_with_a_good_page(page: Page) -> None:
    assert found(page, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<h1>Queue</h1>", "<h1>Queue</h1><h1>Again</h1>", "2 headings of the first order"),
        ("<h1>Queue</h1>", "<h2>Queue</h2>", "0 headings of the first order"),
        ("Queue · SLA", "SLA", "title 'SLA Portal'"),
        ("Queue · SLA", " · SLA", "title '· SLA Portal'"),
        ("</main>", "<p>waiting_on_customer</p></main>", "a word of the code: 'waiting_on_customer'"),
        ("<option>Pending", "<option>waiting_on_us", "a word of the code: 'waiting_on_us'"),
        ("</main>", "<p>Owner: None</p></main>", "a value of the code: 'None'"),
        ("</main>", "<p>under_review</p></main>", "the value of a kind: 'under_review'"),
        ("</main>", "<p>2026-11-24T10:00</p></main>", "an instant for machines"),
        ("</main>", "<p>{{ ticket }}</p></main>", "a tag of a template"),
        ("</main>", "<p>b4b9c9d2-3c9e-4c55-9d0b-6f4d1c1c6a7e</p></main>", "a UUID"),
        ("</main>", "<details><summary>More</summary>given_up</details></main>", "the value of a kind: 'given_up'"),
        ("</main>", "<div style='width: 800px'>wide</div></main>", "scrolls sideways: "),
        ("<label>Status", "<p>Status</p><label>", "select-name: "),
        ("<p>None.", "<p style='color: #bbb'>None.", "color-contrast: "),
        (
            "</main>",
            "<div><button class=s>x</button><button class=s>y</button></div></main>",
            "target-size: ",
        ),
        ("<main>", "<div>", "landmark-one-main: "),
    ],
)
def test_each_fault_is_found(page: Page, old: str, new: str, said: str) -> None:
    wrong = found(page, GOOD.replace(old, new, 1))
    assert [what for what in wrong if what.startswith(said)], wrong


def test_what_moves_after_it_stood_is_found(page: Page) -> None:
    page.route(ADDRESS, lambda route: route.fulfill(body=GOOD, content_type="text/html"))
    page.goto(ADDRESS)
    page.evaluate(DRAWN)
    assert [*moved(page)] == []
    page.evaluate("document.querySelector('h1').style.paddingTop = '300px'")
    page.wait_for_function("window.shifts > 0")
    assert [what for what in moved(page) if what.startswith("what stood moved: layout shift of 0.")]


def test_the_kinds_are_those_of_the_models_but_for_what_is_spelled_as_people_read_it() -> None:
    assert {"given_up", "under_review", "claimable"} <= kinds()
    assert [*raw(["Given up", "Under review"], kinds())] == []
