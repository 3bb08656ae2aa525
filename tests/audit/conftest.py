"""The world, committed: for what several connections do at once."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.audit.clone import cloned_database
from tests.world import World, build_world


@pytest.fixture
def committed_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The cast in a copy of the test database."""
    with cloned_database(django_db_blocker):
        yield build_world()
