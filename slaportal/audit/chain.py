"""The hash chain, from plain values: what an entry's seal covers, and where a chain stops holding."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64

# Everything that an entry says. `before` and `after` are the text of their jsonb: a number in it is never a float here.
CONTENT = (
    "id",
    "provider_id",
    "tenant_id",
    "at",
    "actor_id",
    "actor_name",
    "actor_role",
    "action",
    "target_kind",
    "target_id",
    "target_name",
    "before",
    "after",
    "reason",
    "reference",
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry of the chain as it reads now."""

    number: int
    digest: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Followed:
    """How far the chain held: the last entry that was right, and the next one when it was not."""

    number: int
    digest: str
    wrong: Sealed | None = None


def canonical(number: int, content: Mapping[str, Any]) -> bytes:
    """The one spelling of an entry: JSON with sorted keys, no spaces, ASCII, instants in UTC to the microsecond."""
    said = {name: _plain(content[name]) for name in CONTENT}
    return json.dumps({**said, "number": number}, sort_keys=True, separators=(",", ":")).encode("ascii")


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def digest_of(previous: str, number: int, content: Mapping[str, Any]) -> str:
    """The seal: SHA-256 over the seal before it and everything that this entry says, in hex."""
    return hashlib.sha256(previous.encode() + canonical(number, content)).hexdigest()


def follow(entries: Iterable[Sealed], *, number: int, digest: str) -> Followed:
    """Walks on from an entry that is known to be right, to the end or to the first that is missing or does not fit."""
    for entry in entries:
        fits = entry.number == number + 1 and entry.digest == digest_of(digest, entry.number, entry.content)
        if not fits:
            return Followed(number, digest, entry)
        number, digest = entry.number, entry.digest
    return Followed(number, digest)
