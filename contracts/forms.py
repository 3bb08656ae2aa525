"""What is asked about subscriptions, services and contacts; amounts are exact decimals, times the reader's own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from contracts.actions.subscriptions import Fee
from contracts.models import Contact, Kind, PolicyVersion, Service, Term
from contracts.naming import plans_offered
from slaportal.pages.amounts import plain
from slaportal.pages.fields import ReaderTimeField, ShortNameField, ZonedForm

FEES = ("fee_monthly", "fee_annual")
SEPARATOR = "/"  # between a policy and its plan; neither, being slugs, has one


class CurrencyField(forms.CharField):
    """Three letters of ISO 4217, kept as capitals."""

    def __init__(self, **kwargs: Any) -> None:
        said = _("Write three letters, for example USD.")
        super().__init__(max_length=3, validators=[RegexValidator(r"\A[A-Z]{3}\Z", said)], **kwargs)

    def to_python(self, value: Any) -> Any:
        """In capitals."""
        return str(super().to_python(value)).upper()


class CheckedForm(ZonedForm):
    """A form of which the consequences are read first; `checked` is what they were shown for."""

    checked = forms.CharField(widget=forms.HiddenInput, required=False)

    def asked(self) -> str:
        """All that was entered, as one text."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "checked"}
        told = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in given.items()}
        return "; ".join(f"{name}={value}" for name, value in told.items())


class _PricedForm(CheckedForm):
    """Kind, fee and start of a term."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=Kind.choices,
        initial=Kind.PRODUCTION,
        help_text=_("A policy may owe nothing for some of these."),
    )
    fee_monthly = forms.DecimalField(label=_("Monthly fee"), max_digits=14, decimal_places=4, min_value=Decimal(0))
    fee_annual = forms.DecimalField(
        label=_("Annual fee"),
        max_digits=14,
        decimal_places=4,
        min_value=Decimal(0),
        required=False,
        help_text=_("Empty: twelve monthly ones."),
    )
    currency = CurrencyField(label=_("Currency"), initial="USD", help_text=_("Three letters, for example USD."))
    starts_at = ReaderTimeField(label=_("From"))

    def fee(self) -> Fee:
        """What it costs."""
        given = self.cleaned_data
        return Fee(given["fee_monthly"], given["currency"], given["fee_annual"])


class SubscribeForm(_PricedForm):
    """A subscription that is to be."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("What the customer calls it."))
    plan = forms.ChoiceField(label=_("Policy and plan"))
    field_order = ("name", "plan", "kind", "fee_monthly", "fee_annual", "currency", "starts_at")

    def __init__(self, *args: Any, offered: Mapping[str, Sequence[PolicyVersion]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = self.fields["plan"]
        assert isinstance(plan, forms.ChoiceField)
        plan.choices = [
            (
                versions[0].title,
                [(f"{policy}{SEPARATOR}{key}", name) for key, name in plans_offered(versions).items()],
            )
            for policy, versions in offered.items()
        ]

    def chosen(self) -> tuple[str, str]:
        """Policy and plan."""
        policy, _slash, plan = self.cleaned_data["plan"].partition(SEPARATOR)
        return policy, plan


class TermForm(_PricedForm):
    """Another plan, kind or fee of a subscription from an instant on.

    It begins as what was agreed last, whose plan is `called` so.
    """

    plan = forms.ChoiceField(label=_("Plan"))
    field_order = ("plan", "kind", "fee_monthly", "fee_annual", "currency", "starts_at")

    def __init__(
        self,
        *args: Any,
        versions: Sequence[PolicyVersion],
        last: Term | None,
        called: str,
        starts_at: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        plan = self.fields["plan"]
        assert isinstance(plan, forms.ChoiceField)
        plans = plans_offered(versions)
        plan.choices = list(plans.items())
        if last is not None and last.plan not in plans:  # else the first would be taken for the one it is on
            plan.choices = [("", _("Choose a plan")), *plans.items()]
            gone = _("The plan it is on, %(plan)s, is not in the version in force any more: a new term needs another.")
            plan.help_text = gone % {"plan": called}
        self.initial["starts_at"] = starts_at
        if last is not None:
            self.initial.update({name: getattr(last, name) for name in ("plan", "kind", "currency")})
            self.initial.update({name: plain(getattr(last, name), last.currency) for name in FEES})
            if last.fee_annual == 12 * last.fee_monthly:
                del self.initial["fee_annual"]


class EndingForm(CheckedForm):
    """From when on nothing is promised, and why."""

    ends_at = ReaderTimeField(label=_("Ends at"))
    reason = forms.CharField(label=_("Reason"), max_length=500)


class StandingForm(forms.Form):
    """Whether the account is in good standing."""

    current = forms.BooleanField(label=_("In good standing"), required=False)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, required=False, help_text=_("Needed where it is not in good standing.")
    )


class NameForm(forms.Form):
    """Another name."""

    name = forms.CharField(label=_("Name"), max_length=120)


class ServiceForm(forms.Form):
    """A service that is to be."""

    name = forms.CharField(label=_("Name"), max_length=120)
    key = ShortNameField(
        label=_("Short name"),
        help_text=_("Letters, digits, hyphens, underscores; measurements come in under it, and it stays for ever."),
    )

    def clean_key(self) -> str:
        """In lower case, so that one service has one."""
        key: str = self.cleaned_data["key"]
        return key.lower()


class CoverForm(forms.Form):
    """One of the services that are not covered yet."""

    service = forms.ModelChoiceField(Service.objects.none(), label=_("Service"), empty_label=None)

    def __init__(self, *args: Any, services: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        service = self.fields["service"]
        assert isinstance(service, forms.ModelChoiceField)
        service.queryset = services


class ContactForm(forms.Form):
    """Whom to tell, and about what."""

    concern = forms.ChoiceField(
        label=_("Concern"),
        choices=Contact.Concern.choices,
        help_text=_("Technical ones are told of maintenance, billing ones of credits, security ones by you."),
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"))
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
