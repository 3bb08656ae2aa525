"""What the audit shows instead of codes. Apps above add their own: `ACTIONS.update(...)` in their `ready()`."""

import re
from collections.abc import Callable
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from slaportal.pages.times import to_the_second

ACTIONS: dict[str, str | Promise] = {
    "audit_exported": _("Audit exported"),
    "audit_verified": _("Audit verified"),
    "invitation_accepted": _("Invitation accepted"),
    "invitation_revoked": _("Invitation revoked"),
    "job_cancelled": _("Job cancelled"),
    "job_started": _("Job started"),
    "member_invited": _("Person invited"),
    "member_removed": _("Member removed"),
    "member_role_changed": _("Role changed"),
    "message_cancelled": _("Message cancelled"),
    "message_retried": _("Message sent again"),
    "provider_changed": _("Settings of the provider changed"),
    "provider_founded": _("Provider founded"),
    "tenant_added": _("Customer added"),
    "tenant_renamed": _("Customer renamed"),
    "token_made": _("API token made"),
    "token_revoked": _("API token revoked"),
}
KINDS: dict[str, str | Promise] = {
    "apitoken": _("API token"),
    "invitation": _("Invitation"),
    "job": _("Job"),
    "membership": _("Member"),
    "message": _("Message"),
    "provider": _("Provider"),
    "tenant": _("Customer"),
}
FIELDS: dict[str, str | Promise] = {
    "arguments": _("Asked for"),
    "done": _("Done"),
    "email": _("E-mail address"),
    "entries": _("Entries"),
    "expires_at": _("Expires"),
    "filter": _("Filter"),
    "kind": _("Kind"),
    "mfa_required": _("Two-factor sign-in required"),
    "name": _("Name"),
    "prefix": _("First letters"),
    "read_only": _("Read only"),
    "role": _("Role"),
    "slug": _("Short name"),
    "state": _("State"),
    "total": _("In all"),
    "verified": _("Verified"),
    "wrong": _("Wrong"),
}

# How the values of a field are spoken of.
VALUES: dict[str, Callable[[str], object]] = {}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)")
_CODE = re.compile(r"[a-z]+(_[a-z0-9]+)+")


def action_in_words(action: str) -> str:
    """Its sentence; of one that nobody named, its own words."""
    return str(ACTIONS.get(action) or in_words(action))


def kind_in_words(kind: str) -> str:
    """What sort of thing was acted on."""
    return str(KINDS.get(kind) or in_words(kind))


def field_in_words(field: str) -> str:
    """What changed."""
    return str(FIELDS.get(field) or in_words(field))


def in_words(code: str) -> str:
    """`first_reply_sent` as "First reply sent"."""
    return code.replace("_", " ").strip().capitalize()


def value_in_words(field: str, value: str) -> str:
    """What was written down of a field; instants by the reader's clock, codes that nobody named by their own words."""
    if _INSTANT.fullmatch(value):
        return to_the_second(datetime.fromisoformat(value)).text
    if field in VALUES:
        return str(VALUES[field](value))
    return in_words(value) if _CODE.fullmatch(value) else value


def actions_to_choose() -> list[tuple[str, str]]:
    """Every action that has words, by them."""
    return sorted(((action, str(words)) for action, words in ACTIONS.items()), key=lambda pair: pair[1].casefold())
