"""What was agreed, for the tests of the pages."""

import pytest

from tests.contracts.agreed import Agreed, agree
from tests.world import World


@pytest.fixture
def agreed(world: World, monkeypatch: pytest.MonkeyPatch) -> Agreed:
    """Tenant a with its subscription, as of `agreed.NOW`."""
    return agree(world, monkeypatch)
