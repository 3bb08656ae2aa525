"""What is asked before a policy is published: text and scenarios (typed or as files), from when, why."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contracts.models import PolicyVersion
from slaportal.pages.fields import ReaderTimeField, ShortNameField, fill_in, zone_in_words

LARGEST_TEXT = 512 * 1024  # bytes
LARGEST_SCENARIOS = 1024 * 1024


def _text_area(rows: int) -> forms.Textarea:
    attrs = {"rows": rows, "class": "mono", "spellcheck": "false", "autocapitalize": "off", "wrap": "off"}
    return forms.Textarea(attrs=attrs)


class BeginForm(forms.Form):
    """The short name of a policy that is to be."""

    policy = ShortNameField(
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy(
            "Letters, digits, hyphens, underscores, for example: cloud. Subscriptions name it; it stays."
        ),
    )


class CompareForm(forms.Form):
    """Which other version a version is compared with, by its number."""

    def __init__(self, *args: Any, others: Sequence[PolicyVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(one.number, _("Version %(number)s") % {"number": one.number}) for one in others]
        self.fields["with"] = forms.ChoiceField(label=_("Compare with"), choices=named)


class NewVersionForm(forms.Form):
    """A new version. A chosen file takes the place of what was typed; line ends are those of the text, not of the web.

    `warned_of` stands for the warnings that were on the page: only those can be confirmed; `dropped_of` is the number
    of the version whose scenarios are left out.
    """

    text = forms.CharField(label=gettext_lazy("Text of the policy"), strip=False, required=False, widget=_text_area(24))
    text_file = forms.FileField(
        label=gettext_lazy("Or a file with the text"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("YAML or JSON, at most 512 kB. It takes the place of the text above."),
    )
    scenarios = forms.CharField(
        label=gettext_lazy("Scenarios"),
        strip=False,
        required=False,
        widget=_text_area(10),
        help_text=gettext_lazy(
            "Tests of the policy: every one has to hold before it is published. Empty: there are none."
        ),
    )
    scenarios_file = forms.FileField(
        label=gettext_lazy("Or a file with the scenarios"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("At most 1 MB. It takes the place of the scenarios above."),
    )
    effective_from = ReaderTimeField(label=gettext_lazy("In force from"))
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("What is new and why; customers read it beside the version."),
    )
    retime = forms.BooleanField(
        label=gettext_lazy("Time open tickets by it too"),
        required=False,
        help_text=gettext_lazy("From then on. Otherwise a ticket keeps the version under which it was opened."),
    )
    confirm_warnings = forms.BooleanField(label=gettext_lazy("Publish in spite of the warnings"), required=False)
    warned_of = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    confirm_dropped = forms.BooleanField(label=gettext_lazy("Publish without scenarios"), required=False)
    dropped_of = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        past = _("The first version may lie in the past, for what was agreed before the portal.")
        later = _("After the version before it, and not in the past.")
        zone = _("Your time: %(zone)s.") % {"zone": zone_in_words()}
        self.fields["effective_from"].help_text = f"{past if first else later} {zone}"

    def clean(self) -> dict[str, Any]:
        """Both texts as they are to be read, each with its limit; what came as a file is put where it can be mended."""
        cleaned = super().clean() or {}
        if (text := self._read("text", LARGEST_TEXT, _("512 kB"))) is not None:
            cleaned["text"] = text
            if not text.strip() and "text_file" not in self.errors:
                self.add_error("text", _("Paste the text of the policy here, or choose a file."))
        if (scenarios := self._read("scenarios", LARGEST_SCENARIOS, _("1 MB"))) is not None:
            cleaned["scenarios"] = scenarios if scenarios.strip() else None
        return cleaned

    def _read(self, name: str, largest: int, limit: str) -> str | None:
        """The file's text, else what was typed; None where an error was said."""
        file: Any = self.cleaned_data.get(f"{name}_file")
        if name in self.errors and file is None:
            return None
        typed = str(self.cleaned_data.get(name, "")).replace("\r\n", "\n")  # browsers send every line end so
        size = len(typed.encode()) if file is None else file.size or 0
        field = name if file is None else f"{name}_file"
        if size > largest:
            self.add_error(field, _("It is larger than %(limit)s, which is the most that is taken.") % {"limit": limit})
            return None
        if file is None:
            return typed
        try:
            text = str(file.read().decode())
        except UnicodeDecodeError:
            self.add_error(field, _("This file is no text in UTF-8: save it as UTF-8 and choose it again."))
            return None
        if "\0" in text:
            self.add_error(field, _("This file is no text: there are null characters in it."))
            return None
        fill_in(self, name, text)
        return text


def withdraw_confirmation(form: NewVersionForm, name: str) -> None:
    """Unticks that confirmation of a form that was sent: what it would confirm now is not what was read."""
    sent = cast("QueryDict", form.data).copy()
    sent.pop(name, None)
    form.data = sent


def name_dropped(form: NewVersionForm, count: int, number: int) -> None:
    """Says at the confirmation how many scenarios of which version it would leave out."""
    said = ngettext(
        "%(count)s scenario of version %(number)s is then not run any more.",
        "%(count)s scenarios of version %(number)s are then not run any more.",
        count,
    )
    form["confirm_dropped"].help_text = said % {"count": count, "number": number}
