"""Whether the promises on a service can be measured: outage filter, causes, metrics."""

from collections.abc import Iterator
from difflib import get_close_matches

from contracts.policy.document import Terms
from contracts.policy.soundness.findings import Finding

USUAL_CAUSES = (
    "customer",
    "third_party",
    "force_majeure",
    "cyber_attack",
    "local_connectivity",
    "customer_software",
    "software",
    "external",
    "beyond_control",
)


def availability_findings(terms: Terms) -> Iterator[Finding]:
    """The outage filter and the causes."""
    availability = terms.availability
    if availability is None:
        return
    outages = availability.outages
    if outages.at_least is not None and outages.longer_than is not None:
        message = '"at_least" and "longer_than" exclude each other, keep one'
        yield Finding(("availability", "outages", "longer_than"), message, "outages")
    if outages.whole is not None and outages.whole.length == 0:
        message = f'"{outages.whole}" is no unit to cut outages to, write one such as 1m'
        yield Finding(("availability", "outages", "whole"), message, "zero")
    for name in availability.exclusions.causes.entries:
        near = get_close_matches(name, USUAL_CAUSES, n=1, cutoff=0.85)
        if near and name not in USUAL_CAUSES:
            message = f'"{name}" is not one of the usual causes, did you mean "{near[0]}"?'
            yield Finding(("availability", "exclusions", "causes", name), message, "unusual_cause", warning=True)


def performance_findings(terms: Terms) -> Iterator[Finding]:
    """How many regions have to meet a metric that is not measured by region."""
    for name, metric in terms.performance.entries.items():
        if metric.per is None and "in_" in metric.model_fields_set:
            message = '"in" says how many regions meet the limit, and means nothing without per: region'
            yield Finding(("performance", name, "in"), message, "idle", warning=True)
