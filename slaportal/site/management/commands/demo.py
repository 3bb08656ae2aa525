"""`manage.py demo`: fills the portal with the five providers, and tells with what to sign in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from slaportal.site.demo.building import build_demo, sign_ins


class Command(BaseCommand):
    """Refused unless DEMO=1: its password is known to everybody."""

    help = "Fills a demo installation (DEMO=1) with the five providers, their tenants and people."

    def handle(self, *args: Any, **options: Any) -> None:
        """Builds what is missing and prints the sign-ins."""
        if not settings.DEMO:
            raise CommandError("Set DEMO=1: the demo's password is known to everybody, so no real installation has it.")
        for line in build_demo(at=timezone.now()):
            self.stdout.write(line)
        for line in sign_ins():
            self.stdout.write(line)
