"""`manage.py load_policies`: publishes the shipped policies for the providers of the same short name."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from contracts.models import PolicyVersion
from contracts.policy.documents import shipped_policies, shipped_policy
from slaportal.refusal import Refusal
from slaportal.site.publishing import publish_with_scenarios, shipped_scenarios
from slaportal.tenancy.models import Provider
from slaportal.tenancy.providers import all_providers
from slaportal.tenancy.scope import STAFF, scope

BY = "load_policies"


class Command(BaseCommand):
    """Repeatable: what is published already is left alone, and it tells what changed."""

    help = "Runs the scenarios of the policies that come with the portal, and publishes them for their providers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """From when they are in force."""
        parser.add_argument(
            "--from", dest="since", help="ISO instant with offset from which they are in force; default: now"
        )

    def handle(self, *, since: str | None, **_: Any) -> None:
        """A transaction for each provider: what one is refused keeps nothing from the others."""
        now = timezone.now()
        effective = now if since is None else _instant(since)
        slugs: set[str] = set()
        refused: list[str] = []
        for pk in all_providers():
            try:
                with scope(STAFF, provider=pk):
                    provider = Provider.objects.get(pk=pk)
                    slugs.add(provider.slug)
                    self.stdout.write(f"{provider.name}: {_load(provider, effective, now)}")
            except Refusal as refusal:
                refused.append(f"{provider.name}: {refusal.message}")
        for key in shipped_policies():
            if key not in slugs:
                self.stdout.write(f"{key}: no provider has this short name.")
        if refused:
            raise CommandError("\n".join(refused))


def _instant(text: str) -> datetime:
    try:
        instant = parse_datetime(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise CommandError(f"{text} is no instant: write it as 2026-09-01T00:00:00+00:00.")
    return instant


def _load(provider: Provider, effective: datetime, now: datetime) -> str:
    """What was done. Warnings of a shipped text were judged when it was written."""
    if provider.slug not in shipped_policies():
        return "no policy of this short name is shipped."
    document = shipped_policy(provider.slug)
    latest = PolicyVersion.objects.filter(provider=provider, policy=provider.slug).order_by("-number").first()
    if latest is not None and latest.digest == document.digest:
        return f"unchanged, version {latest.number} is the shipped text already."
    start = effective if latest is None else max(effective, now)
    version = publish_with_scenarios(
        document.text,
        shipped_scenarios(provider.slug),
        provider=provider,
        policy=provider.slug,
        effective_from=start,
        actor=BY,
        at=now,
        confirm_warnings=True,
    )
    return f"version {version.number} published, in force from {start:%Y-%m-%d %H:%M %Z}."
