"""One POST, against a receiver that does what receivers do: refuses, leads away, hangs, drips, never ends."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from slaportal.outbox.webhooks.posting import KEPT, MOST_READ, post, tls
from tests.outbox.webhooks.receiver import HOST, Receiver


def test_what_is_sent_and_what_is_kept_of_the_answer(receiver: Receiver) -> None:
    answer = post(receiver.url("/ok?key=1"), {"webhook-id": "evt_1", "user-agent": "x"}, '{"a":"ä"}'.encode())
    (received,) = receiver.received
    assert (received.path, received.body) == ("/ok?key=1", '{"a":"ä"}'.encode())
    assert received.headers == {
        "host": f"{HOST}:{receiver.port}",
        "webhook-id": "evt_1",
        "user-agent": "x",
        "content-length": "10",
        "connection": "close",
    }
    assert (answer.status, answer.error, answer.text, answer.address) == (200, "", "said 200", HOST)
    assert answer.request.startswith(f"POST /ok?key=1 HTTP/1.1\nhost: {HOST}:{receiver.port}\nwebhook-id: evt_1\n")
    assert answer.head.startswith("HTTP/1.1 200 OK\n")
    assert "Content-Length: 8" in answer.head
    assert 0 <= answer.duration_ms < 5000


@pytest.mark.parametrize(
    ("path", "error"),
    [("/200", ""), ("/204", ""), ("/202", ""), ("/400", "status"), ("/500", "status"), ("/410", "gone")]
    + [(f"/{status}", "redirect") for status in (301, 302, 303, 307, 308, 304)],
)
def test_only_2xx_is_taken(receiver: Receiver, path: str, error: str) -> None:
    answer = post(receiver.url(path), {}, b"{}")
    assert (answer.status, answer.error) == (int(path[1:]), error)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    post(receiver.url("/307"), {}, b"{}")
    assert [one.path for one in receiver.received] == ["/307"]


def test_what_is_asked_to_wait_for(receiver: Receiver) -> None:
    answer = post(receiver.url("/later"), {}, b"{}")
    assert (answer.status, answer.error, answer.retry_after) == (503, "status", "7200")


@pytest.mark.parametrize(("path", "status"), [("/hang", None), ("/drip", 200), ("/head", None)])
def test_the_time_is_one_for_the_whole_attempt(receiver: Receiver, path: str, status: int | None) -> None:
    """Whoever sends a byte now and then is cut off at the same instant as who sends none."""
    began = time.monotonic()
    answer = post(receiver.url(path), {}, b"{}", seconds=1)
    assert 0.9 < time.monotonic() - began < 3
    assert (answer.status, answer.error) == (status, "timeout")


def test_a_gigabyte_is_read_no_further_than_anybody_wants(receiver: Receiver) -> None:
    began = time.monotonic()
    answer = post(receiver.url("/big"), {}, b"{}")
    assert (answer.status, answer.error, answer.text) == (200, "", "x" * KEPT)
    assert time.monotonic() - began < 5
    assert receiver.sent_bytes["/big"] < 64 * MOST_READ  # what the buffers of the system took, and no more


def test_a_head_without_an_end_ends(receiver: Receiver) -> None:
    answer = post(receiver.url("/bigHead"), {}, b"{}", seconds=10)
    assert answer.error in ("", "broken")
    assert len(answer.head) <= KEPT


@pytest.mark.parametrize("path", ["/nothing", "/nonsense"])
def test_who_hangs_up_or_speaks_something_else(receiver: Receiver, path: str) -> None:
    answer = post(receiver.url(path), {}, b"{}", seconds=10)
    assert (answer.status, answer.error) == (None, "broken")
    assert "\x00" not in answer.text


def test_nobody_listens(settings: Settings) -> None:
    settings.WEBHOOK_LOOPBACK_HOSTS = [HOST]
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    assert post(f"http://{HOST}:{port}/", {}, b"{}").error == "no_connection"


def test_an_address_that_became_wrong_is_an_attempt_that_failed() -> None:
    answer = post("http://hooks.example.test/", {}, b"{}")
    assert (answer.error, answer.request) == ("url_not_https", "")


# TLS: the certificate is for the name, the connection goes to the address that was checked ---------------------------


def _certificates(directory: Path, name: str) -> tuple[Path, Path]:
    """An authority, and a certificate of it for the name with its key, as files."""
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def made(subject: str, issuer: str, public: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.CertificateBuilder:
        named = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of)]) for of in (subject, issuer)]
        builder = x509.CertificateBuilder().subject_name(named[0]).issuer_name(named[1]).public_key(public)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now)
        builder = builder.not_valid_after(now + timedelta(days=3650))
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        return builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)

    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = made("authority.test", "authority.test", authority.public_key(), ca=True).sign(authority, hashes.SHA256())
    leaf = made(name, "authority.test", key.public_key(), ca=False).sign(authority, hashes.SHA256())
    trusted, own = directory / "trusted.pem", directory / "own.pem"
    trusted.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    own.write_bytes(plain + leaf.public_bytes(serialization.Encoding.PEM))
    return trusted, own


@pytest.fixture
def encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, list[str | None]]]:
    """A server with a certificate for hooks.example.test: its port, and the names that were asked for."""
    trusted, own = _certificates(tmp_path, "hooks.example.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    tls.cache_clear()
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    context.sni_callback = lambda _sock, name, _context: asked.append(name)
    listening = socket.create_server((HOST, 0))

    def serve() -> None:
        while True:
            try:
                raw, _address = listening.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(raw, server_side=True) as sock:
                    sock.recv(65536)
                    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsafe")
            except OSError:
                raw.close()

    threading.Thread(target=serve, daemon=True).start()
    yield listening.getsockname()[1], asked
    listening.close()
    tls.cache_clear()


def lead(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Every name leads there."""
    family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _host, port, *_a, **_n: [(family, socket.SOCK_STREAM, 6, "", (address, port))]
    )


def test_the_name_is_asked_for_and_proven(
    encrypted: tuple[int, list[str | None]], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    port, asked = encrypted
    settings.WEBHOOK_LOOPBACK_HOSTS = ["hooks.example.test", "other.example.test"]
    lead(monkeypatch, HOST)
    answer = post(f"https://hooks.example.test:{port}/", {}, b"{}")
    assert (answer.status, answer.error, answer.text, answer.address) == (200, "", "safe", HOST)
    other = post(f"https://other.example.test:{port}/", {}, b"{}")
    assert (other.status, other.error) == (None, "no_tls")
    assert "other.example.test" in other.text
    assert asked == ["hooks.example.test", "other.example.test"]


def test_an_authority_that_nobody_trusts_is_refused(
    encrypted: tuple[int, list[str | None]], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    port, _asked = encrypted
    settings.WEBHOOK_LOOPBACK_HOSTS = ["hooks.example.test"]
    lead(monkeypatch, HOST)
    monkeypatch.delenv("SSL_CERT_FILE")
    tls.cache_clear()
    assert post(f"https://hooks.example.test:{port}/", {}, b"{}").error == "no_tls"
