"""The pictures in docs/screens/, and docs/screens.md, which shows them page by page."""

from pathlib import Path

from tests.crawl.examining import Seen
from tests.journeys.looking import LOOKS

MOST = 15_000_000  # bytes of all pictures together
SIDES = {
    "stranger": "Before signing in",
    "customer": "Customers",
    "staff": "The provider's staff",
    "operator": "Who runs the installation",
}
HEAD = """# The pages in pictures

Made by `make screens` from the demo: {count} pages in four looks, {megabytes} MB as WebP. Shown is each page in light
and wide; the others are linked. What is taller than 2,600 px is cut off there.
"""


def clear(directory: Path) -> None:
    """No picture of a page that is gone stays."""
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.webp"):
        old.unlink()


def write_index(directory: Path, seen: Seen) -> None:
    """`<directory>.md`, in the order of who sees it and then of the routes; too much in all is a finding."""
    size = sum(file.stat().st_size for file in directory.glob("*.webp"))
    if size > MOST:
        seen.say(str(directory), f"{size:,} bytes of pictures, {MOST:,} are allowed")
    lines = [HEAD.format(count=len(seen.pictured), megabytes=f"{size / 1e6:.1f}")]
    for side, words in SIDES.items():
        lines.append(f"\n## {words}\n")
        names = sorted(name for name in seen.pictured if name.endswith(f"-{side}"))
        lines.extend(_entry(directory.name, name, seen.pictured[name]) for name in names)
    directory.with_suffix(".md").write_text("".join(lines))


def _entry(place: str, name: str, title: str) -> str:
    files = {(theme, width): f"{place}/{name}-{theme}-{width}.webp" for theme, width in LOOKS}
    others = ", ".join(f"[{_words(*which)}]({file})" for which, file in files.items() if which != LOOKS[0])
    return f"\n### {title.removesuffix(' · SLA Portal')}\n{others}\n\n![{title}]({files[LOOKS[0]]})\n"


def _words(theme: str, width: int) -> str:
    return f"{theme}, {'wide' if width > 500 else 'narrow'}"
