"""The embedded Redis, which is Valkey from a wheel: start and stop, and its data kept in an append-only file."""

import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import redis

from slaportal.embedded import places
from slaportal.embedded.account import account_for, disk_full, make_passable, owned
from slaportal.embedded.console import EmbeddedError
from slaportal.embedded.launch import end, last_lines, launch, version_of
from slaportal.embedded.postgres import Running
from slaportal.embedded.sockets import check_length, listened_to
from slaportal.embedded.wheels import valkey_program

STARTS_WITHIN_S = 30
TAKES_BYTES = 20_000_000
STOPS = ((signal.SIGTERM, 4), (signal.SIGKILL, 2))
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
}
