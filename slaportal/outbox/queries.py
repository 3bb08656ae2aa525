"""Reading the messages of one provider, inside its staff's scope; never what stands in them: there may be a secret."""

from django.db.models import Max, QuerySet

from slaportal.outbox.models import Message, State


def messages_of(provider_id: int, state: str = "") -> QuerySet[Message]:
    """Newest first; of one state if it is named."""
    found = Message.objects.filter(provider_id=provider_id)
    if state:
        found = found.filter(state=state)
    return found.defer("text", "html").order_by("-id")


def given_up_count(provider_id: int) -> int:
    """How many were given up."""
    return Message.objects.filter(provider_id=provider_id, state=State.GIVEN_UP).count()


def last_given_up(provider_id: int) -> int:
    """The highest id among those given up; 0 of none."""
    found = Message.objects.filter(provider_id=provider_id, state=State.GIVEN_UP)
    return found.aggregate(last=Max("id"))["last"] or 0
