"""A mail server of our own on loopback: one connection for a batch, refusals in its words, and a line that breaks."""

import socketserver
import threading
from collections.abc import Iterator

import pytest

from slaportal.outbox.models import Message, State
from slaportal.outbox.sending import send_batch
from tests.conftest import Login
from tests.outbox.letterbox import leave, message
from tests.world import World


class MailServer(socketserver.ThreadingTCPServer):
    """Knows everybody but `bad`; hangs up on `gone` in the middle of the mail."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.connections = 0
        self.mails: list[str] = []


class Talk(socketserver.StreamRequestHandler):
    """One connection, as much of RFC 5321 as smtplib asks for."""

    server: MailServer

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.server.connections += 1
        self.say("220 test")
        recipient = ""
        while line := self.rfile.readline().decode().strip():
            word = line[:4].upper()
            if word == "RCPT":
                recipient = line.partition("<")[2].partition("@")[0]
                self.say("550 5.1.1 no such user" if recipient == "bad" else "250 ok")
            elif word == "DATA":
                self.say("354 go on")
                text = b"".join(iter(self.rfile.readline, b".\r\n")).decode()
                if recipient == "gone":
                    return
                self.server.mails.append(text)
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


@pytest.fixture
def mail_server(settings: object) -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]  # type: ignore[attr-defined]
        yield server
        server.shutdown()


def test_a_batch_is_one_connection(world: World, mail_server: MailServer, as_login: Login) -> None:
    ids = leave(world, "p1", "a", "bad", "b")
    with as_login("portal_jobs"):
        outcome = send_batch(Message)
    assert (outcome.sent, outcome.failed) == (2, 1)
    assert mail_server.connections == 1
    assert [mail.count("SECRET-LINK") for mail in mail_server.mails] == [1, 1]
    assert "Message-ID: <" in mail_server.mails[0]
    assert message(world, "p1", ids[1]).last_error == "The mail server refused: 550 5.1.1 no such user"


def test_a_line_that_breaks_costs_one_mail_an_attempt(world: World, mail_server: MailServer, as_login: Login) -> None:
    ids = leave(world, "p1", "a", "gone", "b")
    with as_login("portal_jobs"):
        outcome = send_batch(Message)
    assert (outcome.sent, outcome.failed) == (2, 1)
    assert mail_server.connections == 2
    assert [message(world, "p1", pk).state for pk in ids] == [State.SENT, State.WAITING, State.SENT]


def test_a_port_that_is_shut_backs_off_all(
    world: World, mail_server: MailServer, settings: object, as_login: Login
) -> None:
    ids = leave(world, "p1", "a", "b")
    mail_server.server_close()
    settings.EMAIL_PORT = 1  # type: ignore[attr-defined]
    with as_login("portal_jobs"):
        outcome = send_batch(Message)
    assert (outcome.sent, outcome.failed) == (0, 2)
    assert {message(world, "p1", pk).state for pk in ids} == {State.WAITING}
