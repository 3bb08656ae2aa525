"""The one place that takes a role: what may be seen is set in the open transaction and given back at its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

STAFF, CUSTOMER, PLATFORM = "portal_staff", "portal_customer", "portal_platform"


@dataclass(frozen=True)
class Scope:
    """What the database shows just now: a role, and the ids of the provider and the tenant (None: of none)."""

    role: str
    provider: int | None = None
    tenant: int | None = None


_open_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)

SET = """SELECT set_config('app.provider_id', %s, true), set_config('app.tenant_id', %s, true),
         set_config('role', %s, true)"""


def current_scope() -> Scope | None:
    """The scope that is open in this thread."""
    return _open_scope.get()


@contextmanager
def scope(role: str, *, provider: int | None = None, tenant: int | None = None) -> Iterator[None]:
    """Opens a transaction and takes `role` in it, for one provider and, as a customer, one tenant.

    The role is gone with COMMIT; inside an outer transaction, to whose end SET LOCAL would last, it is given back. A
    database error that somebody swallowed inside rolls everything back. RuntimeError when a scope is open already.
    """
    if _open_scope.get() is not None:
        raise RuntimeError("A scope is open already: narrow it with take(), or leave it first.")
    within = connection.in_atomic_block
    with transaction.atomic():
        _set(role, provider, tenant)
        token = _open_scope.set(Scope(role, provider, tenant))
        try:
            yield  # an exception rolls the block back, and with it the role
        finally:
            _open_scope.reset(token)
        if _failed():
            transaction.set_rollback(True)
        elif within and not connection.needs_rollback:
            _set("none", None, None)


def _failed() -> bool:
    raw: Any = connection.connection
    return bool(raw.get_transaction_status() == TRANSACTION_STATUS_INERROR)


def take(role: str, *, provider: int | None = None, tenant: int | None = None) -> None:
    """Changes the role inside an open scope of `portal_jobs`: from the claim to one provider's contents and back.

    The transaction and its locks are kept; leaving the scope gives the role back.
    """
    if _open_scope.get() is None:
        raise RuntimeError("take() narrows a scope: open one first.")
    _set(role, provider, tenant)
    _open_scope.set(Scope(role, provider, tenant))


def _set(role: str, provider: int | None, tenant: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SET, [str(provider or ""), str(tenant or ""), role])


@contextmanager
def presenting(*, user: int | None = None, entrance: str | None = None) -> Iterator[None]:
    """A transaction in which the login sees the rows of this person, or of this presented digest, and no others.

    Still the identity plane: no role is taken. It is for reading memberships, tokens and invitations before a scope.
    """
    settings = "SELECT set_config('app.user_id', %s, true), set_config('app.entrance', %s, true)"
    within = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(settings, [str(user or 0), entrance or ""])
        yield
        if within:
            cursor.execute(
                settings, ["", ""]
            )  # "" is no number: whoever forgot to present anything gets an error, no rows


def database_now() -> datetime:
    """What the database's clock says: the one that all workers share, whatever their own say."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
