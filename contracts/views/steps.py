"""Forms that are refused in words, and those of which the consequences are read before they are saved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest

from contracts.forms import CheckedForm
from slaportal.pages.fields import fill_in
from slaportal.pages.refusals import tell_in
from slaportal.refusal import Refusal

SAVE = "save"
UNFIT = 422


def attempt(form: forms.BaseForm, act: Callable[[], Any]) -> int:
    """Does it and answers 0, or says at the form why not and answers the status; a refused act leaves nothing."""
    if not form.is_valid():
        return UNFIT
    try:
        with transaction.atomic():
            act()
    except Refusal as refusal:
        return tell_in(form, refusal)
    return 0


@dataclass(frozen=True)
class Step:
    """Where such a form has come to: `told` are the consequences of what was entered, `hurried` if not asked for."""

    status: int = 200
    told: Sequence[str] = field(default=())
    hurried: bool = False
    done: bool = False


def take_step(
    request: HttpRequest, form: CheckedForm, *, act: Callable[[], Any], told: Callable[[], Sequence[str]]
) -> Step:
    """First the act is tried and taken back, and its consequences are told; then, for the very same, it is done."""
    if request.method != "POST":
        return Step()
    if not form.is_valid():
        return Step(UNFIT)
    save = request.POST.get("act") == SAVE
    saved = save and form.cleaned_data["checked"] == form.asked()
    try:
        with transaction.atomic():
            act()
            if not saved:
                transaction.set_rollback(True)
    except Refusal as refusal:
        return Step(tell_in(form, refusal))
    if saved:
        return Step(done=True)
    fill_in(form, "checked", form.asked())
    return Step(told=told(), hurried=save)
