"""What may be sent as a logo, and what becomes of it: a PNG of our own making, or a refusal that says why."""

import random
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from slaportal.people.pictures import LARGEST_BYTES, LARGEST_SIDE, STORED_SIDE, read_picture
from slaportal.refusal import Refusal
from tests.pictures import opened, picture

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
TURNED_LEFT = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"  # orientation 6


def refused(data: bytes) -> str:
    with pytest.raises(Refusal) as found:
        read_picture(data)
    assert set(found.value.fields) == {"logo"}
    return found.value.code


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_each_kind_becomes_a_png_of_the_same_looks(kind: str) -> None:
    found = read_picture(picture((40, 20), kind=kind, colour=(10, 107, 79)))
    image = opened(found.png)
    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (40, 20))
    assert (found.width, found.height) == (40, 20)
    pixel = image.getpixel((20, 10))
    assert isinstance(pixel, tuple)
    assert all(abs(one - other) <= 4 for one, other in zip(pixel, (10, 107, 79, 255), strict=True))


def test_it_is_made_small_and_keeps_its_proportions() -> None:
    found = read_picture(picture((LARGEST_SIDE, LARGEST_SIDE // 4)))
    assert (found.width, found.height) == (STORED_SIDE, STORED_SIDE // 4)


def test_what_is_transparent_stays_so() -> None:
    image = opened(read_picture(picture(colour=(0, 0, 0, 0))).png)
    assert image.getchannel("A").getextrema() == (0, 0)


def test_it_stands_upright() -> None:
    found = read_picture(picture((40, 20), kind="JPEG", exif=TURNED_LEFT))
    assert (found.width, found.height) == (20, 40)


def test_nothing_comes_along_but_the_pixels() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "<script>alert(1)</script>")
    sent = picture(pnginfo=text, exif=TURNED_LEFT) + b"<?php trailing ?>"
    found = read_picture(sent).png
    assert b"script" in sent
    for hidden in (b"script", b"php", b"Exif", b"eXIf", b"tEXt"):
        assert hidden not in found
    assert found.endswith(b"IEND\xaeB`\x82")


def test_of_what_moves_the_first_frame_is_taken() -> None:
    red, green = (Image.new("RGB", (9, 9), colour) for colour in ("#ff0000", "#00ff00"))
    sent = picture((9, 9), colour="#ff0000", save_all=True, append_images=[red, green], default_image=True)
    image = opened(read_picture(sent).png)
    assert getattr(image, "n_frames", 1) == 1
    assert image.getpixel((4, 4)) == (255, 0, 0, 255)


@pytest.mark.parametrize(
    "data",
    [b"", b"no picture", SVG, b'<?xml version="1.0"?>' + SVG, HTML, SIGNATURE, picture(kind="GIF"), picture(kind="BMP"),
     picture(kind="TIFF"), picture(kind="PDF"), picture()[:60]],
    ids=["empty", "text", "svg", "svg-xml", "html", "signature", "gif", "bmp", "tiff", "pdf", "broken-off"],
)  # fmt: skip
def test_what_it_really_is_decides(data: bytes) -> None:
    assert refused(data) == "picture_unreadable"


def test_a_file_may_be_so_large_and_no_larger() -> None:
    sent = picture()
    assert read_picture(sent + b"\0" * (LARGEST_BYTES - len(sent))).width == 40
    assert refused(sent + b"\0" * (LARGEST_BYTES - len(sent) + 1)) == "picture_too_large"


@pytest.mark.parametrize("size", [(LARGEST_SIDE + 1, 1), (1, LARGEST_SIDE + 1)])
def test_a_picture_may_be_so_wide_and_no_wider(size: tuple[int, int]) -> None:
    assert read_picture(picture((LARGEST_SIDE, LARGEST_SIDE))).width == STORED_SIDE
    assert refused(picture(size)) == "picture_too_wide"


@pytest.mark.parametrize("side", [30_000, 200_000])
def test_one_that_would_fill_the_memory_is_not_unpacked(side: int) -> None:
    head = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    bomb = png((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100_000)), (b"IEND", b""))
    assert refused(bomb) in ("picture_too_wide", "picture_unreadable")


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """Chunks with their lengths and checksums, so that only what is in them can be wrong."""
    written = (struct.pack(">I", len(v)) + k + v + struct.pack(">I", zlib.crc32(k + v)) for k, v in chunks)
    return SIGNATURE + b"".join(written)


def chunks_of(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], len(SIGNATURE)
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def spoiled(data: bytes, by: random.Random) -> bytes:
    """A few bytes of it are others; the checksums of a PNG are put right again."""
    if data.startswith(SIGNATURE):
        names = (b"tRNS", b"PLTE", b"gAMA", b"iCCP", b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"acTL", b"fcTL", b"fdAT")
        parts = chunks_of(data)
        parts.insert(by.randrange(1, len(parts)), (by.choice(names), by.randbytes(by.choice((0, 1, 4, 9, 26)))))
        at = by.randrange(len(parts))
        parts[at] = (parts[at][0], _changed(parts[at][1], by))
        return png(*parts)
    return _changed(data, by)[: by.randrange(len(data) // 2, 2 * len(data))]


def _changed(data: bytes, by: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(by.randint(1, 4) if data else 0):
        changed[by.randrange(min(len(changed), 400))] = by.randrange(256)
    return bytes(changed)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_whatever_is_sent_is_taken_or_refused(kind: str) -> None:
    """A decoder fails over tampered files in many ways: none of them is a failure of the portal."""
    by, sent = random.Random(20_261_128), picture(kind=kind, exif=TURNED_LEFT)
    ended = {"taken": 0, "refused": 0}
    for _ in range(1500):
        try:
            found = read_picture(spoiled(sent, by))
        except Refusal:
            ended["refused"] += 1
        else:
            assert max(found.width, found.height) <= STORED_SIDE
            ended["taken"] += 1
    assert min(ended.values()) > 20, ended
