"""Arrays as the server reads them back."""

from typing import Any

import pytest
from django.db import connection

from slaportal.arrays import as_array


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "kind"),
    [([], "bigint"), ([1, None, -(2**62)], "bigint"), ([True, None, False], "boolean"), (["99.123456", None], "text")],
)
def test_an_array_comes_back_as_it_was(values: list[Any], kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [as_array(values)])
        assert cursor.fetchone()[0] == values
