"""A receiver of webhooks on this machine that behaves as its path says, and keeps what it was sent."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"
GIGABYTE = 1 << 30


@dataclass(frozen=True)
class Received:
    """One request: its path, its headers in lower case, its body."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class Receiver:
    """Where it is, and what came in; `release` ends all that hang."""

    port: int
    received: list[Received] = field(default_factory=list)
    sent_bytes: Counter[str] = field(default_factory=Counter)
    release: threading.Event = field(default_factory=threading.Event)
    behaves: dict[str, str] = field(default_factory=dict)

    def url(self, path: str, host: str = HOST) -> str:
        """The address of a behaviour."""
        return f"http://{host}:{self.port}{path}"

    def at(self, path: str) -> list[Received]:
        """What came in there."""
        return [one for one in self.received if one.path == path]


class Server(ThreadingHTTPServer):
    """Many at once, in threads that end with the test."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    disable_nagle_algorithm = True


@contextmanager
def receiving(host: str = HOST) -> Iterator[Receiver]:
    """A receiver that runs in threads of this process."""
    server = Server((host, 0), Handler)
    receiver = Receiver(server.server_address[1])
    server.receiver = receiver  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.release.set()
        server.shutdown()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    """`/500` answers 500, `/410` gone, `/301` leads to `/ok`, `/hang`, `/drip`, `/head` and `/big` are as they say."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Keeps what came, then does what the path (or what it is told of the path) says."""
        receiver = self._receiver()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.received.append(Received(self.path, headers, body, time.monotonic()))
        behaviour = receiver.behaves.get(self.path, self.path).strip("/").partition("/")[0]
        with suppress(OSError):
            getattr(self, f"be_{behaviour}", self.be_status)(behaviour)

    def do_GET(self) -> None:
        """Nobody asks for this: who follows a redirect does."""
        self._receiver().received.append(Received(f"GET {self.path}", {}, b"", time.monotonic()))
        self._answer(200, b"")

    def be_status(self, behaviour: str) -> None:
        """The number is the status; `ok` is 200."""
        status = int(behaviour) if behaviour.isdigit() else 200
        location = {"Location": "/ok"} if 300 <= status < 400 else {}
        self._answer(status, f"said {status}".encode(), **location)

    def be_later(self, behaviour: str) -> None:
        """Asks to come again in two hours."""
        self._answer(503, b"busy", **{"Retry-After": "7200"})

    def be_script(self, behaviour: str) -> None:
        """A page that would do something if it were one."""
        self._answer(200, b"<script>alert(1)</script>")

    def be_hang(self, behaviour: str) -> None:
        """Takes the request and never answers."""
        self._receiver().release.wait(120)

    def be_drip(self, behaviour: str) -> None:
        """A good answer, a byte every tenth of a second, without an end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        self._drip(b".")

    def be_head(self, behaviour: str) -> None:
        """Headers, one byte every tenth of a second, without an end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self._drip(b"a")

    def _drip(self, byte: bytes) -> None:
        while not self._receiver().release.wait(0.1):
            self.wfile.write(byte)
            self.wfile.flush()

    def be_big(self, behaviour: str) -> None:
        """A gigabyte."""
        self.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Length: {GIGABYTE}\r\n\r\n".encode())
        block, sent = b"x" * 65536, 0
        while sent < GIGABYTE:
            self.wfile.write(block)
            sent += len(block)
            self._receiver().sent_bytes[self.path] = sent

    def be_bigHead(self, behaviour: str) -> None:  # noqa: N802
        """A head without an end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(1_000_000):
            self.wfile.write(f"X-{number}: {'y' * 900}\r\n".encode())

    def be_nothing(self, behaviour: str) -> None:
        """Hangs up."""
        self.connection.shutdown(socket.SHUT_RDWR)

    def be_nonsense(self, behaviour: str) -> None:
        """Speaks no HTTP."""
        self.wfile.write(b"220 mail.example.test ESMTP\x00\r\n\r\n")
        self.close_connection = True

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _receiver(self) -> Receiver:
        server: Any = self.server
        found: Receiver = server.receiver
        return found

    def log_message(self, *_arguments: Any) -> None:
        """Nothing."""
