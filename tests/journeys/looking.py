"""What is wrong with a page, as it stands in the browser: for the tests, and for the crawl through all of them."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from playwright.sync_api import Page

LOOKS = (("light", 1280), ("dark", 1280), ("dark", 390), ("light", 390))
HEIGHTS = {1280: 900, 390: 844}
ENDING = " · SLA Portal"
STEADY = 0.0005  # a shift smaller than this is a rounding of the compositor's
_AXE = Axe()
_OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
    },
}
# Kept from the first moment of a page on: what the policy of its contents refused, and what moved after it stood.
KEPT = """
  window.refusedByPolicy = []; window.shifts = 0; window.shifted = []
  addEventListener('securitypolicyviolation', (e) => refusedByPolicy.push(`${e.violatedDirective} ${e.blockedURI}`))
  const named = (node) => node ? `${node.nodeName.toLowerCase()} ${node.className || ''}`.trim() : 'what is gone'
  const shift = (entry) => {
    shifts += entry.value
    for (const source of entry.sources) shifted.push(named(source.node))
  }
  new PerformanceObserver((list) => list.getEntries().filter((entry) => !entry.hadRecentInput).forEach(shift))
    .observe({ type: 'layout-shift', buffered: true })
"""
# Values that are spelled as the pages' own words are, within a line.
_WORDS = frozenset({"0", "1", "2", "3", "none", "running", "done", "down"})
# All that is to be read: texts that are seen and choices; not what people or policies wrote as code.
_TEXTS = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode, of = node.parentElement, text = node.textContent.trim()
    if (!text || of.closest('.mono, code, pre, kbd, textarea, script, style, noscript, [data-for-programs]')) continue
    if (of.closest('option') || of.checkVisibility({ visibilityProperty: true })) found.push(text)
  }
  return found
}"""
_RAW = {
    "a UUID": re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE),
    "a word of the code": re.compile(r"(?<![\w./@-])[a-z]+(?:_[a-z0-9]+)+(?![\w./@-])|\b[A-Z]{2,}_[A-Z_]+\b"),
    "a value of the code": re.compile(r"\bNone\b(?!\. )|^(?:True|False)$|\b(?:NaN|undefined|Decimal)\b"),
    "an instant for machines": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d"),
    "a tag of a template": re.compile(r"\{\{|\{%|%\(\w+\)s"),
    "an error of the code": re.compile(r"\bTraceback\b"),
}


def kinds() -> frozenset[str]:
    """The values that fields of models choose from and that are not spelled as people read them."""
    found = set()
    for model in apps.get_models():
        for field in model._meta.get_fields():
            for value, label in getattr(field, "flatchoices", ()):
                if str(value) != str(label) and str(value) not in _WORDS:
                    found.add(str(value))
    return frozenset(found - {""})


def texts(page: Page) -> list[str]:
    """All texts that are seen, one for each place."""
    found: list[str] = page.evaluate(_TEXTS)
    return found


def raw(seen: list[str], values: frozenset[str]) -> Iterator[str]:
    """What of it is spelled for machines. A whole text that is the value of a kind is one too."""
    for text in seen:
        for what, pattern in _RAW.items():
            if found := pattern.search(text):
                yield f"{what}: {found[0]!r} in {text[:80]!r}"
        if text in values or text == "None":
            yield f"the value of a kind: {text!r}"


def look(page: Page, theme: str, width: int) -> None:
    """Shows the page light or dark and as wide as that, without loading it again."""
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    if page.viewport_size != {"width": width, "height": HEIGHTS[width]}:
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    page.wait_for_function("theme => document.documentElement.dataset.bsTheme === theme", arg=theme)


def unfold(page: Page) -> None:
    """Opens all that is folded, but for what would lie over the rest."""
    page.evaluate("document.querySelectorAll('details:not(.drop)').forEach((one) => { one.open = true })")


def wrong_as_it_is(page: Page) -> Iterator[str]:
    """What is wrong whatever it looks like: headings, title, words, what its policy refused."""
    headings = page.locator("h1").count()
    if headings != 1:
        yield f"{headings} headings of the first order"
    title = page.title()
    if not title.endswith(ENDING) or not title.removesuffix(ENDING).strip():
        yield f"title {title!r}"
    yield from raw(texts(page), kinds())
    yield from (f"refused by the policy of contents: {what}" for what in page.evaluate("window.refusedByPolicy || []"))


def moved(page: Page) -> Iterator[str]:
    """Whether anything moved after it stood; asked before somebody looks at the page in another way."""
    if (shift := page.evaluate("window.shifts || 0")) > STEADY:
        yield f"what stood moved: layout shift of {shift:.4f}, of {', '.join(page.evaluate('window.shifted'))}"


def wrong_in_this_look(page: Page) -> Iterator[str]:
    """What axe finds, and whether it scrolls sideways."""
    found: list[dict[str, Any]] = _AXE.run(page, options=_OPTIONS).response["violations"]
    yield from (f"{one['id']}: {one['nodes'][0]['target']} ({len(one['nodes'])})" for one in found)
    wide, there = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    if wide > there:
        yield f"scrolls sideways: {wide} px"


def picture(page: Page, file: Path, *, tallest: int = 2600, quality: int = 50) -> None:
    """The whole page as WebP; what is taller is cut off."""
    link = page.context.new_cdp_session(page)
    width, height = page.evaluate("[window.innerWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, tallest), "scale": 1}
    given = {"format": "webp", "quality": quality, "captureBeyondViewport": True, "clip": clip}
    taken = link.send("Page.captureScreenshot", given)
    link.detach()
    file.write_bytes(base64.b64decode(taken["data"]))
