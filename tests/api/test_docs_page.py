"""The API's description as a page: everything that there is, without a script of its own, for whoever is signed in."""

import re

from slaportal.api.schema import schema
from tests.world import World


def test_every_operation_and_every_shape_stands_on_it(world: World) -> None:
    page = world.client("ann").get("/docs/api/").content.decode()
    for item in schema()["paths"].values():
        for told in item.values():
            assert f'id="{told["operationId"]}"' in page
            assert told["summary"].split("'")[0] in page
    names = set(schema()["components"]["schemas"])
    assert set(re.findall(r'id="shape-(\w+)"', page)) == names
    assert set(re.findall(r'href="#shape-(\w+)"', page)) <= names
    assert "Idempotency-Key: $(uuidgen)" in page
    assert "We found the cause and are rolling back." in page


def test_it_brings_no_script_and_no_style_of_its_own(world: World) -> None:
    own = world.client("ann").get("/docs/api/").content.decode()
    other = world.client("ann").get("/people/").content.decode()
    found = re.compile(r"<(?:script|style|link)\b[^>]*>")
    assert sorted(map(_plain, found.findall(own))) == sorted(map(_plain, found.findall(other)))


def _plain(tag: str) -> str:
    return re.sub(r'nonce="[^"]*"', "", tag)
