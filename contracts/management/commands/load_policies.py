"""`manage.py load_policies`: publishes the shipped policies for the providers of the same short name."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from contracts.actions.policies import publish_policy
from contracts.models import PolicyVersion
from contracts.policy.documents import shipped_policies, shipped_policy
from slaportal.tenancy.models import Provider
from slaportal.tenancy.scope import PLATFORM, STAFF, scope

BY = "load_policies"


class Command(BaseCommand):
    """Repeatable: what is published already is left alone, and it tells what changed."""

    help = "Publishes the policies that come with the portal for the providers with the same short name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """From when they are in force."""
        parser.add_argument(
            "--from", dest="since", help="ISO instant with offset from which they are in force; default: now"
        )

    def handle(self, *, since: str | None, **_: Any) -> None:
        """A transaction for each provider."""
        now = timezone.now()
        effective = now if since is None else parse_datetime(since)
        if effective is None or effective.tzinfo is None:
            raise CommandError(f"{since} is no instant: write it as 2026-09-01T00:00:00+00:00.")
        with scope(PLATFORM):
            providers = list(Provider.objects.order_by("id").values_list("id", flat=True))
        for pk in providers:
            with scope(STAFF, provider=pk):
                self._load(Provider.objects.get(pk=pk), effective, now)

    def _load(self, provider: Provider, effective: datetime, now: datetime) -> None:
        if provider.slug not in shipped_policies():
            self.stdout.write(f"{provider.name}: no policy of this short name is shipped.")
            return
        document = shipped_policy(provider.slug)
        latest = PolicyVersion.objects.filter(provider=provider, policy=provider.slug).order_by("-number").first()
        if latest is not None and latest.digest == document.digest:
            self.stdout.write(f"{provider.name}: version {latest.number} is the shipped text already.")
            return
        start = effective if latest is None else max(effective, now)
        version = publish_policy(
            document, provider=provider, policy=provider.slug, effective_from=start, actor=BY, at=now
        )
        self.stdout.write(
            f"{provider.name}: version {version.number} published, in force from {start:%Y-%m-%d %H:%M %Z}."
        )
