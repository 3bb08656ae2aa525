"""Pictures that somebody might send as a logo."""

import io
from typing import Any

from PIL import Image


def picture(
    size: tuple[int, int] = (40, 20), *, kind: str = "PNG", colour: str | tuple[int, ...] = "#0a6b4f", **saved: Any
) -> bytes:
    """One of one colour, as the file of that kind; `saved` is what Pillow writes beside the pixels."""
    image = Image.new("RGB" if kind == "JPEG" else "RGBA", size, colour)
    written = io.BytesIO()
    image.save(written, kind, **saved)
    return written.getvalue()


def opened(data: bytes) -> Image.Image:
    """The picture in these bytes, its pixels read."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
