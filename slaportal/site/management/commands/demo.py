"""`manage.py demo`: fills the portal with the five providers and two months of their work, or takes them away."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from slaportal.site.demo.building import build_demo, sign_ins
from slaportal.site.demo.removing import OWNER, remove_demo
from slaportal.site.demo.telling import tell_demo


class Command(BaseCommand):
    """Refused unless DEMO=1: its password is known to everybody."""

    help = "Fills a demo installation (DEMO=1) with the five providers, their tenants, people and two months of work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Building is what it does unless told otherwise."""
        parser.add_argument("--remove", action="store_true", help="take away what the demo made, and nothing else")

    def handle(self, *, remove: bool, **options: Any) -> None:
        """Builds what is missing and prints a short table and the sign-ins; `--remove` takes all of it away."""
        if not settings.DEMO:
            raise CommandError("Set DEMO=1: the demo's password is known to everybody, so no real installation has it.")
        if remove and OWNER not in settings.DATABASES:
            raise CommandError("Set DATABASE_OWNER_URL: only the owner of the tables may remove rows that stay.")
        now = timezone.now()
        for line in remove_demo(at=now) if remove else build_demo(at=now):
            self.stdout.write(line)
            self.stdout.flush()
        if not remove:
            for line in ("", *tell_demo(at=now), "", *sign_ins()):
                self.stdout.write(line)
