"""Leaving a mail to be sent, in the transaction of what it tells about; sending a given-up one again; cancelling."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from slaportal.audit.record import record
from slaportal.outbox.models import AccountMail, Delivery, Message, State
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership

CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def leave_mail(
    kind: str,
    recipient: str,
    subject: str,
    text: str,
    *,
    html: str = "",
    key: str,
    provider_id: int,
    tenant_id: int | None = None,
) -> Message:
    """One message for this key of the provider: the second time it is the first one again, and nothing is added.

    Inside a scope. In a customer's scope only `pk` and `key` can be read of what is returned. Refuses `invalid_header`
    and `invalid_recipient`.
    """
    contents = _contents(kind, recipient, subject, text, html=html, key=key)
    new = Message(provider_id=provider_id, tenant_id=tenant_id, **contents)
    Message.objects.bulk_create([new], ignore_conflicts=True)
    there = Message.objects.only("id", "provider_id", "key").filter(provider_id=provider_id, key=key).first()
    if there is None:  # left by another tenant under the same key: the caller's keys are too short
        raise Refusal("key_taken", _("A message with this key was left by somebody else."), status=409)
    return there


def left_already(keys: Iterable[str], provider_id: int) -> set[str]:
    """Those of these keys under which a message of the provider is there: to leave one again adds nothing."""
    return set(Message.objects.filter(provider_id=provider_id, key__in=list(keys)).values_list("key", flat=True))


def leave_account_mail(kind: str, recipient: str, subject: str, text: str, *, html: str = "", key: str) -> None:
    """The same for a mail about a person's account, outside any scope; the web may leave it and never read it again."""
    new = AccountMail(**_contents(kind, recipient, subject, text, html=html, key=key))
    AccountMail.objects.bulk_create([new], ignore_conflicts=True)


def _contents(kind: str, recipient: str, subject: str, text: str, *, html: str, key: str) -> dict[str, Any]:
    """What is the same for both, once it is known to be one header each and an address."""
    for field, value in (("recipient", recipient), ("subject", subject)):
        if CONTROL.search(value):
            raise Refusal(
                "invalid_header",
                _("An address and a subject are one line without control characters."),
                fields={field: _("This is more than one line.")},
            )
    try:
        validate_email(recipient)
    except ValidationError as error:
        said = _("“%(recipient)s” is no e-mail address.") % {"recipient": recipient[:320]}
        raise Refusal("invalid_recipient", said, fields={"recipient": said}) from error
    longest = Delivery._meta.get_field("subject").max_length
    assert longest is not None
    short = subject if len(subject) <= longest else subject[: longest - 1] + "…"
    return {"kind": kind, "recipient": recipient, "subject": short, "text": text, "html": html, "key": key}


def retry_message(message: Message, *, actor: Membership | str, at: datetime) -> None:
    """Sends a message again that was given up, with all attempts before it. Refuses `message_not_given_up`."""
    given_up = Message.objects.filter(pk=message.pk, provider_id=message.provider_id, state=State.GIVEN_UP)
    if not given_up.update(state=State.WAITING, attempts=0, next_attempt_at=at, claim=None):
        raise Refusal("message_not_given_up", _("Only a message that was given up can be sent again."), status=409)
    record("message_retried", message, actor=actor, before={"state": State.GIVEN_UP}, after={"state": State.WAITING})


def retry_given_up(provider_id: int, *, after: int, until: int, most: int, at: datetime) -> list[int]:
    """Sends the next `most` given-up messages with ids in (after, until] again; returns their ids in order.

    For a job over many, which is in the audit itself; those that somebody else is changing just now are waited for.
    """
    given_up = Message.objects.filter(
        provider_id=provider_id, state=State.GIVEN_UP, pk__gt=after, pk__lte=until
    ).order_by("pk")
    ids = list(given_up.select_for_update(of=("self",)).values_list("pk", flat=True)[:most])
    Message.objects.filter(pk__in=ids).update(state=State.WAITING, attempts=0, next_attempt_at=at, claim=None)
    return ids


def cancel_message(message: Message, *, actor: Membership | str) -> None:
    """Keeps a message from being sent that is not sent yet. Refuses `message_not_waiting`."""
    waiting = Message.objects.filter(
        pk=message.pk, provider_id=message.provider_id, state__in=(State.WAITING, State.GIVEN_UP)
    )
    if not waiting.update(state=State.CANCELLED, claim=None):
        raise Refusal(
            "message_not_waiting", _("Only a message that waits or was given up can be cancelled."), status=409
        )
    record("message_cancelled", message, actor=actor, after={"state": State.CANCELLED})


def withhold_messages(provider_id: int, *, before: datetime, reason: str) -> int:
    """Cancels all that waits and was left before then: it tells of what is long past. Returns how many.

    For a history that was recorded afterwards; what somebody is sending just now is sent. Inside a scope.
    """
    waiting = Message.objects.filter(provider_id=provider_id, state=State.WAITING, created_at__lte=before)
    return waiting.update(state=State.CANCELLED, claim=None, last_error=reason[:500])
