"""What the tests of the API share: a ticket of tenant a under a real policy, opened on a Monday."""

from collections.abc import Callable

import pytest

from tests.api.programs import Program, program
from tests.tickets.office import opened, subscribed
from tests.world import World
from tickets.models import Ticket

Programs = Callable[[str], Program]


@pytest.fixture
def ticket(world: World) -> Ticket:
    """Number 1: amy's, critical."""
    with world.inside("admin"):
        made = subscribed(world)
    with world.inside("agent"):
        return opened(world, made, severity="critical")


@pytest.fixture
def programs(world: World) -> Programs:
    """One for each person, made when it is asked for."""
    made: dict[str, Program] = {}

    def of(who: str) -> Program:
        if who not in made:
            made[who] = program(world, who)
        return made[who]

    return of
