"""What forms ask alike: a time on the reader's own clock, with its zone beside it; lists that follow a choice."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SHORT_NAME_LENGTH = 40


def zone_in_words() -> str:
    """The reader's zone by name: `America/New York`."""
    return str(timezone.get_current_timezone()).replace("_", " ")


class ReaderTimeInput(forms.DateTimeInput):
    """The browser's own control for a time on the wall clock; seconds are shown only where there are some."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        """As the control wants it."""
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%dT%H:%M:%S}" if value.second or value.microsecond else f"{value:%Y-%m-%dT%H:%M}"
        return super().format_value(value)


class ReaderTimeField(forms.DateTimeField):
    """A time in the reader's zone; one that comes twice or not at all, where clocks change, is refused in words."""

    widget = ReaderTimeInput

    def to_python(self, value: Any) -> datetime | None:
        """The instant."""
        try:
            return super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            said = _(
                "The clocks of %(zone)s change then: this time comes twice or not at all. "
                "Choose UTC as your time zone in your profile, and enter it in UTC."
            )
            raise ValidationError(said % {"zone": zone_in_words()}, code="ambiguous_timezone") from None


class ShortNameField(forms.CharField):
    """A name for addresses and programs: letters, digits, hyphens and underscores, 40 at most."""

    def __init__(self, **kwargs: Any) -> None:
        said = gettext_lazy("Write only letters, digits, hyphens and underscores.")
        validators = [RegexValidator(r"\A[-a-zA-Z0-9_]+\Z", said)]
        super().__init__(max_length=SHORT_NAME_LENGTH, validators=validators, **kwargs)


class ZonedForm(forms.Form):
    """A form whose times are in the reader's zone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = _("Your time: %(zone)s.") % {"zone": zone_in_words()}
        for field in self.fields.values():
            if isinstance(field, ReaderTimeField):
                field.help_text = f"{field.help_text} {said}".strip()


def fill_in(form: forms.BaseForm, name: str, value: object) -> None:
    """Another value for a hidden field of a form that was sent; all else stays as it was typed."""
    sent = cast("QueryDict", form.data).copy()
    sent[form.add_prefix(name)] = str(value)
    form.data = sent


def follows(form: forms.BaseForm, name: str, followed: str, values: Sequence[object]) -> None:
    """The list `name` has a group for each of those values of the field `followed`, in their order; "*": any other.

    With `follow.js` it shows the group of what is chosen there; without it all groups, each under its name.
    """
    field = form.fields[name]
    field.widget.attrs |= {
        "data-follows": form[followed].id_for_label,
        "data-groups": json.dumps([str(value) for value in values]),
    }
