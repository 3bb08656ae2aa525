"""A provider's colour and logo as pages show them: a stylesheet that sets the accent, and where both are served."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse

from slaportal.people.contrast import shades_of
from slaportal.tenancy.models import Provider

# What a middleware lets through that keeps people from the pages: their looks alone.
PATHS = ("/brand.css", "/brand/logo.png")
DIGITS = 16


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """The text, and a digest that is another one as soon as the text is."""

    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Brand:
    """Addresses of the stylesheet and of the logo, with their digests; "" where there is none."""

    css: str = ""
    logo: str = ""


@lru_cache(maxsize=256)
def stylesheet_of(colour: str) -> Stylesheet:
    """Sets what portal.css draws links and buttons with; "" sets nothing."""
    text = _sheet(colour) if colour else "/* The portal's own colours. */\n"
    return Stylesheet(text, hashlib.sha256(text.encode()).hexdigest()[:DIGITS])


def _sheet(colour: str) -> str:
    shades = shades_of(colour)
    light = _rules(shades.link, shades.act, shades.act_hover)
    dark = _rules(shades.link_dark, shades.act_dark, shades.act_dark_hover)
    return f":root, [data-bs-theme=light] {{ {light} }}\n[data-bs-theme=dark] {{ {dark} }}\n"


def _rules(link: str, act: str, hover: str) -> str:
    rgb = ", ".join(str(int(act[at : at + 2], 16)) for at in (1, 3, 5))
    return (
        f"--accent: {link}; --act: {act}; --act-2: {hover}; --mark: {act}; --mark-ink: #fff; "
        f"--tblr-primary: {act}; --tblr-primary-rgb: {rgb};"
    )


def brand_of(provider: Provider) -> Brand:
    """What the provider's pages have besides the portal's own; nothing is asked of the database."""
    css = f"{reverse('brand_css')}?v={stylesheet_of(provider.colour).digest}" if provider.colour else ""
    logo = f"{reverse('brand_logo')}?v={provider.logo_digest[:DIGITS]}" if provider.logo_digest else ""
    return Brand(css, logo)
