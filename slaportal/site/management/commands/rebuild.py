"""`manage.py rebuild clocks|periods [--check]`: what is stored against what the logs and facts come to."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from credits import rebuilding as credits_
from slaportal.tenancy.models import Provider
from slaportal.tenancy.providers import all_providers
from slaportal.tenancy.scope import STAFF, database_now, scope
from tickets import rebuilding as tickets_
from uptime import rebuilding as uptime_


def _periods(now: datetime) -> Iterator[str]:
    yield from uptime_.differences(None, now=now)
    yield from credits_.differences(None, now=now)


def _mark_periods(now: datetime) -> int:
    """The figures of what is open, and the credits of all: equal figures would leave wrong credits as they are."""
    uptime_.mark_open(now)
    return credits_.mark_all(now)


COMPARE: dict[str, Callable[[datetime], Iterator[str]]] = {
    "clocks": lambda now: tickets_.differences(now=now),
    "periods": _periods,
}
MARK: dict[str, Callable[[datetime], int]] = {
    "clocks": tickets_.mark_all,
    "periods": _mark_periods,
}


class Command(BaseCommand):
    """Names every difference, a line each, and exits with 1 where there is one; without --check marks all anew."""

    help = "Works clocks or periods out anew from the logs: --check names what differs, without it the workers write."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is rebuilt, and whether it is only compared."""
        parser.add_argument("what", choices=sorted(COMPARE))
        parser.add_argument("--check", action="store_true", help="only compare; exit code 1 where something differs")
        parser.add_argument("--provider", metavar="SLUG", help="only this provider")

    def handle(self, *, what: str, check: bool, provider: str | None, **_: Any) -> None:
        """Provider by provider, each in its own scope."""
        seen = different = 0
        for pk in all_providers():
            with scope(STAFF, provider=pk):
                slug = Provider.objects.values_list("slug", flat=True).get(pk=pk)
                if provider not in (None, slug):
                    continue
                seen += 1
                if check:
                    different += self._compare(what, slug)
                else:
                    self.stdout.write(
                        f"{slug}: {MARK[what](database_now()):,} {what} marked, the workers work them out."
                    )
        if provider and not seen:
            raise CommandError(f"There is no provider {provider}: give the short name that stands in its address.")
        if different:
            raise CommandError(f"{different:,} stored figures are not what the logs come to.", returncode=1)

    def _compare(self, what: str, slug: str) -> int:
        different = 0
        for line in COMPARE[what](database_now()):
            different += 1
            self.stdout.write(f"{slug}: {line}")
        if not different:
            self.stdout.write(f"{slug}: {what} are what the logs come to.")
        return different
