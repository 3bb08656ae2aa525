"""The mailbox of the demo: a file for each mail, a line in the log without what stands in it."""

import email
import email.policy
import logging
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, get_connection

from slaportal.outbox.mailbox import MailboxBackend


def test_each_mail_is_a_file_and_a_line(tmp_path: Path, settings: object, caplog: pytest.LogCaptureFixture) -> None:
    settings.MAILBOX = tmp_path / "mail"  # type: ignore[attr-defined]
    connection = get_connection("slaportal.outbox.mailbox.MailboxBackend")
    assert isinstance(connection, MailboxBackend)
    first = EmailMessage("Hello", "secret link", to=["a@example.test"], headers={"Message-ID": "<1@x>"})
    second = EmailMessage("Grüße", "secret link", to=["b@example.test"], headers={"Message-ID": "<2@x>"})
    with caplog.at_level(logging.INFO, logger="slaportal.outbox.mailbox"):
        assert connection.send_messages([first, second]) == 2
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    read = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    assert sorted(str(letter["Subject"]) for letter in read) == ["Grüße", "Hello"]
    assert all(letter.get_content().strip() == "secret link" for letter in read)
    said = [record.getMessage() for record in caplog.records]
    assert [line.partition(" ")[2] for line in said] == ["to a@example.test: Hello", "to b@example.test: Grüße"]
    assert {line.partition(" ")[0] for line in said} == {f"mail/{file.name}" for file in files}
    assert "secret" not in caplog.text


def test_nobody_else_may_read_it(tmp_path: Path, settings: object) -> None:
    settings.MAILBOX = tmp_path / "mail"  # type: ignore[attr-defined]
    MailboxBackend().send_messages([EmailMessage("Hello", "x", to=["a@example.test"])])
    (file,) = (tmp_path / "mail").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0
