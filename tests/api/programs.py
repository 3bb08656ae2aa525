"""Programs of the cast: a client with a token of somebody, who sends and reads JSON in which no number has a point."""

import json
from collections.abc import Iterable
from typing import Any

from django.test import Client
from django.utils import timezone

from slaportal.people.actions.tokens import make_token
from tests.world import World


def _no_float(text: str) -> Any:
    raise AssertionError(f"{text} is a float")


class Program:
    """What one token of somebody may do."""

    def __init__(self, secret: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})

    def get(self, path: str, **headers: str) -> Any:
        """The answer; `.said` is its JSON."""
        return self.send("GET", path, None, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """The answer; `Idempotency_Key="..."` and the like become headers."""
        return self.send("POST", path, {} if body is None else body, **headers)

    def send(self, method: str, path: str, body: Any, **headers: str) -> Any:
        """One call of /api/v1/."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        answer: Any = self.client.generic(
            method, f"/api/v1/{path}", text, content_type="application/json", headers=named
        )
        answer.said = json.loads(answer.content, parse_float=_no_float) if answer.content else None
        return answer


def secret_of(world: World, who: str, *, read_only: bool = False, scopes: Iterable[str] = ()) -> str:
    """A new token of somebody."""
    with world.inside(who):
        return make_token(
            "t", read_only=read_only, expires_at=None, actor=world.members[who], at=timezone.now(), scopes=scopes
        )[1]


def program(world: World, who: str, *, read_only: bool = False, scopes: Iterable[str] = ()) -> Program:
    """A program with a token of somebody."""
    return Program(secret_of(world, who, read_only=read_only, scopes=scopes))
