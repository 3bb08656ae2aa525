"""What the tests of the house share: the lines of the log, and the environment of a real process."""

import io
import json
import logging
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.db import connections

from tests.clones import database_url

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What was logged so far, each line read back from the JSON that the portal itself would have written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.getLogger().handlers[0].formatter)
    logging.getLogger().addHandler(handler)
    structlog.contextvars.clear_contextvars()
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def environment_of(django_db_setup: None) -> Callable[[str], dict[str, str]]:
    """The environment in which a process logs in to the test database as somebody."""

    def of(login: str) -> dict[str, str]:
        name = connections["owner"].settings_dict["NAME"]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COV_")}
        return {
            **kept,
            "DATABASE_URL": database_url(name, login),
            "LOG_FORMAT": "json",
            "SECRET_KEY": "s" * 50,
        }

    return of
