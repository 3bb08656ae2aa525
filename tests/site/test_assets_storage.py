"""Addresses of static files: the same as without the memory, put together once."""

from pathlib import Path

import pytest
from whitenoise.storage import CompressedManifestStaticFilesStorage

from slaportal.assets.storage import RememberingStorage


def test_addresses_are_those_of_the_manifest_and_are_put_together_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []
    plain = CompressedManifestStaticFilesStorage.url

    def counted(self: CompressedManifestStaticFilesStorage, name: str | None, force: bool = False) -> str:
        asked.append(name)
        return str(plain(self, name, force))

    monkeypatch.setattr(CompressedManifestStaticFilesStorage, "url", counted)
    storage = RememberingStorage()
    first = [storage.url(name) for name in ("icons.svg", "portal.css", "icons.svg#clock")]
    assert first == [storage.url(name) for name in ("icons.svg", "portal.css", "icons.svg#clock")]
    assert asked == ["icons.svg", "portal.css", "icons.svg#clock"]
    assert first == [plain(storage, name) for name in asked]
    assert Path(first[0]).stem.startswith("icons.")


def test_a_file_that_is_not_there_is_an_error_each_time() -> None:
    storage = RememberingStorage()
    for _ in range(2):
        with pytest.raises(ValueError, match=r"none\.css"):
            storage.url("none.css")
