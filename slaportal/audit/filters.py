"""What of the audit somebody asks for, as it stands in the address of the page."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from slaportal.audit.queries import Wanted, tenants_of
from slaportal.audit.words import action_in_words, actions_to_choose
from slaportal.tenancy.models import Tenant


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))],
    )


class FilterForm(forms.Form):
    """All optional; days are days of the reader's time zone, both included."""

    action = forms.ChoiceField(label=_("Action"), required=False)
    actor = forms.CharField(label=_("Who"), required=False, max_length=120)
    target = forms.CharField(label=_("On what"), required=False, max_length=120)
    tenant = forms.ModelChoiceField(
        label=_("Customer"), required=False, queryset=Tenant.objects.none(), empty_label=_("All")
    )
    since = _day(_("From"))
    until = _day(_("To"))

    def __init__(self, data: QueryDict, *, provider_id: int) -> None:
        super().__init__(data, use_required_attribute=False)
        asked = data.get("action", "")
        choices = [("", _("All")), *actions_to_choose()]
        if asked and asked not in dict(choices):
            choices.append((asked, action_in_words(asked)))  # one without words of its own, from a link
        self.fields["action"].choices = choices  # type: ignore[attr-defined]
        self.fields["tenant"].queryset = tenants_of(provider_id)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A period that ends before it begins holds nothing: said, instead of an empty list."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day lies before the first."))
        return cleaned

    def wanted(self) -> Wanted:
        """Only of a valid form."""
        asked = self.cleaned_data
        return Wanted(
            action=asked["action"],
            actor=asked["actor"],
            target=asked["target"],
            tenant_id=asked["tenant"].pk if asked["tenant"] else None,
            since=_midnight(asked["since"]) if asked["since"] else None,
            until=_midnight(asked["until"] + timedelta(days=1)) if asked["until"] else None,
        )

    def asked(self) -> dict[str, str]:
        """What was filled in, as it was asked: for the entry that an export leaves."""
        return {name: str(self.data[name]) for name in self.fields if self.data.get(name)}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
