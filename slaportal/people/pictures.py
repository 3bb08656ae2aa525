"""A picture that somebody sends becomes a small PNG of our own making, or is refused: nothing of the file is kept."""

import io
import struct
import zlib
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from slaportal.refusal import Refusal

LARGEST_BYTES = 200 * 1000
LARGEST_SIDE = 1024  # pixels, of what is sent
STORED_SIDE = 256  # of what is kept: it is shown 24 pixels high, and two or three times as fine
FORMATS = ("PNG", "JPEG", "WEBP")  # no SVG: it may hold scripts
# What Pillow raises over files that were tampered with; a test sends it thousands of them.
_UNREADABLE = (
    OSError,  # UnidentifiedImageError is one, and so is a file that breaks off
    ValueError,
    SyntaxError,  # how Pillow says that a PNG is broken
    EOFError,
    MemoryError,
    LookupError,  # a colour that is not in the palette
    TypeError,
    ArithmeticError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes of a PNG, and its size in pixels."""

    png: bytes
    width: int
    height: int


def read_picture(data: bytes) -> Picture:
    """The picture, judged by its content whatever it is called; upright, its first frame, without anything besides.

    Refuses `picture_too_large`, `picture_unreadable` and `picture_too_wide`, each at the field `logo`.
    """
    if len(data) > LARGEST_BYTES:
        raise _refused("picture_too_large", _("The file is larger than 200 kB, which is the most that is taken."))
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if max(image.size) <= LARGEST_SIDE:  # else its pixels are not even read
                return _drawn(image)
            width, height = image.size
    except _UNREADABLE as error:
        said = _("This file is no picture that can be read: send a PNG, JPEG or WebP.")
        raise _refused("picture_unreadable", said) from error
    said = _("The picture has %(width)s × %(height)s pixels; 1024 × 1024 is the most that is taken.")
    raise _refused("picture_too_wide", said % {"width": width, "height": height})


def _drawn(image: Image.Image) -> Picture:
    """Drawn anew on an empty sheet, so that neither place nor owner nor a hidden text comes along."""
    upright = ImageOps.exif_transpose(image).convert("RGBA")
    upright.thumbnail((STORED_SIDE, STORED_SIDE), Image.Resampling.LANCZOS)
    sheet = Image.new("RGBA", upright.size)
    sheet.paste(upright)
    written = io.BytesIO()
    sheet.save(written, "PNG", optimize=True)
    return Picture(written.getvalue(), *sheet.size)


def _refused(code: str, said: str) -> Refusal:
    return Refusal(code, said, fields={"logo": said})
