"""`manage.py create_operator`, as the workers' login."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from slaportal.tenancy.models import User
from tests.conftest import Login
from tests.world import PASSWORD, World

EMAIL = "first@example.test"


@pytest.fixture
def _as_jobs(as_login: Login) -> Iterator[None]:
    """The login that manage.py has."""
    with as_login("portal_jobs"):
        yield


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets somebody type these words, one after the other, where a password is asked for."""

    def typed(*words: str) -> list[str]:
        left = list(words)
        monkeypatch.setattr("slaportal.people.management.commands.create_operator.getpass", lambda _asks: left.pop(0))
        return left

    return typed


def create(**options: Any) -> str:
    said = io.StringIO()
    call_command("create_operator", stdout=said, stderr=said, **options)
    return said.getvalue()


def signs_in(email: str, password: str) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": email, "password": password})
    return client


def test_the_first_operator_signs_in_and_founds(as_login: Login, db: None, types: Any) -> None:
    types(PASSWORD, PASSWORD)
    with as_login("portal_jobs"):
        said = create(email=" First@Example.test ", name="Olga First")
    assert said == f"{EMAIL} is an operator now, with a new account.\n"
    client = signs_in(EMAIL, PASSWORD)
    assert client.get(reverse("installation")).status_code == 200
    form = {"slug": "acme", "name": "Acme", "admin_email": "admin@example.test"}
    assert client.post(reverse("installation"), form).status_code == 302


@pytest.mark.usefixtures("_as_jobs")
def test_the_address_counts_as_verified(types: Any) -> None:
    types(PASSWORD, PASSWORD)
    create(email=EMAIL, name="Olga")
    address = EmailAddress.objects.get(email=EMAIL)
    assert (address.verified, address.primary, address.user.name) == (True, True, "Olga")


@pytest.mark.usefixtures("_as_jobs")
def test_a_second_run_asks_and_changes_nothing(types: Any) -> None:
    types(PASSWORD, PASSWORD)
    create(email=EMAIL, name="Olga")
    before = User.objects.values().get(email=EMAIL)
    left = types("never asked for")
    assert create(email=EMAIL, name="Another") == f"{EMAIL} is an operator already.\n"
    assert (User.objects.values().get(email=EMAIL), left) == (before, ["never asked for"])


def test_who_has_an_account_keeps_it(world: World, as_login: Login) -> None:
    with as_login("portal_jobs"):
        said = create(email=world.users["admin"].email)
    assert "with the account and the password from before" in said
    assert User.objects.get(pk=world.users["admin"].pk).is_operator
    assert signs_in(world.users["admin"].email, PASSWORD).get(reverse("installation")).status_code == 200


def test_a_link_sets_the_password_once(as_login: Login, db: None) -> None:
    with as_login("portal_jobs"):
        said = create(email=EMAIL, name="Olga", link=True)
    link = said.splitlines()[-1]
    assert link.startswith(f"{settings.PUBLIC_URL}/account/")
    assert signs_in(EMAIL, "").get(reverse("installation")).status_code == 302
    page = Client()
    form = page.get(link.removeprefix(settings.PUBLIC_URL), follow=True).request["PATH_INFO"]
    assert page.post(form, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 302
    assert signs_in(EMAIL, PASSWORD).get(reverse("installation")).status_code == 200
    again = Client().get(link.removeprefix(settings.PUBLIC_URL), follow=True)
    assert b"password1" not in again.content


@pytest.mark.usefixtures("_as_jobs")
def test_a_bad_password_is_asked_for_again(types: Any) -> None:
    types("short", PASSWORD, "another-one-altogether", PASSWORD, PASSWORD)
    said = create(email=EMAIL, name="Olga")
    assert "too short" in said
    assert "two different passwords" in said
    assert User.objects.get(email=EMAIL).check_password(PASSWORD)


@pytest.mark.usefixtures("_as_jobs")
def test_after_three_tries_nothing_is_made(types: Any) -> None:
    types("short", "short", "short")
    with pytest.raises(CommandError, match="Nothing was changed"):
        create(email=EMAIL, name="Olga")
    assert not User.objects.filter(email=EMAIL).exists()


@pytest.mark.usefixtures("_as_jobs")
@pytest.mark.parametrize(
    ("email", "name", "why"),
    [("nobody", "Olga", "is no e-mail address"), (EMAIL, " ", "needs --name"), (EMAIL, "x" * 121, "at most 120")],
)
def test_what_does_not_fit_is_refused(email: str, name: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        create(email=email, name=name)


def test_strange_accounts_are_left_alone(world: World, as_login: Login) -> None:
    User.objects.filter(pk=world.users["amy"].pk).update(is_active=False)
    EmailAddress.objects.create(user=world.users["bob"], email=EMAIL, verified=True, primary=False)
    with as_login("portal_jobs"):
        with pytest.raises(CommandError, match="switched off"):
            create(email=world.users["amy"].email)
        with pytest.raises(CommandError, match="further address of another account"):
            create(email=EMAIL, name="Olga")
    assert not User.objects.filter(is_operator=True).exclude(pk=world.users["olga"].pk).exists()
