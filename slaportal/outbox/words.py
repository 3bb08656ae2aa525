"""What the page of messages shows instead of codes; apps above add theirs: `KINDS.update(...)` in their `ready()`."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: dict[str, str | Promise] = {
    "invitation": _("Invitation"),
    "webhook_disabled": _("Webhook switched off"),
}


def kind_in_words(kind: str) -> str:
    """The kind's name; of one that nobody named, its own words."""
    return str(KINDS.get(kind) or kind.replace("_", " ").capitalize())
