"""What calls about subscriptions and services take and give (docs/api.md)."""

from decimal import Decimal
from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from contracts.models import Kind
from slaportal.api.shapes import Exact, Flag, Id, Instant, Listed, Ref, Shape, Text

ORDERS = ("-id", "id")
STATES = ("coming", "running", "over")
PLAN_HELP = _("The plan's key in the policy.")
ANNUAL_HELP = _("Left out: twelve monthly ones.")
CURRENCY = RegexValidator(r"\A[A-Z]{3}\Z", _("Write three capital letters, for example USD."))
SHORT_NAME = RegexValidator(r"\A[-a-z0-9_]+\Z", _("Write small letters, digits, hyphens and underscores only."))


def _fee(**options: Any) -> Exact:
    return Exact(max_digits=14, decimal_places=4, min_value=Decimal(0), **options)


class TermShape(Shape):
    """What a subscription is on from `starts_at` until `ends_at` (null: until further notice)."""

    plan = serializers.CharField()
    plan_name = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    fee_monthly = _fee()
    fee_annual = _fee()
    currency = serializers.CharField()
    starts_at = Instant()
    ends_at = Instant(allow_null=True)
    state = serializers.ChoiceField(STATES)


class SubscriptionPolicyShape(Shape):
    """A policy by its short name, and what it is called."""

    policy = serializers.CharField()
    title = serializers.CharField()


class SubscriptionShape(Shape):
    """A customer's subscription with its terms and what it covers.

    To the customer: the term that runs (or the last one), and nothing of the account's standing, which is null.
    """

    id = Id()
    name = serializers.CharField()
    tenant = Ref()
    policy = SubscriptionPolicyShape()
    account_current = serializers.BooleanField(allow_null=True)
    account_reason = serializers.CharField(allow_null=True)
    terms = TermShape(many=True, help_text=_("The earliest first."))
    services = Ref(many=True, help_text=_("What it covers."))
    created_at = Instant()


class SubscriptionQueryShape(Listed):
    """Which subscriptions, in which order."""

    tenant = Id(required=False, help_text=_("Of this customer."))
    policy = Text(required=False, max_length=40, help_text=_("To this policy, by its short name."))
    ordering = serializers.ChoiceField(ORDERS, default="-id")


class _PricedShape(Shape):
    """Plan, kind, fee and start of a term."""

    plan = Text(max_length=40, help_text=PLAN_HELP)
    kind = serializers.ChoiceField(Kind.choices, default=Kind.PRODUCTION)
    fee_monthly = _fee()
    fee_annual = _fee(required=False, help_text=ANNUAL_HELP)
    currency = Text(max_length=3, validators=[CURRENCY], default="USD")
    starts_at = Instant()


class NewTermShape(_PricedShape):
    """Another plan, kind or fee from an instant on."""


class SubscribeShape(_PricedShape):
    """A subscription that is to be, with its first term."""

    tenant = Id(help_text=_("The customer's id."))
    name = Text(max_length=120, help_text=_("What the customer calls it."))
    policy = Text(max_length=40, help_text=_("The policy's short name."))


class SubscriptionNameShape(Shape):
    """What a subscription is called."""

    name = Text(max_length=120)


class StandingShape(Shape):
    """Whether the account is in good standing; `reason` is needed where it is not."""

    current = Flag()
    reason = Text(max_length=300, allow_blank=True, default="")


class EndShape(Shape):
    """From when on nothing is promised, and why."""

    ends_at = Instant()
    reason = Text(max_length=500)


class CoverShape(Shape):
    """A service, the customer's own or a shared one."""

    service = Id(help_text=_("The service's id."))


class ServiceShape(Shape):
    """Something that is up or down: of one customer, or (no tenant) shared by several; and who promises about it."""

    id = Id()
    key = serializers.CharField(help_text=_("Measurements come in under it; it stays for ever."))
    name = serializers.CharField()
    tenant = Ref(allow_null=True)
    subscriptions = Ref(many=True, help_text=_("The subscriptions that cover it."))
    created_at = Instant()


class ServiceQueryShape(Listed):
    """Which services, in which order."""

    tenant = Id(required=False, help_text=_("This customer's own."))
    shared = Flag(required=False, help_text=_("Those that customers share alone, or all others."))
    ordering = serializers.ChoiceField(ORDERS, default="-id")


class NewServiceShape(Shape):
    """A service that is to be; without a tenant a shared one."""

    key = Text(max_length=40, validators=[SHORT_NAME])
    name = Text(max_length=120)
    tenant = Id(required=False, help_text=_("The customer's id."))


class ServiceNameShape(Shape):
    """What a service is called."""

    name = Text(max_length=120)
