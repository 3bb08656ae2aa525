"""Signing in as a browser does it, the mails about accounts, and codes as an authenticator app makes them."""

import base64
import hashlib
import hmac
import re
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from slaportal.outbox.models import AccountMail
from slaportal.tenancy.models import User
from tests.conftest import logged_in_as
from tests.world import PASSWORD

NEW_PASSWORD = "nine quiet harbours"


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    """The answer to the form."""
    return client.post(reverse("account_login"), {"login": email, "password": password}, **more)


def is_in(client: Client) -> bool:
    """Whether the next request shows the portal."""
    return client.get("/").status_code == 200


def text_of(answer: Any) -> str:
    """The page."""
    return str(answer.content.decode())


def mails(recipient: str = "") -> list[AccountMail]:
    """What was left for somebody, or for all, oldest first, as only a worker may read it."""
    with logged_in_as("portal_jobs"):
        found = AccountMail.objects.order_by("pk")
        return list(found.filter(recipient=recipient) if recipient else found)


def link_in(mail: AccountMail) -> str:
    """The path of the first link."""
    found = re.search(r"https?://[^/\s]+(/account/\S+)", mail.text)
    assert found, mail.text
    return found[1]


def confirm_it_is_me(client: Client, password: str = PASSWORD) -> Any:
    """Answers what is asked before anything that guards the account."""
    return client.post(reverse("account_reauthenticate"), {"password": password})


def code_at(secret: str, moment: float) -> str:
    """RFC 6238: six digits that change every 30 seconds."""
    key = base64.b32decode(secret)
    digest = hmac.new(key, int(moment // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def code_now(secret: str) -> str:
    """What the app shows just now."""
    return code_at(secret, timezone.now().timestamp())


def set_up_app(client: Client) -> str:
    """Switches the authenticator app on for who is signed in, through the pages; gives its secret."""
    confirm_it_is_me(client)
    page = text_of(client.get(reverse("mfa_activate_totp")))
    found = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page) or re.search(
        r'value="([A-Z2-7]{32})"', page
    )
    assert found, page
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_now(found[1])})
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("mfa_view_recovery_codes"))
    return found[1]


def has_app(user: User) -> bool:
    """Whether the authenticator app is on."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def addresses(user: User) -> list[tuple[str, bool, bool]]:
    """Each address: verified, primary."""
    return sorted(EmailAddress.objects.filter(user=user).values_list("email", "verified", "primary"))
