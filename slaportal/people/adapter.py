"""Where allauth meets the house: nobody signs up without an invitation, mails go through the outbox."""

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.crypto import get_random_string

from slaportal.outbox.actions import leave_account_mail
from slaportal.people.actions.members import change_address
from slaportal.tenancy.models import User
from slaportal.tenancy.safe import safe_of

log = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by accepting an invitation only; a mail is a row first, so a dead mail server delays nobody."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: `people.actions.invitations.join_with_new_account` makes the account."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Leaves it in the outbox, in the identity plane."""
        request = allauth_context.request
        words = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        message = self.render_mail(template_prefix, email, words)
        html = next((body for body, kind in getattr(message, "alternatives", []) if kind == "text/html"), "")
        text = "" if message.content_subtype == "html" else message.body
        leave_account_mail(
            template_prefix.rpartition("/")[2],
            email,
            message.subject,
            text or message.body,
            html=html or (message.body if message.content_subtype == "html" else ""),
            key=get_random_string(32),
        )

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The new address counts everywhere at once: to sign in, and in every membership."""
        try:
            with transaction.atomic():
                confirmed = bool(super().confirm_email(request, email_address))
                if confirmed:
                    change_address(email_address.user)
        except IntegrityError:  # somebody else confirmed the same address in this moment
            return False
        return confirmed

    def get_client_ip(self, request: HttpRequest) -> str:
        """Behind the proxies that are ours; who came past them is known by the address of the connection."""
        try:
            return str(super().get_client_ip(request))
        except ImproperlyConfigured:
            return str(request.META["REMOTE_ADDR"])

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Notes in the log when an address or an account has had too many attempts: somebody is guessing."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            log.warning("sign_in_limited")
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Noted in the log with the reference of the request, never with what was typed."""
        super().authentication_failed(request, **credentials)
        log.warning("sign_in_failed", login_method=sorted(set(credentials) - {"password"}))


PURPOSE = b"slaportal.mfa"


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Names people by their address in authenticator apps, and keeps the shared secrets encrypted."""

    def encrypt(self, text: str) -> str:
        """For the database."""
        return safe_of(PURPOSE).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Back from the database."""
        return safe_of(PURPOSE).decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: User) -> str:
        """The address."""
        return user.email

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The portal's host, as the browser checks it."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": "SLA Portal"}
