"""One POST to a place that strangers chose: a checked address, no redirects, a time and a size that end it."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from slaportal.outbox.webhooks.addresses import Place, Unreachable, addresses_of, place_of

LONGEST_S = 30
# Of the answer so much is read, head and all; and so much of the body is kept.
MOST_READ = 64 * 1024
KEPT = 4096


@dataclass(frozen=True, slots=True)
class Answer:
    """How an attempt ended: `error` is empty where the endpoint took it (2xx), else a code of `webhooks.words`."""

    request: str = ""
    address: str = ""
    status: int | None = None
    head: str = ""
    text: str = ""
    error: str = ""
    retry_after: str = ""
    duration_ms: int = 0


class Line(io.RawIOBase):
    """A connection that ends at an instant, whatever the other side does, and after so many bytes."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.sock, self.deadline, self.left = sock, deadline, MOST_READ

    def readable(self) -> bool:
        """As http.client wants to know."""
        return True

    def makefile(self, *_mode: Any) -> io.BufferedReader:
        """What http.client reads an answer from."""
        return io.BufferedReader(self)

    def readinto(self, buffer: Any) -> int:
        """Some bytes; an end where the answer is longer than anybody wants it, TimeoutError when the time is up."""
        if self.left <= 0:
            return 0
        self.sock.settimeout(_left(self.deadline))
        count = self.sock.recv_into(memoryview(buffer)[: self.left])
        self.left -= count
        return count

    def send(self, data: bytes) -> None:
        """All of it."""
        view = memoryview(data)
        while view:
            self.sock.settimeout(_left(self.deadline))
            view = view[self.sock.send(view) :]


def post(url: str, headers: Mapping[str, str], body: bytes, *, seconds: float = LONGEST_S) -> Answer:
    """Posts, and says how it went; raises nothing that the other side could bring about."""
    began = time.monotonic()
    try:
        answer = _post(url, headers, body, began + seconds)
    except ValueError as odd:
        answer = Answer(error=str(odd)[:20])
    return replace(answer, duration_ms=int((time.monotonic() - began) * 1000))


def _post(url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> Answer:
    place = place_of(url)
    lines = {"host": place.authority, **headers, "content-length": str(len(body)), "connection": "close"}
    head = f"POST {place.target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    said = Answer(request=head.replace("\r\n", "\n"))
    try:
        sock, address = _connected(place, deadline)
    except Unreachable as error:
        return replace(said, error=error.code, text=str(error)[:KEPT] if str(error) != error.code else "")
    said = replace(said, address=address)
    with sock:
        return _asked(Line(sock, deadline), f"{head}\r\n".encode() + body, said)


def _asked(line: Line, request: bytes, said: Answer) -> Answer:
    """What is answered; what was read of it before it broke off is kept."""
    try:
        line.send(request)
        answer = http.client.HTTPResponse(line, method="POST")  # type: ignore[arg-type]
        answer.begin()
        said = replace(
            said, status=answer.status, head=_head(answer), retry_after=answer.headers.get("Retry-After", "")[:40]
        )
        text = _body(answer, line)
    except TimeoutError:
        return replace(said, error="timeout")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return replace(said, error="broken", text=said.text or _text(str(error).encode()))
    return replace(said, text=_text(text[:KEPT]), error=_error(answer.status))


def _body(answer: http.client.HTTPResponse, line: Line) -> bytes:
    """As much as is read of it. A longer one is cut off, and the other side sees a connection that ends."""
    kept = b""
    try:
        while piece := answer.read1(8192):
            kept += piece[: KEPT - len(kept)]
    except http.client.HTTPException:
        if line.left > 0:
            raise
    return kept


def _error(status: int) -> str:
    if 200 <= status < 300:
        return ""
    return "redirect" if 300 <= status < 400 else "gone" if status == 410 else "status"


def _head(answer: http.client.HTTPResponse) -> str:
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}", *(f"{name}: {value}" for name, value in answer.getheaders())]
    return _text("\n".join(lines).encode(errors="replace")[:KEPT])


def _text(raw: bytes) -> str:
    """For a column of text, which holds no NUL."""
    return raw.decode(errors="replace").replace("\x00", "\ufffd")


def _connected(place: Place, deadline: float) -> tuple[socket.socket, str]:
    """A connection to one of the addresses that were checked, encrypted for the name; and that address."""
    error = Unreachable("no_connection")
    for address in addresses_of(place, deadline):
        try:
            sock = socket.create_connection((address, place.port), timeout=_left(deadline))
        except TimeoutError:
            error = Unreachable("timeout")
            continue
        except OSError as failed:
            error = Unreachable("no_connection", str(failed))
            continue
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return (_encrypted(sock, place.host, deadline) if place.scheme == "https" else sock), address
    raise error


def _encrypted(sock: socket.socket, host: str, deadline: float) -> socket.socket:
    try:
        sock.settimeout(_left(deadline))
        return tls().wrap_socket(sock, server_hostname=host)
    except TimeoutError as error:
        sock.close()
        raise Unreachable("timeout") from error
    except (OSError, ValueError) as error:
        sock.close()
        raise Unreachable("no_tls", str(error)) from error


@lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    """The authorities that the machine trusts (or SSL_CERT_FILE names), TLS 1.2 and newer; read once in a process."""
    return ssl.create_default_context()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
