"""A row as the mail that leaves the house, and what a mail server's refusal says, in words."""

import hashlib
import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _

from slaportal.outbox.models import Delivery

# What one recipient's mail may meet while the connection stays good; all else is the connection's.
REFUSED = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
    ValueError,
)


def message_id_of(delivery: Delivery) -> str:
    """The same at each attempt, because it is made of the key: a receiver can tell the same mail sent twice."""
    owner = getattr(delivery, "provider_id", None)
    digest = hashlib.sha256(f"{delivery._meta.label_lower}/{owner or ''}/{delivery.key}".encode()).hexdigest()
    return f"<{digest[:40]}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}>"


def letter_of(delivery: Delivery, mail_server: BaseEmailBackend) -> EmailMultiAlternatives:
    """Text, with HTML beside it where there is some, marked as a program's so that no absence note answers it."""
    letter = EmailMultiAlternatives(
        delivery.subject,
        delivery.text,
        to=[delivery.recipient],
        headers={"Message-ID": message_id_of(delivery), "Auto-Submitted": "auto-generated"},
        connection=mail_server,
    )
    if delivery.html:
        letter.attach_alternative(delivery.html, "text/html")
    return letter


def reason_of(error: Exception) -> str:
    """Why an attempt failed: the mail server's own words where there are any."""
    code: int
    said: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()), (0, b""))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, said = error.smtp_code, error.smtp_error
    else:
        return _("The mail server could not be reached or broke off: %(reason)s") % {"reason": str(error)[:300]}
    words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return _("The mail server refused: %(code)s %(words)s") % {"code": code, "words": words[:300]}
