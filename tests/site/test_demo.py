"""The demo's people: built once, however often; with what is printed one can sign in."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from contracts.models import Subscription
from contracts.queries import agreement_at
from slaportal.site.demo.building import build_demo, sign_ins
from slaportal.site.demo.cast import COMPANIES, PASSWORD
from slaportal.tenancy.models import Membership, Provider, Tenant, User
from slaportal.tenancy.queries import memberships_of
from slaportal.tenancy.scope import STAFF, scope
from tests.conftest import logged_in_as


def counted() -> tuple[int, int, int]:
    members = tenants = subscriptions = 0
    for provider in {m.provider_id for user in User.objects.all() for m in memberships_of(user)}:
        with scope(STAFF, provider=provider):
            members += Membership.objects.count()
            tenants += Tenant.objects.count()
            subscriptions += Subscription.objects.count()
            assert all(agreement_at(each, timezone.now()) for each in Subscription.objects.all())
            assert Provider.objects.count() == 1
    return members, tenants, subscriptions


def test_it_is_built_once(db: None) -> None:
    with logged_in_as("portal_jobs"):
        assert len(list(build_demo(at=timezone.now()))) == len(COMPANIES)
        first = counted()
        list(build_demo(at=timezone.now()))
        assert counted() == first == (5 * 5 + 5 * 3 * 2, 15, 15)
    printed = "\n".join(sign_ins())
    addresses = re.findall(r"[\w.-]+@[\w.-]+\.example", printed)
    assert len(addresses) == 5 * 5 + 1
    for address in (addresses[0], addresses[-1]):
        answer = Client().post("/account/login/", {"login": address, "password": PASSWORD})
        assert answer.status_code == 302, address


def test_no_real_installation_gets_it(db: None, settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("demo")
    assert not User.objects.exists()
