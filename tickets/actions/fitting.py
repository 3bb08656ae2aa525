"""What people write on a ticket: what is missing, too long or unknown is refused before anything comes of it."""

from django.utils.translation import gettext as _

from slaportal.refusal import Refusal
from tickets.history import STATUSES

LONGEST_TEXT, LONGEST_REASON = 100_000, 500


def refuse_unfit_text(text: str) -> None:
    """Refuses `text_needed` for nothing, `text_too_long` for more than anybody reads."""
    if not text.strip():
        raise Refusal("text_needed", _("Write what happened."), fields={"text": _("Needed.")})
    refuse_long_text(text)


def refuse_long_text(text: str) -> None:
    """Refuses `text_too_long`; for what may be left out."""
    if len(text) > LONGEST_TEXT:
        said = _("A text has %(most)s letters at most; send it in parts.") % {"most": LONGEST_TEXT}
        raise Refusal("text_too_long", said, fields={"text": said})


def refuse_unfit_reason(reason: str) -> None:
    """Refuses `reason_needed` and `reason_too_long`."""
    if not reason.strip():
        raise Refusal("reason_needed", _("Say why."), fields={"reason": _("Say why: the customer reads it.")})
    refuse_long_reason(reason)


def refuse_long_reason(reason: str) -> None:
    """Refuses `reason_too_long`; for what may be left out."""
    if len(reason.strip()) > LONGEST_REASON:
        said = _("Say it in at most %(most)s letters.") % {"most": LONGEST_REASON}
        raise Refusal("reason_too_long", said, fields={"reason": said})


def refuse_unknown_status(status: str) -> None:
    """Refuses `status_unknown`."""
    if status not in STATUSES:
        told = {"status": status[:40], "known": ", ".join(STATUSES)}
        said = _("There is no status %(status)s; there are: %(known)s.") % told
        raise Refusal("status_unknown", said, fields={"status": said})
