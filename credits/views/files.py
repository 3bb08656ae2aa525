"""The lists of months as files: the months themselves, and of one month its days, outages and maintenance."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts.models import Subscription
from contracts.policy.agreement import Agreement
from credits.models import Assessment
from credits.queries import agreement_of_period
from credits.showing.happened import WindowRow, outage_row, windows_shown
from credits.showing.lists import MonthLine, months_of, services_by_key
from credits.showing.pictures import Day, strip_of
from credits.showing.pieces import StoredOutage, outages_in, windows_in
from credits.views.months import EVERYBODY, subscriptions_listed, wanted_of
from slaportal.intervals import instant_of, moment_of
from slaportal.pages.amounts import plain
from slaportal.pages.spreadsheets import Cells, CsvFile, in_blocks, seconds
from slaportal.pages.times import zone_in_words
from slaportal.tenancy.access import membership_of, needs
from uptime.access import get_period_for
from uptime.models import Impact, SubscriptionPeriod
from uptime.words import kind_in_words

# Subscriptions at once: each has up to twelve months.
BLOCK = 100


@needs(*EVERYBODY)
@require_safe
def months_csv(request: HttpRequest) -> HttpResponseBase:
    """The months of all subscriptions that the page lists; the availability with all its decimals."""
    actor, now = membership_of(request), timezone.now()
    heads = [
        _("Subscription"),
        _("Month"),
        _("Start"),
        _("End"),
        _("Availability (percent)"),
        _("Promise"),
        _("Credit"),
        _("Amount"),
        _("Currency"),
        _("Claim by"),
        _("Closed"),
        _("Revision"),
    ]
    with_customer = actor.is_staff
    listed = subscriptions_listed(actor, wanted_of(request))
    rows = in_blocks(listed, lambda block: _months(block, now, with_customer=with_customer), block=BLOCK)
    return CsvFile("months", [_("Customer"), *heads] if with_customer else heads, rows, at=now)


def _months(subscriptions: Sequence[Subscription], now: datetime, *, with_customer: bool) -> Iterator[Cells]:
    for listed in months_of(subscriptions, now):
        about = [listed.subscription.tenant.name] if with_customer else []
        for line in listed.months:
            yield [*about, listed.subscription.name, *_month(line)]


def _month(line: MonthLine) -> Cells:
    period, standing = line.period, line.standing
    owed = standing.rows if standing is not None else ()
    ends = [row.claim_by for row in owed if row.claim_by is not None and row.status == Assessment.Status.CLAIMABLE]
    return [
        period.text,
        period.starts_at,
        period.ends_at,
        period.percent,
        line.verdict.words,
        standing.words if standing is not None else "",
        plain(sum((row.amount for row in owed), Decimal(0)), period.currency) if owed else None,
        period.currency,
        min(ends, default=None),
        period.closed_at,
        period.revision,
    ]


@needs(*EVERYBODY)
@require_safe
def month_days_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every day of the month, on the policy's wall clock, with its downtime; empty cells for days that are to come."""
    now, (period, agreement) = timezone.now(), _asked(request, pk)
    pieces = [piece for outage in outages_in(period.figures) for piece in outage.pieces]
    start, end = instant_of(period.starts_at), instant_of(period.ends_at)
    strip = (
        strip_of(pieces, start, end, agreement.zone, period.text, now=instant_of(now)) if _has_days(period) else None
    )
    heads = [
        _("Day (%(zone)s)") % {"zone": zone_in_words(agreement.zone)},
        _("Counted (seconds)"),
        _("Not counted (seconds)"),
    ]
    return CsvFile(f"days-{_named(period)}", heads, map(_day, strip.days if strip is not None else ()), at=now)


def _day(day: Day) -> Cells:
    # A zero would say that a day that has not begun was one without downtime.
    figures = [None, None] if day.ahead else [seconds(day.counted_us), seconds(day.excluded_us)]
    return [day.date, *figures]


@needs(*EVERYBODY)
@require_safe
def month_outages_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The outages of the month, all of them, with what of each counted and why the rest did not."""
    now, (period, agreement) = timezone.now(), _asked(request, pk)
    services = services_by_key([period.subscription_id])
    heads = [
        _("Start"),
        _("End"),
        _("What"),
        _("Impact"),
        _("Cause"),
        _("Why"),
        _("Clause"),
        _("Reported (seconds)"),
        _("Not counted (seconds)"),
        _("Counted (seconds)"),
    ]
    rows = (_outage(outage, agreement, services, now) for outage in outages_in(period.figures))
    return CsvFile(f"outages-{_named(period)}", heads, rows, at=now)


def _outage(outage: StoredOutage, agreement: Agreement, services: dict[str, str], now: datetime) -> Cells:
    row = outage_row(outage, agreement.terms.availability, services, now)
    return [
        moment_of(outage.start),
        None if outage.end is None else moment_of(outage.end),
        row.title,
        Impact(outage.impact).label,
        row.cause,
        row.sentence,
        "; ".join(dict.fromkeys(reason.clause for reason in row.reasons if reason.clause)),
        seconds(outage.reported_us),
        seconds(outage.reported_us - outage.counted_us),
        seconds(outage.counted_us),
    ]


@needs(*EVERYBODY)
@require_safe
def month_windows_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The maintenance of the month, with the verdict of the agreement on each."""
    now, (period, agreement) = timezone.now(), _asked(request, pk)
    heads = [
        _("Start"),
        _("End"),
        _("Kind"),
        _("Length (seconds)"),
        _("Announced"),
        _("Excluded (seconds)"),
        _("Verdict"),
        _("Why"),
        _("Clause"),
        _("How we read it"),
    ]
    windows = windows_in(period.figures)
    shown = windows_shown(windows, agreement.terms.availability, now)
    rows = (_window(window, row) for window, row in zip(windows, shown, strict=True))
    return CsvFile(f"maintenance-{_named(period)}", heads, rows, at=now)


def _window(window: Mapping[str, Any], row: WindowRow) -> Cells:
    announced = window.get("announced")
    start, end = window.get("excluded") or (0, 0)
    return [
        moment_of(window["start"]),
        moment_of(window["end"]),
        kind_in_words(window["kind"]),
        seconds(window["end"] - window["start"]),
        None if announced is None else moment_of(announced),
        seconds(end - start),
        row.verdict,
        row.why,
        row.clause,
        row.note,
    ]


def _asked(request: HttpRequest, pk: int) -> tuple[SubscriptionPeriod, Agreement]:
    period = get_period_for(membership_of(request), pk)
    return period, agreement_of_period(period)


def _has_days(period: SubscriptionPeriod) -> bool:
    """Whether the page has its picture: where an availability is promised and worked out."""
    return bool(period.figures.get("availability"))


def _named(period: SubscriptionPeriod) -> str:
    """Which month of which subscription, as a file is named."""
    return f"{slugify(period.subscription.name) or period.subscription_id}-{period.text}"
