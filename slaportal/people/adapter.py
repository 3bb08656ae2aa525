"""Where allauth meets the house: nobody signs up without an invitation, mails go through the outbox."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by accepting an invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: `people.actions.accept_invitation` makes the account."""
        return False


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Two-factor sign-in as the house wants it."""
