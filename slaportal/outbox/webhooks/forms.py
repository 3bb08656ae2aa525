"""What is asked about an endpoint."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from slaportal.outbox.webhooks.addresses import LONGEST_URL
from slaportal.outbox.webhooks.kinds import choices_for
from slaportal.tenancy.models import Membership


class EndpointForm(forms.Form):
    """Where, what of, and a name to know it by."""

    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_URL,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Begins with https:// and can be reached from the internet."),
    )
    description = forms.CharField(
        label=_("Description"), max_length=120, required=False, help_text=_("What it is for, to know it by.")
    )
    kinds = forms.MultipleChoiceField(
        label=_("Events"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one event.")},
    )

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = self.fields["kinds"]
        assert isinstance(kinds, forms.MultipleChoiceField)
        kinds.choices = choices_for(tenant=actor.tenant_id is not None)
