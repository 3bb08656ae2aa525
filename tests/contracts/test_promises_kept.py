"""Every line of the five documents stands in its policy, with its clause, and is kept as it should be."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from contracts.policy.documents import shipped_policies, shipped_policy
from contracts.policy.reading import read_text
from contracts.policy.reading.places import above

PROMISES: dict[str, list[dict[str, Any]]] = read_text(
    (Path(__file__).parent / "promises.yaml").read_bytes(), floats="refuse", limit=10**6
).value


@lru_cache(maxsize=8)
def policy(provider: str) -> dict[str, Any]:
    """The policy as it is written, before any default."""
    value = read_text(shipped_policy(provider).text, floats="refuse", limit=10**6).value
    assert isinstance(value, dict)
    return value


def found(provider: str, path: str) -> Any:
    """What the policy has at the path, None where it has nothing."""
    value: Any = policy(provider)
    for key in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, list):
            value = value[int(key)] if int(key) < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def has_clause(provider: str, path: str) -> bool:
    """Whether the mapping at the path, or one above it, says where it stands in the source document."""
    while path:
        value = found(provider, path)
        if isinstance(value, dict) and value.get("clause"):
            return True
        path = above(path)
    return False


def expected_keeping(kept: str) -> dict[str, str]:
    """What a promise in words must say about how it is kept: the last column of the list as keys of the format."""
    if "ticket_attestation" in kept:
        return {"kept": "attested", "per": "ticket"}
    if kept.startswith("attested every 90 days"):
        return {"kept": "attested", "every": "90d"}
    check = re.search(r"\((\w+)\)", kept)
    return {"kept": check[1] if check else "shown"}


def missing(provider: str, promise: dict[str, Any]) -> Iterator[str]:
    """What the policy lacks of one line of the list."""
    for path in promise["at"]:
        value = found(provider, path)
        if value is None:
            yield f"{path} is not there"
        elif not path.startswith("plans.") and not has_clause(provider, path):
            yield f"{path} has no clause"
        if path.startswith("promises.") and isinstance(value, dict):
            wrong = {
                key: value.get(key)
                for key, meant in expected_keeping(promise["kept"]).items()
                if value.get(key) != meant
            }
            yield from (f"{path}.{key} is {said}, the list says: {promise['kept']}" for key, said in wrong.items())


LINES = [(provider, promise) for provider, promises in PROMISES.items() for promise in promises]


@pytest.mark.parametrize(
    ("provider", "promise"), LINES, ids=[f"{provider}: {promise['key']}" for provider, promise in LINES]
)
def test_promise_stands_in_the_policy(provider: str, promise: dict[str, Any]) -> None:
    assert list(missing(provider, promise)) == []


def test_list_has_every_promise_of_every_document() -> None:
    assert {provider: len(promises) for provider, promises in PROMISES.items()} == {
        "procirrus": 27,
        "infopromo": 21,
        "proofpoint": 16,
        "spirion": 30,
        "secpod": 21,
    }
    assert sorted(PROMISES) == shipped_policies()


@pytest.mark.parametrize("provider", shipped_policies())
def test_policy_says_nothing_under_promises_that_the_list_does_not_have(provider: str) -> None:
    listed = {
        path.split(".")[1] for promise in PROMISES[provider] for path in promise["at"] if path.startswith("promises.")
    }
    assert set(found(provider, "promises")) - listed == set()


def test_what_is_missing_is_named() -> None:
    promise = {
        "kept": "checked (survey)",
        "at": ["promises.sole_remedy", "promises.nothing", "title", "credits[7].claim"],
    }
    assert list(missing("spirion", promise)) == [
        "promises.sole_remedy.kept is shown, the list says: checked (survey)",
        "promises.nothing is not there",
        "title has no clause",
        "credits[7].claim is not there",
    ]
