"""Saying on a form why an act was refused, so that what was typed is kept."""

from django import forms

from slaportal.refusal import Refusal

BEYOND = (403, 404)


def tell_in(form: forms.BaseForm, refusal: Refusal) -> int:
    """Puts a refusal's words at its fields, or above the form; the status to answer with.

    One that says who may not, or that nothing is there, goes on. A bad request is answered 422, as forms are.
    """
    if refusal.status in BEYOND:
        raise refusal
    known = {field: said for field, said in refusal.fields.items() if field in form.fields}
    for field, said in known.items():
        form.add_error(field, said)
    if not known:
        form.add_error(None, refusal.message)
    return 422 if refusal.status == 400 else refusal.status
