"""A receiver on this machine, which webhooks may reach for the test."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.outbox.webhooks.receiver import HOST, Receiver, receiving


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_LOOPBACK_HOSTS = [HOST]
    with receiving() as found:
        yield found
