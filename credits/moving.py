"""Corrections: claims move on from the older revisions of a period to its newest one, so that nothing is lost.

A correction replaces what was before it once it is closed: until then it may still come out as no change and go away.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from credits.announcing import announce_claim
from credits.models import Claim
from slaportal.audit.record import record

WORKER = "Worker"

_NEWEST = """
SELECT o.id, n.id FROM uptime_subscriptionperiod o
JOIN LATERAL (SELECT p.id, p.revision FROM uptime_subscriptionperiod p
  WHERE p.subscription_id = o.subscription_id AND p.text = o.text AND p.closed_at IS NOT NULL
  ORDER BY p.revision DESC LIMIT 1) n
ON n.revision > o.revision WHERE o.id = ANY(%s)
"""
# Claims that somebody is changing just now are passed by: whoever does so marks their period.
_TO_MOVE = """
SELECT c.id, n.id FROM uptime_subscriptionperiod n
JOIN uptime_subscriptionperiod o ON o.subscription_id = n.subscription_id AND o.text = n.text
  AND o.revision < n.revision
JOIN credits_claim c ON c.period_id = o.id
WHERE n.id = ANY(%s) AND n.revision > 1 AND (c.state IN ('submitted', 'under_review')
  OR c.state = 'approved' AND NOT EXISTS (
    SELECT 1 FROM credits_claim m JOIN uptime_subscriptionperiod l ON l.id = m.period_id
    WHERE l.subscription_id = o.subscription_id AND l.text = o.text AND l.revision > o.revision
      AND m.at = c.at AND m.maker_name = c.maker_name AND m.made_by_id IS NOT DISTINCT FROM c.made_by_id))
ORDER BY c.id FOR NO KEY UPDATE OF c SKIP LOCKED
"""


def newer_revisions(periods: Iterable[int]) -> dict[int, int]:
    """Of each of these periods that has a newer closed revision, the newest of them."""
    return dict(_rows(_NEWEST, list(periods)))


def move_claims(periods: Sequence[int], *, now: datetime) -> int:
    """Brings claims of older revisions to these, the newest ones; how many. In the scope of the provider's staff.

    An open claim is superseded by one with the same instant and maker, so it is in time if the first one was. An
    approved one stays, for its grant stays, and its like on the correction is approved too: the difference needs no
    second claim.
    """
    to_move = dict(_rows(_TO_MOVE, list(periods)))
    for claim in Claim.objects.filter(pk__in=to_move).order_by("pk"):
        _move(claim, to_move[claim.pk], now)
    return len(to_move)


def _move(claim: Claim, period: int, now: datetime) -> None:
    decided = claim.state == Claim.State.APPROVED
    like = Claim.objects.create(
        provider_id=claim.provider_id,
        tenant_id=claim.tenant_id,
        period_id=period,
        at=claim.at,
        made_by_id=claim.made_by_id,
        maker_name=claim.maker_name,
        note=claim.note,
        state=claim.state,
        reason=claim.reason,
        decided_at=claim.decided_at,
        decided_by_id=claim.decided_by_id,
        amount=claim.amount,
        recorded_at=now,
    )
    if not decided:
        before = claim.state
        claim.state = Claim.State.SUPERSEDED
        claim.save(update_fields=["state"])
        record("claim_superseded", claim, actor=WORKER, before={"state": before}, after={"claim": like.pk})
        announce_claim(claim, at=now, by=like.pk)


def _rows(sql: str, *arguments: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        found: list[Any] = cursor.fetchall()
    return found
