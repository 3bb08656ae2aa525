"""The contrast of colours: WCAG's own figures, the surfaces of portal.css, and every shade readable where it stands."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slaportal.people.contrast import (
    DARK,
    LIGHT,
    READABLE,
    SEEN,
    WHITE,
    contrast,
    faintest,
    is_readable,
    nearest_readable,
    ratio_in_words,
    shades_of,
)
from slaportal.settings import BASE_DIR

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
STYLES = (BASE_DIR / "slaportal" / "assets" / "static" / "portal.css").read_text()


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("#000000", "#ffffff", "21.00"),
        ("#ffffff", "#ffffff", "1.00"),
        ("#777777", "#ffffff", "4.47"),  # the well-known grey that just fails
        ("#767676", "#ffffff", "4.54"),  # and the one that just passes
        ("#ff0000", "#ffffff", "3.99"),
        ("#0000ff", "#ffffff", "8.59"),
    ],
)
def test_the_ratio_is_that_of_wcag(one: str, other: str, shown: str) -> None:
    assert ratio_in_words(contrast(one, other)) == ratio_in_words(contrast(other, one)) == shown


def test_what_is_not_enough_is_not_shown_as_enough() -> None:
    assert ratio_in_words(4.4999) == "4.49"


@pytest.mark.parametrize(
    ("theme", "surfaces"), [(":root, [data-bs-theme=light]", LIGHT), ("[data-bs-theme=dark]", DARK)]
)
def test_the_surfaces_are_those_of_the_stylesheet(theme: str, surfaces: tuple[str, ...]) -> None:
    rules = re.search(rf"^{re.escape(theme)} {{(.*?)}}", STYLES, re.MULTILINE | re.DOTALL)
    assert rules
    drawn = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]+)", rules[1]))
    whole = {
        name: value if len(value) == 7 else "#" + "".join(2 * c for c in value[1:]) for name, value in drawn.items()
    }
    assert [whole[name] for name in ("bg", "surface", "sunken", "hover")] == list(surfaces)


@given(COLOURS)
def test_the_nearest_can_be_read_and_is_the_colour_itself_where_that_can(colour: str) -> None:
    nearest = nearest_readable(colour)
    assert is_readable(nearest)
    assert (nearest == colour) == is_readable(colour)


@given(COLOURS)
def test_every_shade_is_readable_where_it_stands(colour: str) -> None:
    shades = shades_of(nearest_readable(colour))
    assert faintest(shades.link, LIGHT) >= READABLE
    assert faintest(shades.link_dark, DARK) >= READABLE
    assert faintest(shades.act_dark, DARK) >= SEEN
    for filled in (shades.act, shades.act_hover, shades.act_dark, shades.act_dark_hover):
        assert contrast(filled, WHITE) >= READABLE


def test_a_colour_that_can_be_read_is_left_as_it_is() -> None:
    shades = shades_of("#1d5fd0")
    assert (shades.link, shades.act) == ("#1d5fd0", "#1d5fd0")
    assert shades.link_dark not in ("#1d5fd0", WHITE)
