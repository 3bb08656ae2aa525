"""`manage.py migrate` goes to the owner's login: on `default` it would record migrations that it never ran."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as Migrate


class Command(Migrate):
    """Django's own, with the owner as the default."""

    def add_arguments(self, parser: CommandParser) -> None:
        """`--database owner` unless somebody says otherwise."""
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> Any:
        """Migrates; the grants of the identity plane follow by `post_migrate`."""
        return super().handle(*args, **options)
