"""The seal of an entry, from plain values."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from slaportal.audit.chain import CONTENT, GENESIS, Sealed, canonical, digest_of, follow
from slaportal.audit.models import Event

AT = datetime(2026, 11, 24, 12, 0, 0, 5, tzinfo=UTC)
CONTENTS: dict[str, Any] = {
    "id": 41,
    "provider_id": 1,
    "tenant_id": None,
    "at": AT,
    "actor_id": 7,
    "actor_name": "Zoë",
    "actor_role": "admin",
    "action": "tenant_added",
    "target_kind": "tenant",
    "target_id": 3,
    "target_name": "Ostrava",
    "before": None,
    "after": '{"price": 0.10}',
    "reason": "",
    "reference": "r",
}
SPELLED = (
    r'{"action":"tenant_added","actor_id":7,"actor_name":"Zo\u00eb","actor_role":"admin",'
    r'"after":"{\"price\": 0.10}","at":"2026-11-24T12:00:00.000005+00:00","before":null,"id":41,"number":2,'
    r'"provider_id":1,"reason":"","reference":"r","target_id":3,"target_kind":"tenant","target_name":"Ostrava",'
    r'"tenant_id":null}'
)


def chain(length: int) -> list[Sealed]:
    entries, digest = [], GENESIS
    for number in range(1, length + 1):
        content = {**CONTENTS, "id": 100 - number}
        digest = digest_of(digest, number, content)
        entries.append(Sealed(number, digest, content))
    return entries


def test_an_entry_has_one_spelling() -> None:
    assert canonical(2, CONTENTS).decode() == SPELLED
    assert canonical(2, dict(reversed(CONTENTS.items()))) == canonical(2, CONTENTS)


def test_the_same_instant_is_spelled_the_same() -> None:
    elsewhere = {**CONTENTS, "at": AT.astimezone(timezone(timedelta(hours=5, minutes=45)))}
    assert canonical(2, elsewhere) == canonical(2, CONTENTS)


def test_the_seal_is_a_hash_over_the_one_before_and_the_entry() -> None:
    assert digest_of(GENESIS, 2, CONTENTS) == hashlib.sha256((GENESIS + SPELLED).encode()).hexdigest()


def test_the_seal_covers_everything_an_event_says() -> None:
    columns = {field.attname for field in Event._meta.local_fields}
    assert set(CONTENT) == columns - {"number", "digest"}
    assert set(json.loads(canonical(1, CONTENTS))) == columns - {"digest"}


@pytest.mark.parametrize("name", CONTENT)
def test_every_part_of_it_counts(name: str) -> None:
    other = AT + timedelta(microseconds=1) if name == "at" else "other"
    assert digest_of(GENESIS, 1, {**CONTENTS, name: other}) != digest_of(GENESIS, 1, CONTENTS)
    assert digest_of(GENESIS, 2, CONTENTS) != digest_of(GENESIS, 1, CONTENTS)
    assert digest_of("1" * 64, 1, CONTENTS) != digest_of(GENESIS, 1, CONTENTS)


def test_a_chain_that_holds_is_followed_to_its_end() -> None:
    entries = chain(5)
    followed = follow(entries, number=0, digest=GENESIS)
    assert (followed.number, followed.digest, followed.wrong) == (5, entries[-1].digest, None)
    again = follow(entries[2:], number=2, digest=entries[1].digest)
    assert (again.number, again.digest, again.wrong) == (5, entries[-1].digest, None)


def test_an_empty_chain_holds() -> None:
    assert follow([], number=0, digest=GENESIS).number == 0


def test_the_first_that_does_not_fit_is_named() -> None:
    entries = chain(5)
    for at in range(5):
        changed = Sealed(at + 1, entries[at].digest, {**entries[at].content, "reason": "never"})
        followed = follow([*entries[:at], changed, *entries[at + 1 :]], number=0, digest=GENESIS)
        assert (followed.number, followed.wrong) == (at, changed)
        if at < 4:
            assert follow(entries[:at] + entries[at + 1 :], number=0, digest=GENESIS).wrong == entries[at + 1]


def test_two_that_change_places_are_found() -> None:
    one, two, three = chain(3)
    swapped = [Sealed(1, two.digest, two.content), Sealed(2, one.digest, one.content), three]
    assert follow(swapped, number=0, digest=GENESIS).wrong == swapped[0]
