"""The evidence of a closed period: every fact that went in, as JSON, and back; its digest."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from contracts.models import PolicyVersion
from contracts.policy.documents import agreement_of
from contracts.policy.periods import Active
from contracts.queries import document_of
from uptime.availability import Outage
from uptime.exclusions import Window
from uptime.facts import ENDLESS, Facts, period_named
from uptime.models import SubscriptionPeriod

FORMAT = 1


def evidence_of(period: SubscriptionPeriod, facts: Facts) -> dict[str, Any]:
    """All that went in: instants in microseconds since 1970, what goes on without an end as null, decimals as text.

    The policy is named by number and digest, for its text never changes. Of samples the statistics need how often each
    value occurs, so that is what is kept. The instant as of which it was worked out is the row's `worked_out_at`.
    `start` is there only where the period does not begin with its calendar.
    """
    version, active, begins = facts.version, facts.active, facts.period.start
    calendar = period_named(facts.period.text, facts.agreement.zone, None)
    return {
        "format": FORMAT,
        "policy": {"policy": version.policy, "number": version.number, "digest": version.digest},
        "terms": {
            "plan": period.plan,
            "kind": period.kind,
            "fee_monthly": str(period.fee_monthly),
            "fee_annual": str(period.fee_annual),
            "currency": period.currency,
        },
        "period": facts.period.text,
        **({} if begins == calendar.start else {"start": begins}),
        "active": [active.start, active.end],
        "services": list(facts.services),
        "outages": [
            {
                "id": pk,
                "start": outage.start,
                "end": outage.end,
                "cause": outage.cause,
                "impact": outage.impact,
                "service": outage.service,
            }
            for pk, outage in zip(facts.outage_ids, facts.outages, strict=True)
        ],
        "windows": [
            {"id": pk, "start": window.start, "end": window.end, "kind": window.kind, "announced": window.announced}
            for pk, window in zip(facts.window_ids, facts.windows, strict=True)
        ],
        "unmonitored": [[start, None if end == ENDLESS else end] for start, end in facts.unmonitored],
        "samples": {
            metric: {region: dict(sorted(Counter(map(_plain, given)).items())) for region, given in regions.items()}
            for metric, regions in facts.samples.items()
        },
    }


def facts_in(evidence: Mapping[str, Any], version: PolicyVersion) -> Facts:
    """The facts again; `version` is the one whose digest the evidence names."""
    agreement = agreement_of(document_of(version), evidence["terms"]["plan"])
    outages, windows = evidence["outages"], evidence["windows"]
    return Facts(
        agreement=agreement,
        version=version,
        period=period_named(evidence["period"], agreement.zone, evidence.get("start")),
        active=Active(*evidence["active"]),
        services=tuple(evidence["services"]),
        outages=tuple(Outage(o["start"], o["end"], o["cause"], o["impact"], o["service"]) for o in outages),
        outage_ids=tuple(outage["id"] for outage in outages),
        windows=tuple(Window(w["start"], w["end"], w["kind"], w["announced"]) for w in windows),
        window_ids=tuple(window["id"] for window in windows),
        unmonitored=tuple((start, ENDLESS if end is None else end) for start, end in evidence["unmonitored"]),
        samples={
            metric: {
                region: [Decimal(value) for value, times in counted.items() for _ in range(times)]
                for region, counted in regions.items()
            }
            for metric, regions in evidence["samples"].items()
        },
    )


def digest_of(evidence: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON: keys in order, no blanks, UTF-8."""
    text = json.dumps(evidence, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Decimal) -> str:
    """One spelling for each value, whatever zeros it came with."""
    return f"{value.normalize():f}"
