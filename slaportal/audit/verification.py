"""Whether the audit is still what was sealed: the chain is followed from its start, then held against its head."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from slaportal.audit.chain import GENESIS, Sealed, follow
from slaportal.audit.models import Event
from slaportal.audit.queries import digest_at, head_and_last, last_number, sealed_after, unsealed
from slaportal.audit.words import action_in_words

BATCH = 1000
UNSEALED_AT_MOST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first thing that is wrong: `edited`, `missing`, `cut`, `head` or `unsealed`, where, and a sentence."""

    code: str
    number: int
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries were found to be as they were sealed, and what was not."""

    verified: int
    wrong: Wrong | None = None


def verify(provider_id: int, *, now: datetime, newest: int | None = None) -> Verdict:
    """The whole chain, or its `newest` entries after one whose seal is taken as given. Inside the provider's scope."""
    start = max(0, last_number(provider_id) - newest) if newest else 0
    digest = digest_at(provider_id, start) if start else GENESIS
    if digest is None:
        return Verdict(0, _missing(start, start))
    number = start
    while True:
        entries = sealed_after(provider_id, number, BATCH)
        followed = follow(entries, number=number, digest=digest)
        number, digest = followed.number, followed.digest
        if followed.wrong is not None:
            return Verdict(number - start, _broken(number, followed.wrong))
        if len(entries) == BATCH:
            continue
        head = head_and_last(provider_id)
        if head is None or head[2] <= number:  # otherwise a sealer moved on meanwhile
            break
    wrong = _against_head(number, digest, head) or _left_unsealed(provider_id, now)
    return Verdict(number - start, wrong)


def refute_head(provider_id: int, number: int, digest: str) -> Wrong | None:
    """What speaks against a head that was published earlier: the entry of that number must bear that seal."""
    found = digest_at(provider_id, number) if number else GENESIS
    if found == digest:
        return None
    if found is None:
        return _missing(number, number)
    said = _("Entry %(number)d does not bear the seal that was published: the chain was written anew.")
    return Wrong("head", number, said % {"number": number})


def _broken(number: int, entry: Sealed) -> Wrong:
    if entry.number != number + 1:
        return _missing(number + 1, entry.number - 1)
    said = _("Entry %(number)d is not what was sealed: it was changed afterwards. It now reads: %(entry)s.")
    return Wrong("edited", entry.number, said % {"number": entry.number, "entry": _told(entry)})


def _told(entry: Sealed) -> str:
    content = entry.content
    return _("%(action)s, %(target)s, by %(actor)s at %(at)s, row %(id)d") % {
        "action": action_in_words(content["action"]),
        "target": content["target_name"],
        "actor": content["actor_name"],
        "at": content["at"].isoformat(timespec="seconds"),
        "id": content["id"],
    }


def _missing(first: int, last: int) -> Wrong:
    if first == last:
        return Wrong("missing", first, _("Entry %(number)d is missing.") % {"number": first})
    said = _("Entries %(first)d to %(last)d are missing.")
    return Wrong("missing", first, said % {"first": first, "last": last})


def _against_head(number: int, digest: str, head: tuple[int, str, int] | None) -> Wrong | None:
    if head is None:
        return None if number == 0 else Wrong("head", number, _("The head of the chain is missing."))
    if head[0] > number:
        said = _("The end was cut off: the head says %(head)d entries, and the last is %(number)d.")
        return Wrong("cut", number + 1, said % {"head": head[0], "number": number})
    if (head[0], head[1]) != (number, digest):
        said = _("The head was altered: it is not the seal of the last entry, %(number)d.")
        return Wrong("head", number, said % {"number": number})
    return None


def _left_unsealed(provider_id: int, now: datetime) -> Wrong | None:
    event: Event | None = unsealed(provider_id).filter(at__lt=now - UNSEALED_AT_MOST).first()
    if event is None:
        return None
    said = _("Row %(id)d of %(at)s is not sealed: its seal was taken away, or the worker does not run.")
    at = event.at.astimezone(timezone.get_current_timezone()).isoformat(timespec="seconds")
    return Wrong("unsealed", 0, said % {"id": event.pk, "at": at})
