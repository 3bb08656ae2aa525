"""The promises on a service in sentences: availability with what does not count, and performance."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.policy.document import Terms
from contracts.policy.document.availability import Availability, MaintenanceKind, Metric
from contracts.sentences.said import (
    Group,
    Said,
    Section,
    by_default,
    keys_of,
    length_said,
    listed,
    promised,
    said,
    spoken,
)

_EACH = {
    "month": gettext_lazy("of each calendar month"),
    "quarter": gettext_lazy("of each calendar quarter"),
    "year": gettext_lazy("of each calendar year"),
}
_UNMONITORED = {
    "up": gettext_lazy("Time that nobody measured is read as up; a reported outage in it counts all the same."),
    "down": gettext_lazy("Time that nobody measured counts as downtime."),
    "excluded": gettext_lazy("Time that nobody measured is left out of the sum."),
}
_STATISTICS = {
    "mean": gettext_lazy("The mean"),
    "median": gettext_lazy("The median"),
    "p95": gettext_lazy("The 95th percentile"),
    "p99": gettext_lazy("The 99th percentile"),
    "min": gettext_lazy("The smallest value"),
    "max": gettext_lazy("The largest value"),
}


def plain(number: Decimal) -> str:
    """A decimal without zeros at its end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def availability_said(terms: Terms) -> Section:
    """The share promised, how it is measured, and what does not count."""
    promise = terms.availability
    if promise is None:
        return Section("availability", _("Availability"))
    groups = [Group("", "", tuple(_measured(promise)))]
    excluded = tuple(_excluded(promise))
    if excluded:
        groups.append(Group(_("What does not count"), "", excluded))
    return Section("availability", _("Availability"), tuple(groups))


def _measured(promise: Availability) -> Iterator[Said]:
    told = {"target": plain(promise.target), "period": _EACH[promise.period]}
    yield said(
        promised(
            promise,
            _("The service is up %(target)s %% %(period)s."),
            _("Our goal: the service is up %(target)s %% %(period)s."),
            _("When possible the service is up %(target)s %% %(period)s."),
        )
        % told,
        promise,
        at=keys_of("availability", "target", "period"),
    )
    if promise.hours != "always":
        only = _("Only downtime in %(name)s hours counts.") % {"name": spoken(promise.hours)}
        yield Said(only, at=("availability.hours",))
    if promise.basis == "service_time":
        text = _("Excluded maintenance is taken off the time that downtime is divided by.")
        yield Said(text, at=("availability.basis",))
    silent = promise.model_fields_set
    degraded = _("A degraded service counts with %(share)s of the time.") % {"share": plain(promise.degraded)}
    if not promise.degraded:
        degraded = _("A service that is degraded but not down does not count as downtime.")
    yield Said(degraded, at=("availability.degraded",)) if "degraded" in silent else by_default(degraded)
    unmonitored = str(_UNMONITORED[promise.unmonitored])
    yield Said(unmonitored, at=("availability.unmonitored",)) if "unmonitored" in silent else by_default(unmonitored)
    yield from _filtered(promise)
    if promise.part_periods == "none":
        part = _("A month in which the subscription began or ended has no promise.")
        yield Said(part, at=("availability.part_periods",))
    if promise.not_for:
        kinds = _("There is no promise for subscriptions of these kinds: %(kinds)s.")
        yield Said(kinds % {"kinds": listed(promise.not_for)}, at=("availability.not_for",))
    closing = _("The figures are final %(length)s after the end of the period.")
    closed = closing % {"length": length_said(promise.close_after)}
    yield Said(closed, at=("availability.close_after",)) if "close_after" in silent else by_default(closed)


def _filtered(promise: Availability) -> Iterator[Said]:
    rule = promise.outages
    if rule.at_least is not None:
        text = _("Only outages of at least %(length)s count.") % {"length": length_said(rule.at_least)}
        yield said(text, rule, promise, at=keys_of("availability.outages", "at_least"))
    if rule.longer_than is not None:
        text = _("Only outages longer than %(length)s count.") % {"length": length_said(rule.longer_than)}
        yield said(text, rule, promise, at=keys_of("availability.outages", "longer_than"))
    if rule.whole is not None:
        text = _("Of an outage only whole units of %(length)s count.") % {"length": length_said(rule.whole)}
        yield said(text, rule, promise, at=keys_of("availability.outages", "whole"))


def _excluded(promise: Availability) -> Iterator[Said]:
    kinds = promise.exclusions.maintenance
    for name, rule in kinds.entries.items():
        at = (f"availability.exclusions.maintenance.{name}",)
        yield said(maintenance_said(name, rule), rule, kinds, promise.exclusions, promise, at=at)
    causes = promise.exclusions.causes
    for name, cause in causes.entries.items():
        text = _("Outages whose cause is: %(cause)s.") % {"cause": spoken(name)}
        at = (f"availability.exclusions.causes.{name}",)
        yield said(text, cause, causes, promise.exclusions, promise, at=at)


def maintenance_said(name: str, rule: MaintenanceKind) -> str:
    """When a window of this kind does not count, and how much of it."""
    parts = [_("%(kind)s maintenance") % {"kind": spoken(name).capitalize()}]
    if rule.notice is not None:
        parts.append(_("announced at least %(length)s ahead") % {"length": length_said(rule.notice)})
    if rule.up_to is not None:
        parts.append(_("its first %(length)s") % {"length": length_said(rule.up_to)})
    if rule.per_period is not None:
        parts.append(_("at most %(n)s of them a period") % {"n": rule.per_period})
    return ", ".join(parts) + "."


def performance_said(terms: Terms) -> Section:
    """The limits of the metrics."""
    sentences = tuple(
        said(metric_said(name, metric), metric, terms.performance, at=(f"performance.{name}",))
        for name, metric in terms.performance.entries.items()
    )
    groups = (Group("", "", sentences),) if sentences else ()
    return Section("performance", _("Performance"), groups)


def metric_said(name: str, metric: Metric) -> str:
    """One metric with its limit."""
    told = {
        "statistic": _STATISTICS[metric.statistic],
        "metric": spoken(name),
        "limit": plain(metric.limit),
        "where": "",
    }
    if metric.per == "region":
        told["where"] = " " + (_("in most regions") if metric.in_ == "most" else _("in every region"))
    if metric.is_ == "below":
        return _("%(statistic)s of %(metric)s is below %(limit)s%(where)s.") % told
    return _("%(statistic)s of %(metric)s is at least %(limit)s%(where)s.") % told
