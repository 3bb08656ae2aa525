"""Whether a colour can be read on the pages, how well, and the nearest that can: the contrast of WCAG 2.

Outside the exact domain: the formula of WCAG is one of powers, and no figure of an agreement goes near it.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

# On what links and words stand: page, cards, side bar, rows under the pointer. A test compares these with portal.css.
LIGHT = ("#f6f7f9", "#ffffff", "#f1f3f6", "#f3f6fb")
DARK = ("#0f141a", "#161c24", "#1b222c", "#1c2530")
WHITE = "#ffffff"
READABLE = 4.5  # for text (WCAG 1.4.3)
SEEN = 3  # for what is no text, as the edge of a button (WCAG 1.4.11)
STEPS = 255  # as fine as a channel is


@dataclass(frozen=True, slots=True)
class Shades:
    """One colour as the pages use it: links and buttons, light and dark. White can be read on all four of `act`."""

    link: str
    act: str
    act_hover: str
    link_dark: str
    act_dark: str
    act_dark_hover: str


def contrast(one: str, other: str) -> float:
    """The ratio of two colours `#rrggbb`, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def faintest(colour: str, surfaces: Iterable[str]) -> float:
    """The lowest of the colour's ratios on these surfaces."""
    return min(contrast(colour, surface) for surface in surfaces)


def is_readable(colour: str) -> bool:
    """Whether links can be read in it on all light surfaces; for the dark ones a lighter shade is made."""
    return faintest(colour, LIGHT) >= READABLE


@lru_cache(maxsize=256)
def nearest_readable(colour: str) -> str:
    """The colour itself where it can be read, else the least darker shade of its hue that can."""
    shades = (_mixed(colour, "#000000", step) for step in range(STEPS + 1))
    return next(shade for shade in shades if is_readable(shade))


@lru_cache(maxsize=256)
def shades_of(colour: str) -> Shades:
    """The shades of a colour that `is_readable`: the least lighter ones that can be read, or seen, on dark surfaces."""
    act_dark = _lightened(colour, SEEN)
    return Shades(
        link=colour,
        act=colour,
        act_hover=_mixed(colour, "#000000", STEPS // 6),
        link_dark=_lightened(colour, READABLE),
        act_dark=act_dark,
        act_dark_hover=_mixed(act_dark, "#000000", STEPS // 6),
    )


def ratio_in_words(ratio: float) -> str:
    """`4.49`: cut off, so that what is not enough is never shown as enough."""
    return f"{math.floor(ratio * 100) / 100:.2f}"


def _lightened(colour: str, least: float) -> str:
    shades = (_mixed(colour, WHITE, step) for step in range(STEPS + 1))
    return next(shade for shade in shades if faintest(shade, DARK) >= least)


def _mixed(colour: str, other: str, step: int) -> str:
    """So many 255ths of the way to the other colour."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{(one * (STEPS - step) + to * step) // STEPS:02x}" for one, to in pairs)


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _luminance(colour: str) -> float:
    shares = [channel / 255 for channel in _channels(colour)]
    linear = [share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
