"""`manage.py verify_audit`: whether every provider's audit is still what was sealed."""

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from slaportal.audit.verification import refute_head, verify
from slaportal.tenancy.models import Provider
from slaportal.tenancy.providers import all_providers
from slaportal.tenancy.scope import STAFF, scope

HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


class Command(BaseCommand):
    """One line for each provider; exit code 1, and the first wrong row by its number, where something is wrong."""

    help = "Verifies the audit's chain of every provider and names the first wrong row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One provider, and a head that was published."""
        parser.add_argument("--provider", metavar="SLUG", help="only this provider")
        parser.add_argument(
            "--head",
            metavar="NUMBER:DIGEST",
            help="a head from the log (`audit_head`) that the chain of --provider must still contain",
        )

    def handle(self, *, provider: str | None, head: str | None, **_: Any) -> None:
        """Walks every chain, also after one was found wrong, and fails at the end."""
        published = self._published(head, provider)
        seen = wrong = 0
        for pk in all_providers():
            with scope(STAFF, provider=pk):
                slug = Provider.objects.values_list("slug", flat=True).get(pk=pk)
                if provider not in (None, slug):
                    continue
                seen += 1
                wrong += self._verify(pk, slug, published)
        if provider and not seen:
            raise CommandError(f"There is no provider {provider}: give the short name that stands in its address.")
        if wrong:
            raise CommandError(f"The audit of {wrong} of {seen} providers is not what was sealed.", returncode=1)

    @staticmethod
    def _published(head: str | None, provider: str | None) -> tuple[int, str] | None:
        if head is None:
            return None
        match = HEAD.fullmatch(head)
        if match is None or provider is None:
            raise CommandError("A head is NUMBER:DIGEST as it stands in the log, and belongs to one --provider.")
        return int(match[1]), match[2]

    def _verify(self, provider_id: int, slug: str, published: tuple[int, str] | None) -> bool:
        verdict = verify(provider_id, now=timezone.now())
        wrong = verdict.wrong or (refute_head(provider_id, *published) if published else None)
        if wrong:
            self.stderr.write(f"{slug}: {wrong.message} {verdict.verified:,} entries before that hold.")
        else:
            self.stdout.write(f"{slug}: {verdict.verified:,} entries verified.")
        return wrong is not None
