"""A provider's colour and logo, changed by its administrators."""

import hashlib
import re
from datetime import datetime

from django.utils.translation import gettext as _

from slaportal.audit.record import record
from slaportal.people.contrast import LIGHT, READABLE, faintest, is_readable, nearest_readable, ratio_in_words
from slaportal.people.models import Logo
from slaportal.people.pictures import read_picture
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership, Provider

COLOUR = re.compile(r"#[0-9a-f]{6}")


class ColourFaint(Refusal):
    """Links in this colour could hardly be read; `nearest` is the one of its hue that can be."""

    def __init__(self, colour: str) -> None:
        self.nearest = nearest_readable(colour)
        said = _(
            "Links in %(colour)s are hard to read on light pages: %(ratio)s : 1, where %(least)s : 1 is needed. "
            "The nearest that can be read is %(nearest)s."
        )
        ratio = ratio_in_words(faintest(colour, LIGHT))
        told = said % {"colour": colour, "ratio": ratio, "least": READABLE, "nearest": self.nearest}
        super().__init__("colour_faint", told, fields={"colour": told})


def set_colour(provider: Provider, colour: str, *, actor: Membership | str) -> None:
    """The colour of links and buttons, `#rrggbb`; "" for the portal's own. Refuses `colour_unknown`, `colour_faint`.

    Checked on the light surfaces; for dark ones a lighter shade is made of it.
    """
    colour = colour.strip().lower()
    if colour and not COLOUR.fullmatch(colour):
        said = _("Write a colour as # and six digits, for example #1d5fd0.")
        raise Refusal("colour_unknown", said, fields={"colour": said})
    if colour and not is_readable(colour):
        raise ColourFaint(colour)
    locked = Provider.objects.select_for_update().get(pk=provider.pk)
    if locked.colour == colour:
        return
    before = locked.colour
    locked.colour = colour
    locked.save(update_fields=["colour"])
    record("provider_colour_changed", locked, actor=actor, before={"colour": before}, after={"colour": colour})


def set_logo(provider: Provider, data: bytes, *, actor: Membership | str, at: datetime) -> None:
    """The picture as a PNG of our own making, beside its digest. Refuses what `read_picture` does."""
    picture = read_picture(data)
    digest = hashlib.sha256(picture.png).hexdigest()
    locked = Provider.objects.select_for_update().get(pk=provider.pk)
    if locked.logo_digest == digest:
        return
    drawn = {"png": picture.png, "width": picture.width, "height": picture.height, "changed_at": at}
    if not Logo.objects.filter(provider=locked).update(**drawn):
        Logo.objects.create(provider=locked, **drawn)
    _note(locked, digest, "provider_logo_changed", actor)


def remove_logo(provider: Provider, *, actor: Membership | str) -> None:
    """The provider's initial stands in its place again."""
    locked = Provider.objects.select_for_update().get(pk=provider.pk)
    if not locked.logo_digest:
        return
    Logo.objects.filter(provider=locked).delete()
    _note(locked, "", "provider_logo_removed", actor)


def _note(locked: Provider, digest: str, action: str, actor: Membership | str) -> None:
    before = locked.logo_digest
    locked.logo_digest = digest
    locked.save(update_fields=["logo_digest"])
    record(action, locked, actor=actor, before={"digest": before}, after={"digest": digest})
