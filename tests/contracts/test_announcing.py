"""What webhooks are told of policies: to the provider, and to customers with a subscription of that policy."""

import pytest

from contracts.actions.policies import publish_policy
from contracts.policy.documents import read_document
from tests.contracts.agreed import INFOPROMO, NOW, agree
from tests.outbox.webhooks.endpoints import heard, kinds_heard, listen
from tests.world import World


def test_a_new_version_is_told_to_whom_it_is_promised(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    agree(world, monkeypatch)
    listen(world, "admin", "ann", "bob", "cora")
    with world.inside("admin"):
        for policy in ("sla", "other"):
            version = publish_policy(
                read_document(INFOPROMO.text + "\n# newer\n"),
                provider=world.providers["p1"],
                policy=policy,
                effective_from=NOW.replace(month=12),
                actor=world.members["admin"],
                at=NOW,
                note="NOTE-OF-THE-DESK",
            )
            if policy == "sla":
                first = version
    assert kinds_heard(world, "admin") == ["policy.published", "policy.published"]
    ((kind, data),) = heard(world, "ann")
    assert (kind, data) == (
        "policy.published",
        {
            "policy": {
                "policy": "sla",
                "version": 2,
                "title": first.title,
                "digest": first.digest,
                "effective_from": "2026-12-24T12:00:00Z",
            },
            "url": "http://localhost:8000/agreement/",
        },
    )
    assert heard(world, "admin")[0][1]["url"] == f"http://localhost:8000/policies/{first.pk}/"
    assert (kinds_heard(world, "bob"), kinds_heard(world, "cora")) == ([], [])
