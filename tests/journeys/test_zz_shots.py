import pytest
from tests.journeys.visitor import visiting
@pytest.mark.parametrize("look", [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)], ids=str)
def test_shots(browser, installation, look):
    theme,width=look
    with visiting(browser, installation, "ana@spirion.example", theme=theme, width=width) as page:
        for n,path in (("tokens","/tokens/"),("docs","/docs/api/")):
            page.goto(path)
            if n=="docs": page.evaluate("document.querySelectorAll('details').forEach((d,i)=>{if(i<9)d.open=true})")
            page.screenshot(path=f"/tmp/api_{n}_{theme}_{width}.png", full_page=(n=="tokens"))
            if n=="docs":
                page.locator("#ticket_reply").scroll_into_view_if_needed(); page.evaluate("document.querySelector('#ticket_reply').open=true;document.querySelector('#ticket_reply').scrollIntoView()"); page.screenshot(path=f"/tmp/api_{n}2_{theme}_{width}.png")
                assert page.evaluate("document.documentElement.scrollWidth")<=width
