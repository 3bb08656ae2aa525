"""What is asked of who decides on a claim."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credits.actions.decisions import LONGEST_REASON


class ApprovalForm(forms.Form):
    """An amount only where the policy leaves it to the provider, and a word for the customer."""

    amount = forms.DecimalField(label=_("Amount"), help_text=_("The policy leaves it to you."))
    note = forms.CharField(
        label=_("Note to the customer"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, currency: str, discretionary: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if discretionary:
            self.fields["amount"].label = _("Amount in %(currency)s") % {"currency": currency}
        else:
            del self.fields["amount"]


class RejectionForm(forms.Form):
    """Why not: the customer reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The customer reads it."),
        error_messages={"required": _("Say why: the customer reads it.")},
    )
