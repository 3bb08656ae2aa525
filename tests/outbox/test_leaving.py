"""Leaving a mail: once for a key, by whom, and what may not stand in a header."""

import pytest
from django.db import DatabaseError, transaction

from slaportal.outbox.actions import leave_account_mail, leave_mail
from slaportal.outbox.models import AccountMail, Message, State
from slaportal.refusal import Refusal
from slaportal.tenancy.scope import PLATFORM, STAFF, scope
from tests.conftest import Login
from tests.outbox.letterbox import leave, message
from tests.world import World


def test_the_same_key_is_the_same_message(world: World) -> None:
    first, again = leave(world, "p1", "k"), leave(world, "p1", "k", recipient="other@example.test")
    assert first == again
    assert message(world, "p1", first[0]).recipient == "k@example.test"
    assert message(world, "p1", first[0]).state == State.WAITING


def test_another_provider_has_keys_of_its_own(world: World) -> None:
    assert leave(world, "p1", "k") != leave(world, "p2", "k")


def test_a_message_that_was_sent_is_not_left_again(world: World) -> None:
    (pk,) = leave(world, "p1", "k")
    with world.inside("admin"):
        Message.objects.filter(pk=pk).update(state=State.SENT)
    assert leave(world, "p1", "k") == [pk]
    assert message(world, "p1", pk).state == State.SENT


def test_a_customer_leaves_one_and_cannot_read_it(world: World) -> None:
    ann = world.members["ann"]
    with world.inside("ann"):
        left = leave_mail(
            "x", "b@example.test", "Hi", "secret", key="k", provider_id=ann.provider_id, tenant_id=ann.tenant_id
        )
        again = leave_mail(
            "x", "b@example.test", "Hi", "secret", key="k", provider_id=ann.provider_id, tenant_id=ann.tenant_id
        )
        assert left.pk == again.pk
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            list(Message.objects.values_list("text"))
    with world.inside("bob"):
        assert not Message.objects.only("id").exists()
    assert message(world, "p1", left.pk).tenant_id == ann.tenant_id


def test_a_key_of_another_tenant_is_refused_not_shared(world: World) -> None:
    ann, bob = world.members["ann"], world.members["bob"]
    with world.inside("ann"):
        leave_mail("x", "b@example.test", "Hi", "t", key="k", provider_id=ann.provider_id, tenant_id=ann.tenant_id)
    with world.inside("bob"), pytest.raises(Refusal) as refused:
        leave_mail("x", "b@example.test", "Hi", "t", key="k", provider_id=bob.provider_id, tenant_id=bob.tenant_id)
    assert refused.value.code == "key_taken"


def test_a_message_cannot_be_left_for_another_tenant_or_provider(world: World) -> None:
    ann, bob = world.members["ann"], world.members["bob"]
    for provider, tenant in ((ann.provider_id, bob.tenant_id), (world.providers["p2"].pk, None)):
        with pytest.raises(DatabaseError), world.inside("ann"):
            leave_mail("x", "b@example.test", "Hi", "t", key="k", provider_id=provider, tenant_id=tenant)
    carl = world.members["carl"]
    with pytest.raises(DatabaseError), world.inside("admin"):  # the composite key: a tenant of another provider
        leave_mail("x", "b@example.test", "Hi", "t", key="k", provider_id=ann.provider_id, tenant_id=carl.tenant_id)


def test_nothing_is_left_when_the_act_is_rolled_back(world: World) -> None:
    with world.inside("admin"):
        leave_mail("x", "b@example.test", "Hi", "t", key="k", provider_id=world.providers["p1"].pk)
        transaction.set_rollback(True)
    with world.inside("admin"):
        assert not Message.objects.exists()


@pytest.mark.parametrize("field", ["recipient", "subject"])
@pytest.mark.parametrize(
    "bad", ["a@example.test\nBcc: all@example.test", "a@example.test\r\n\r\nbody", "a\x00b", "a\u2028b"]
)
def test_headers_cannot_be_smuggled_in(world: World, field: str, bad: str) -> None:
    given = {"recipient": "a@example.test", "subject": "Hi", field: bad}
    for leaving in (leave_mail, leave_account_mail):
        more = {"provider_id": world.providers["p1"].pk} if leaving is leave_mail else {}
        with pytest.raises(Refusal) as refused:
            leaving("x", given["recipient"], given["subject"], "text", key="k", **more)  # type: ignore[arg-type]
        assert refused.value.code == "invalid_header"
        assert set(refused.value.fields) == {field}


@pytest.mark.parametrize("bad", ["", "nobody", "a@b, c@d.test", "A <a@example.test>", "a@example.test;b@example.test"])
def test_what_is_no_address_is_refused(world: World, bad: str) -> None:
    with pytest.raises(Refusal) as refused:
        leave_account_mail("x", bad, "Hi", "text", key="k")
    assert refused.value.code == "invalid_recipient"


def test_a_long_subject_is_cut(world: World) -> None:
    with world.inside("admin"):
        left = leave_mail("x", "a@example.test", "S" * 300, "t", key="k", provider_id=world.providers["p1"].pk)
    said = message(world, "p1", left.pk).subject
    assert len(said) == 250
    assert said.endswith("…")


def test_the_web_leaves_account_mails_once_and_cannot_read_them(db: None, as_login: Login) -> None:
    for _again in range(2):
        leave_account_mail("password_reset", "a@example.test", "Reset", "secret link", key="k")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        list(AccountMail.objects.all())
    with as_login("portal_jobs"):
        assert [mail.text for mail in AccountMail.objects.all()] == ["secret link"]


def test_the_platform_sees_marks_and_no_contents(world: World, as_login: Login) -> None:
    leave(world, "p1", "k")
    leave(world, "p2", "k")
    with as_login("portal_jobs"), scope(PLATFORM):
        assert Message.objects.values_list("pk", "provider_id", "state", "attempts").count() == 2
        for hidden in ("recipient", "subject", "text", "html", "key"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                list(Message.objects.values_list(hidden))


def test_staff_change_no_contents_and_delete_nothing(world: World) -> None:
    (pk,) = leave(world, "p1", "k")
    for act in (
        lambda: Message.objects.filter(pk=pk).update(recipient="x@example.test"),
        lambda: Message.objects.filter(pk=pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), scope(STAFF, provider=world.providers["p1"].pk):
            act()
