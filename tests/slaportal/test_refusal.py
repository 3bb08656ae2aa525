"""A refusal: what it carries where little is said, and that it keeps its own fields."""

import pytest

from slaportal.refusal import Refusal


def test_refusal_with_only_a_code_and_a_message() -> None:
    refusal = Refusal("not_so", "It is not so.")
    assert (refusal.code, refusal.message, str(refusal)) == ("not_so", "It is not so.", "It is not so.")
    assert (refusal.fields, refusal.status) == ({}, 400)


def test_refusal_fields_of_the_caller_changed_later() -> None:
    fields = {"plan": "unknown"}
    refusal = Refusal("not_so", "It is not so.", fields=fields)
    fields["plan"] = "changed"
    assert refusal.fields == {"plan": "unknown"}


def test_refusal_raised_is_caught_as_an_exception() -> None:
    with pytest.raises(Refusal, match=r"^It is not so\.$"):
        raise Refusal("not_so", "It is not so.", status=409)
