"""This process's own connection, led to another database in which things are really committed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connections


@contextmanager
def connected(place: Mapping[str, Any], blocker: Any) -> Iterator[None]:
    """`default` leads to `place` (NAME, USER and what else differs), in autocommit, and back at the end.

    As the superuser it is handed to portal_web at once, as everywhere in the tests; as portal_web it is the real login.
    """
    default = connections["default"]
    default.close()
    before = dict(default.settings_dict)
    default.settings_dict.update(place)
    try:
        with blocker.unblock():
            yield
            default.close()
    finally:
        default.close()
        default.settings_dict.update(before)
