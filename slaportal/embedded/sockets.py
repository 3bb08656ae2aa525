"""Unix sockets: whether their path is short enough and whether somebody listens, and whether a TCP port is free."""

import errno
import socket
import sys
from pathlib import Path

from slaportal.embedded.console import EmbeddedError

LONGEST_PATH = 103 if sys.platform == "darwin" else 107  # bytes of sockaddr_un's sun_path without its closing zero
PATIENCE_S = 3


def check_length(path: Path) -> None:
    """Refuses what the kernel would cut or refuse."""
    length = len(str(path).encode())
    if length > LONGEST_PATH:
        raise EmbeddedError(
            "path_too_long",
            f"The socket {path} has a path of {length} bytes, {LONGEST_PATH} are allowed: "
            "choose a shorter directory, for example PORTAL_VAR=/tmp/portal.",
        )


def listened_to(path: Path) -> bool:
    """Whether a server listens at the socket; a file left behind by a dead one does not count."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE_S)
        try:
            client.connect(str(path))
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
            return False
        except PermissionError as error:
            raise EmbeddedError(
                "socket_taken",
                f"The socket {path} belongs to another user (uid {_owner(path)}): start as that user or as root, or "
                "choose another directory by PORTAL_VAR=/some/directory.",
            ) from error
        except OSError as error:  # a queue that is full or a server that is stopped: somebody is there
            return error.errno == errno.EAGAIN or isinstance(error, TimeoutError)
        return True


def _owner(path: Path) -> str:
    for place in (path, path.parent):
        try:
            return str(place.stat().st_uid)
        except OSError:
            continue
    return "unknown"


def check_port(host: str, port: str) -> int:
    """The number of a port that is free."""
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise EmbeddedError("port_invalid", f"PORT={port} is no port: give a number from 1 to 65535, as in PORT=8001.")
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((host, int(port)))
        except OSError as error:
            raise EmbeddedError(
                "port_taken",
                f"Port {port} of {host} cannot be used ({error.strerror}): stop what listens there (another demo?), or "
                "choose another by PORT=8001.",
            ) from error
    return int(port)
