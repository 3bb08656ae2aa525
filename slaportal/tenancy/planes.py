"""Which plane a table lies in: identity, for the two logins before any scope, or content, behind a wall."""

from typing import Any

from django.db import connections

ALL = "SELECT, INSERT, UPDATE, DELETE"

# What the logins may do without a scope: sign-in, sessions and what Django itself keeps. A table that is neither here
# nor behind a wall fails tests/tenancy/test_planes.py.
IDENTITY: dict[str, dict[str, str]] = {
    **{
        table: {"portal_web, portal_jobs": ALL}
        for table in (
            "tenancy_user",
            "django_session",
            "site_cache",
            "account_emailaddress",
            "account_emailconfirmation",
            "mfa_authenticator",
            "usersessions_usersession",
        )
    },
    **{
        table: {"portal_web, portal_jobs": "SELECT"}
        for table in ("django_migrations", "django_content_type", "auth_permission", "auth_group")
    },
    "auth_group_permissions": {},
    # A link that resets a password stands in such a mail: the web may leave one, only the workers read them.
    "outbox_accountmail": {"portal_web": "INSERT, SELECT (id)", "portal_jobs": ALL},
    "api_allowance": {"portal_web": "SELECT, INSERT, UPDATE", "portal_jobs": ALL},
    "site_heartbeat": {"portal_web": "SELECT", "portal_jobs": ALL},
    "site_demorow": {"portal_jobs": "SELECT, INSERT"},
}


def grant_identity(using: str, **_: Any) -> None:
    """After every migrate, as the owner."""
    if using != "owner":
        return
    with connections[using].cursor() as cursor:
        there = set(connections[using].introspection.table_names(cursor))
        for table in sorted(there & set(IDENTITY)):
            for roles, privileges in IDENTITY[table].items():
                cursor.execute(f'GRANT {privileges} ON "{table}" TO {roles}')
