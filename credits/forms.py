"""What is asked on the customer's pages about credits."""

from django import forms
from django.utils.translation import gettext_lazy as _

from credits.actions.claims import LONGEST_NOTE


class ClaimForm(forms.Form):
    """An optional note, and the submission's own mark, so that sending twice claims once."""

    note = forms.CharField(
        label=_("What happened"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3, "hx-preserve": "true"}),
        help_text=_("The figures are in the claim already; say what they do not show."),
    )
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)


class SearchForm(forms.Form):
    """Which customer's months."""

    q = forms.CharField(label=_("Customer or subscription"), required=False, max_length=120)
