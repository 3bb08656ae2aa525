"""`manage.py create_operator`: the first person of an installation, who then founds its providers."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

import structlog
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from slaportal.tenancy.models import User

log = structlog.get_logger(__name__)

TRIES = 3
LONGEST_NAME = 120


class Command(BaseCommand):
    """Makes an account that may found providers, or lets one that is there do so; a second run changes nothing."""

    help = "Makes somebody an operator of this installation: who founds providers, and sees nothing of what is in them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who it is, and how the password comes to be."""
        parser.add_argument("--email", required=True, help="the address to sign in with")
        parser.add_argument("--name", default="", help="needed for a new account")
        parser.add_argument(
            "--link", action="store_true", help="ask for no password; print a link by which it is set in the browser"
        )

    def handle(self, *, email: str, name: str, link: bool, **_: Any) -> None:
        """Says what it did; the name and the password of an account that is there already stay as they are."""
        email, name = email.strip().lower(), name.strip()
        user = User.objects.filter(email=email).first()
        if user is not None and not user.is_active:
            raise CommandError(f"The account of {email} is switched off: nothing was changed.")
        if user is None:
            _refuse_unfit(email, name)
            password = None if link else self._asked(User(email=email, name=name))
            user = _made(email, name, password)
            self.stdout.write(f"{email} is an operator now, with a new account.")
        elif user.is_operator:
            self.stdout.write(f"{email} is an operator already.")
        else:
            user.is_operator = True
            user.save(update_fields=["is_operator"])
            log.info("operator_made", user_id=user.pk)
            self.stdout.write(f"{email} is an operator now, with the account and the password from before.")
        if link:
            self.stdout.write(
                f"Whoever opens this link sets the password; it works once and for three days:\n{_link(user)}"
            )

    def _asked(self, user: User) -> str:
        """The password, typed twice, and judged as on the pages."""
        for _try in range(TRIES):
            password = getpass("Password: ")
            try:
                validate_password(password, user)
            except ValidationError as error:
                self.stderr.write("\n".join(error.messages))
                continue
            if getpass("The same again: ") == password:
                return password
            self.stderr.write("These were two different passwords.")
        raise CommandError("Nothing was changed. With --link the password is set in the browser instead.")


def _refuse_unfit(email: str, name: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise CommandError(f"{email} is no e-mail address.") from error
    if not name or len(name) > LONGEST_NAME:
        raise CommandError(f"A new account needs --name, of at most {LONGEST_NAME} letters.")
    if EmailAddress.objects.filter(email=email).exists():
        raise CommandError(f"{email} is a further address of another account: use the one it signs in with.")


def _made(email: str, name: str, password: str | None) -> User:
    """The address counts as verified: whoever runs commands here vouches for it."""
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name, is_operator=True)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    log.info("operator_made", user_id=user.pk)
    return user


def _link(user: User) -> str:
    """The same that a reset of the password mails; setting a password makes it worthless."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return str(settings.PUBLIC_URL) + reverse("account_reset_password_from_key", kwargs=key)
