"""The door to one message."""

from django.utils.translation import gettext as _

from slaportal.outbox.models import Message
from slaportal.outbox.queries import messages_of
from slaportal.tenancy.access import not_found
from slaportal.tenancy.models import Membership


def get_message_for(actor: Membership, pk: int) -> Message:
    """A message of the actor's provider, for its staff, without its contents."""
    message = messages_of(actor.provider_id).filter(pk=pk).first() if actor.is_staff else None
    if message is None:
        raise not_found(_("There is no such message here."))
    return message
