"""The one way an event is written: a plain row in the transaction of the act, so both are there or neither is."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import structlog
from django.db.models import Model
from django.utils.functional import Promise

from slaportal.audit.models import Event
from slaportal.tenancy.models import Membership, Provider, Tenant

ACTION = re.compile(r"[a-z]+(_[a-z]+)*")


def record(
    action: str,
    target: Model,
    *,
    actor: Membership | str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Event:
    """Leaves who did what to what; provider and tenant are the target's. Inside a scope that may see the target.

    `actor` is a name where no member acts: "Worker", "Operator olga@example.com". `before` and `after` are what
    changed, as plain values; dates and decimals are kept as text. No lock is taken: the seal is the worker's.
    """
    if not ACTION.fullmatch(action):
        raise ValueError(f"{action!r} is no action: write it like member_invited.")
    provider_id, tenant_id = _owners_of(target)
    member = None if isinstance(actor, str) else actor
    return Event.objects.create(
        provider_id=provider_id,
        tenant_id=tenant_id,
        actor_id=member.pk if member else None,
        actor_name=(member.name if member else str(actor))[:320],
        actor_role=member.role if member else "",
        action=action,
        target_kind=target._meta.model_name or "",
        target_id=target.pk,
        target_name=str(target)[:320],
        before=_plain(before),
        after=_plain(after),
        reason=reason,
        reference=_reference(),
    )


def _owners_of(target: Model) -> tuple[int, int | None]:
    """Whose event it is: the provider, and the tenant if the target is one or belongs to one."""
    if isinstance(target, Provider):
        return target.pk, None
    provider_id: int | None = getattr(target, "provider_id", None)
    if provider_id is None:
        raise TypeError(f"{target._meta.label} belongs to no provider, so its event would belong to nobody.")
    return provider_id, target.pk if isinstance(target, Tenant) else getattr(target, "tenant_id", None)


def _reference() -> str:
    """What the log lines of the same request or task carry."""
    bound = structlog.contextvars.get_contextvars()
    return str(bound.get("request_id") or bound.get("task_id") or "")[:64]


def _plain(value: Any) -> Any:
    """As JSON can say it, and no other type: an unknown one is an error of the caller, not a guess."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(of) for key, of in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(of) for of in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | Promise):
        return str(value)
    raise TypeError(f"{value!r} ({type(value).__name__}) is no plain value: give text, whole numbers or decimals.")
