"""Mail without a mail server."""

from django.core.mail.backends.filebased import EmailBackend


class MailboxBackend(EmailBackend):
    """Being written."""
