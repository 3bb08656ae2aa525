"""Start-up refuses a login that could pass the wall: row level security binds neither superusers nor owners."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

HARMFUL = """
    SELECT rolsuper, rolbypassrls, rolcreaterole,
           EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p') AND n.nspname = 'public'),
           pg_has_role(r.oid, 'portal_owner', 'MEMBER')
    FROM pg_roles r WHERE rolname = session_user"""
WHY = ("is a superuser", "has BYPASSRLS", "may make roles", "owns tables", "is a member of portal_owner")


def harmful_powers() -> list[str]:
    """What the login of `default` may do that no process of the portal should; empty when it is harmless."""
    with connections["default"].cursor() as cursor:
        cursor.execute(HARMFUL)
        row = cursor.fetchone()
        cursor.execute("SELECT session_user")
        name = cursor.fetchone()[0]
    return [f"{name} {why}" for has, why in zip(row, WHY, strict=True) if has]


@register(Tags.database)
def login_is_harmless(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """`manage.py check --database default`."""
    if "default" not in (databases or ()):
        return []
    powers = harmful_powers()
    if not powers:
        return []
    return [
        Error(
            f"The login may pass the wall: {'; '.join(powers)}.",
            hint="Log in as portal_web (web) or portal_jobs (worker, beat, manage.py): see docs/deploy.md.",
            id="portal.E001",
        )
    ]


def refuse_harmful_login() -> None:
    """For the start hooks of gunicorn and Celery, since Django's database checks never run by themselves."""
    powers = harmful_powers()
    if powers:
        raise ImproperlyConfigured(
            f"The login may pass the wall: {'; '.join(powers)}. Log in as portal_web (web) or portal_jobs (worker, "
            "beat, manage.py): see docs/deploy.md. (portal.E001)"
        )
