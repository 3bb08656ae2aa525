"""A second opinion on one month of a subscription, worked out from the written specification and nothing else.

Whole microseconds and fractions throughout; the time line is cut at every edge and each piece judged by itself.
"""

from typing import Any
from zoneinfo import ZoneInfo

from .calendars_of_months import Document, span_of_period
from .credits import Period, credit_of
from .downtime import delivery_of, shown_availability, span_active
from .measurements import performance_of
from .moments import instant


def merged(under: Any, over: Any) -> Any:
    """A plan's value over the document's: mappings key by key; a list or a plain value replaces; `none` drops.

    `part_periods: none` is a value of its own and drops nothing.
    """
    if not isinstance(over, dict):
        return over
    result = dict(under) if isinstance(under, dict) else {}
    for key, value in over.items():
        if value == "none" and key != "part_periods":
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def policy_of_plan(policy: Document, plan: str | None) -> Document:
    """The document as a plan has it (default: the only plan, else the first)."""
    plans = policy["plans"]
    chosen = plans[plan if plan is not None else next(iter(plans))] or {}
    changes = {key: value for key, value in chosen.items() if key not in {"name", "format", "provider", "calendars"}}
    result = merged(policy, changes)
    assert isinstance(result, dict)
    return result


def work_out_month(policy: Document, plan: str | None, now: str, month: Document) -> Document:
    """Availability, performance and credits of a scenario's month, as `simulate --json` gives them."""
    document = policy_of_plan(policy, plan)
    at = instant(now)
    delivery = delivery_of(document, month, at)
    performance = performance_of(document, month)
    whole = span_of_period(str(month["period"]), ZoneInfo(document["timezone"]))
    period = Period(document, month, at, delivery, performance, span_active(month, whole))
    entries = [credit_of(rule, period) for rule in document.get("credits") or []]
    shown = None if delivery is None else shown_availability(delivery, document["availability"]["target"])
    return {
        "availability": shown,
        "performance": performance,
        "credits": [entry for entry in entries if entry is not None],
    }
