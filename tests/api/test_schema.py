"""The description of the API: checked in as it is, valid OpenAPI 3.1, and as strict as the API itself."""

import jsonschema_rs
import pytest
from django.test import Client

from slaportal.api.schema import schema, schema_text
from slaportal.settings import BASE_DIR

CHECKED_IN = BASE_DIR / "docs" / "openapi.yaml"


def test_what_is_checked_in_is_what_there_is() -> None:
    """`python manage.py spectacular --file docs/openapi.yaml` writes it."""
    assert CHECKED_IN.read_text(encoding="utf-8") == schema_text()


def test_nothing_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    """What the generator cannot know it warns of."""
    schema.cache_clear()
    assert schema()["openapi"] == "3.1.0"
    assert capsys.readouterr().err == ""


def test_no_figure_is_a_float_and_every_shape_is_closed() -> None:
    text = schema_text()
    assert "type: number" not in text
    assert "format: float" not in text
    shapes = schema()["components"]["schemas"]
    assert not [name for name, shape in shapes.items() if shape["type"] == "object" and shape["additionalProperties"]]
    for shape in shapes.values():
        jsonschema_rs.validator_for({**shape, "components": schema()["components"]})


@pytest.mark.django_db
def test_everybody_may_read_it(client: Client) -> None:
    answer = client.get("/api/v1/schema")
    assert answer.content.decode() == schema_text()
    assert client.get("/api/v1/schema", headers={"Accept": "application/json"}).json() == schema()
