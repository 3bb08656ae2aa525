"""Only the owner's login migrates; everything else goes to `default`."""

from typing import Any


class OwnerMigrates:
    """The one database router."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """The owner's alias, and no other."""
        return db == "owner"
