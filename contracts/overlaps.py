"""That periods of one thing do not overlap, as a constraint of the database; no extension is needed for it."""

from django.db import models

from slaportal.tenancy.wall import Written


class NoOverlap(Written):
    """Rows with the same `of` (an id) have periods [starts, ends) that do not meet; an end that is NULL is never."""

    def __init__(self, *, name: str, of: str, starts: str = "starts_at", ends: str = "ends_at") -> None:
        super().__init__(name=name, of=of, starts=starts, ends=ends)

    def up(self, model: type[models.Model]) -> str:
        """An id is a range of one, so that GiST can compare it."""
        a = self.arguments
        return (
            "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s EXCLUDE USING gist ("
            f"int8range({a['of']}, {a['of']}, '[]') WITH &&, tstzrange({a['starts']}, {a['ends']}, '[)') WITH &&)"
        )

    def down(self, model: type[models.Model]) -> str:
        """The constraint gone."""
        return "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s"
