"""The short table with which the demo ends: tickets and their clocks, and what last month came to for whom."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from zoneinfo import ZoneInfo

from credits.models import Assessment
from slaportal.site.demo.cast import COMPANIES, OPERATOR
from slaportal.site.demo.months import month_start
from slaportal.site.demo.registry import is_registered
from slaportal.tenancy.models import Provider, Tenant, User
from slaportal.tenancy.queries import providers_for_operator
from slaportal.tenancy.scope import STAFF, scope
from tickets.models import Ticket, TicketClock
from uptime.models import SubscriptionPeriod

NOTHING = "-"


def tell_demo(*, at: datetime) -> Iterator[str]:
    """Lines as wide as they need to be. As portal_jobs, outside any scope."""
    operator = User.objects.get(email=OPERATOR[0])
    there = {provider.slug: provider for provider in providers_for_operator(operator)}
    made = [slug for slug, provider in there.items() if is_registered("provider", provider.pk)]
    companies = [company for company in COMPANIES if company.slug in made]
    tickets: list[list[str]] = []
    months: list[list[str]] = []
    for company in companies:
        with scope(STAFF, provider=there[company.slug].pk):
            tickets.append(_tickets(there[company.slug]))
            months += _months(there[company.slug], ZoneInfo(company.zone), at)
    yield from _table([["Provider", "Tickets", "Open", "Clocks met", "breached", "running"], *tickets], of_names=1)
    yield ""
    yield from _table([["Provider", "Customer", "Month", "Availability", "Promise", "Credit"], *months], of_names=3)


def _tickets(provider: Provider) -> list[str]:
    clocks = Counter(TicketClock.objects.values_list("outcome", flat=True))
    running = TicketClock.objects.filter(outcome="pending", state="running").count()
    open_ones = Ticket.objects.filter(solved_at=None).count()
    counts = (Ticket.objects.count(), open_ones, clocks["met"], clocks["breached"], running)
    return [provider.name, *map(str, counts)]


def _months(provider: Provider, zone: ZoneInfo, at: datetime) -> Iterator[list[str]]:
    """The month before the running one, a line for each customer: of several subscriptions the dearest."""
    text = f"{month_start(at.astimezone(zone).date(), -1):%Y-%m}"
    for tenant in Tenant.objects.filter(provider=provider).order_by("pk"):
        periods = SubscriptionPeriod.objects.filter(tenant=tenant, text=text)
        period = periods.order_by("-fee_monthly", "-revision", "pk").first()
        if period is not None:
            yield [provider.name, tenant.name, text, *_figures(period)]


def _figures(period: SubscriptionPeriod) -> list[str]:
    # Cut off, not rounded: what was missed by a hair must not look met.
    cut = None if period.percent is None else period.percent.quantize(Decimal("0.0001"), rounding=ROUND_DOWN)
    percent = NOTHING if cut is None else f"{cut} %"
    promise = {None: NOTHING, True: "met", False: "missed"}[period.met]
    owed = Assessment.objects.filter(period=period).exclude(status=Assessment.Status.NONE).order_by("position")
    told = [f"{one.amount:.2f} {one.currency} {one.status}" for one in owed if one.amount or one.missed]
    return [percent, promise, ", ".join(told) or NOTHING]


def _table(rows: list[list[str]], *, of_names: int) -> Iterator[str]:
    """Columns side by side, the first ones to the left and the figures to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(width) if place < of_names else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  " + "  ".join(cells).rstrip()
