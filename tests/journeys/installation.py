"""The settings of a demo installation under test: the portal's own, with queues and a mailbox that nobody else has."""

import os
from pathlib import Path

from slaportal.settings import *  # noqa: F403 - all of them, and what differs below

BROKER_URL = os.environ["TEST_BROKER_URL"]
REDIS_URL = os.environ["TEST_REDIS_URL"]
MAILBOX = Path(os.environ["TEST_MAILBOX"])
