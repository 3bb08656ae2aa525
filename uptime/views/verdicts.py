"""The verdict on a window in words, customer by customer: what of it is excluded, why, and what lies in busy hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.models import Service
from slaportal.intervals import Instant, instant_of, moment_of
from slaportal.pages.times import at_reader
from uptime import exclusions
from uptime.foretelling import Foretold, as_announced, foretell, if_announced
from uptime.models import Window
from uptime.views.lines import Badge
from uptime.words import duration_in_words, exact_of_us, length_of_us, period_in_words


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """What one customer's policy makes of a window: the badge, the reasons, and what to mind besides."""

    customer: str
    subscription: str
    month: str
    badge: Badge
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    clause: str


def verdicts_before(
    services: Sequence[Service], kind: str, starts_at: datetime, ends_at: datetime, *, now: datetime
) -> list[VerdictLine]:
    """On a window that is not planned yet, if it is announced now."""
    window = if_announced(kind, starts_at, ends_at, now=now)
    return [verdict_line(one, window, now, entered=now) for one in foretell(services, window, now=now)]


def verdicts_on(window: Window, services: Sequence[Service], *, now: datetime) -> list[VerdictLine]:
    """On one that is planned, as it was announced; if it was not, as if it were announced now."""
    meant = as_announced(window, now=now)
    entered = window.planned_at
    return [verdict_line(one, meant, now, entered=entered) for one in foretell(services, meant, pk=window.pk, now=now)]


def verdict_line(told: Foretold, window: exclusions.Window, now: datetime, *, entered: datetime) -> VerdictLine:
    """In words."""
    verdict = told.verdict
    return VerdictLine(
        customer=told.subscription.tenant.name,
        subscription=told.subscription.name,
        month=period_in_words(told.period_text),
        badge=_badge(verdict, window),
        reasons=(*_reasons(verdict, now), *_quiet(told)),
        warnings=(*_entered_late(window, entered), *_warnings(told)),
        clause="" if verdict is None or verdict.rule is None else verdict.rule.clause or "",
    )


def _badge(verdict: exclusions.Verdict | None, window: exclusions.Window) -> Badge:
    if verdict is None:
        return Badge("none", "", _("Nothing to exclude"))
    if verdict.excluded is None:
        return Badge("missed", "", _("Not excluded"))
    start, end = verdict.excluded
    if end >= window.end:
        return Badge("met", "", _("Excluded"))
    parts = {"part": exact_of_us(end - start), "whole": exact_of_us(window.end - window.start)}
    return Badge("degraded", "", _("%(part)s of %(whole)s excluded") % parts)


def _reasons(verdict: exclusions.Verdict | None, now: datetime) -> list[str]:
    if verdict is None:
        return [_("No availability is promised here.")]
    rule = verdict.rule
    if verdict.word == "unknown_kind":
        return [_("The policy excludes no maintenance of this kind: all of it counts as downtime.")]
    if verdict.word == "announced_late" and verdict.announce_by is not None and rule is not None:
        told = {
            "notice": "" if rule.notice is None else duration_in_words(rule.notice),
            "by": _when(verdict.announce_by, now),
            "late": length_of_us(verdict.late_us or 0),
        }
        return [_("The policy wants %(notice)s of notice, that is by %(by)s: it is told %(late)s too late.") % told]
    if verdict.word == "quota_used" and rule is not None:
        return [_quota_used(verdict, now)]
    if verdict.word != "excluded":
        return [_("Nobody was told of it in time.")]
    return _excluded(verdict, now)


def _quota_used(verdict: exclusions.Verdict, now: datetime) -> str:
    allowed = (verdict.rule.per_period if verdict.rule else 0) or 0
    if allowed == 0:
        return _("The policy excludes none of this kind.")
    said = ngettext(
        "The policy excludes only %(count)s of this kind in a period, and it is used up: %(used)s.",
        "The policy excludes only %(count)s of this kind in a period, and they are used up: %(used)s.",
        allowed,
    )
    return said % {"count": allowed, "used": ", ".join(_when(one.start, now) for one in verdict.used_by)}


def _excluded(verdict: exclusions.Verdict, now: datetime) -> list[str]:
    said = []
    if verdict.announce_by is not None:
        told = instant_of(now) > (verdict.window.announced or 0)
        in_time = _("Announced in time: %(by)s was the latest.") if told else _("In time if announced by %(by)s.")
        said.append(in_time % {"by": _when(verdict.announce_by, now)})
    rule = verdict.rule
    if rule is not None and rule.up_to is not None:
        said.append(_("At most %(cap)s of a window are excluded.") % {"cap": duration_in_words(rule.up_to)})
    if rule is not None and rule.per_period is not None:
        count = ngettext(
            "It uses up the only one of this kind in the period.",
            "It is one of %(count)s of this kind in the period.",
            rule.per_period,
        )
        said.append(count % {"count": rule.per_period})
    return said or [_("The policy asks for no notice.")]


def _quiet(told: Foretold) -> list[str]:
    """That it keeps clear of business hours, where there are such."""
    if told.busy_us or not told.hours:
        return []
    return [_("It lies outside business hours.")]


def _entered_late(window: exclusions.Window, entered: datetime) -> list[str]:
    """That nobody could have known of it beforehand, whatever the policy makes of that."""
    if window.start >= instant_of(entered):
        return []
    return [_("Entered after it began, so nobody was told of it beforehand.")]


def _warnings(told: Foretold) -> list[str]:
    said = []
    if told.busy_us:
        words = {"length": exact_of_us(told.busy_us)}
        if told.kept_clear:
            said.append(_("%(length)s lie in the business hours that the policy keeps clear of maintenance.") % words)
        else:
            said.append(_("%(length)s lie in business hours, the hours of support.") % words)
    late = told.lead_late_us
    if told.notice is not None and late is not None and late > 0:
        lead = _("some time") if told.notice.lead == "before" else duration_in_words(told.notice.lead)
        words = {"lead": lead, "late": length_of_us(late)}
        if told.notice.binding == "guarantee":
            said.append(_("Promised: %(lead)s of notice. This is %(late)s too late.") % words)
        else:
            said.append(_("Notice of %(lead)s is given when possible; this is %(late)s later.") % words)
    return said


def _when(instant: Instant, now: datetime) -> str:
    return at_reader(moment_of(instant), now).text
