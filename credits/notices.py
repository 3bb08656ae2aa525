"""The words of the mails about credits: a window that closes, and each step of a claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from credits.models import Claim
from slaportal.money import decimals


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail, as text."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class ClosingWindow:
    """A claim window that closes at `closes_at`: of which month, what the credits come to so far.

    `covered`: some failures of the month are claimed already, and others are not. `discretionary`: staff decide it.
    """

    subscription: str
    month: str
    closes_at: datetime
    zone: ZoneInfo
    amounts: Sequence[tuple[Decimal, str]]
    covered: bool
    discretionary: bool


def reminder_notice(window: ClosingWindow) -> Notice:
    """Which month, how much so far, until when exactly, and how to claim."""
    subject = _("Claim your credit for %(month)s until %(until)s") % {
        "month": window.month,
        "until": _there(window.closes_at.astimezone(window.zone)),
    }
    parts = [
        _("A promise of %(subscription)s was missed in %(month)s, and a credit can be claimed for it.")
        % {"subscription": window.subscription, "month": window.month},
        _("Until when: %(until)s.") % {"until": until_in_words(window.closes_at, window.zone)},
        _amount_so_far(window),
    ]
    if window.covered:
        parts.append(_("A claim was made for this month already; it does not cover all failures of it."))
    parts.append(
        _("How: sign in at %(url)s, open %(month)s of %(subscription)s, and choose “Claim”.")
        % {"url": settings.PUBLIC_URL, "month": window.month, "subscription": window.subscription}
    )
    return Notice(subject, "\n\n".join(parts))


def _amount_so_far(window: ClosingWindow) -> str:
    sums = [money_in_words(amount, currency) for amount, currency in window.amounts if amount]
    if not sums and window.discretionary:
        return _("How much it is: the provider decides that on your claim.")
    so_far = _("So far it comes to %(amount)s.") % {"amount": " + ".join(sums) or _("nothing")}
    return f"{so_far} {_('The provider decides on a further part of it.')}" if window.discretionary else so_far


def until_in_words(closes_at: datetime, zone: ZoneInfo) -> str:
    """`the end of Wednesday 29 April 2026 (America/New_York), that is 30 April 2026, 04:00 UTC`."""
    local, utc = closes_at.astimezone(zone), closes_at.astimezone(UTC)
    told = {"there": _there(local), "zone": zone.key, "utc": _written(utc)}
    return _("%(there)s (%(zone)s), that is %(utc)s UTC") % told


def _there(local: datetime) -> str:
    """Midnight is said as the end of the day before: nobody takes that for a day more or less."""
    if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        return _("the end of %(date)s") % {"date": _date(local - timedelta(days=1))}
    return _written(local)


def money_in_words(amount: Decimal, currency: str) -> str:
    """`120.00 USD`, with as many decimals as the currency has."""
    return f"{amount:.{decimals(currency)}f} {currency}".rstrip()


def claim_notice(claim: Claim, step: str, *, subscription: str, month: str, owed: Decimal | None = None) -> Notice:
    """What became of a claim, for the customer; `step` is the state that it came to."""
    told = {"month": month, "subscription": subscription, "who": claim.maker_name}
    if step == Claim.State.SUBMITTED:
        subject = _("We have your claim for %(month)s") % told
        said = _("%(who)s claimed the credits of %(subscription)s for %(month)s. We tell you what becomes of it.")
    elif step == Claim.State.UNDER_REVIEW:
        subject = _("Your claim for %(month)s is under review") % told
        said = _("Somebody looks at the claim for the credits of %(subscription)s for %(month)s.")
    elif step == Claim.State.APPROVED:
        subject = _("Your claim for %(month)s was approved") % told
        said = _("The claim for the credits of %(subscription)s for %(month)s was approved.")
    elif step == Claim.State.REJECTED:
        subject = _("Your claim for %(month)s was rejected") % told
        said = _("The claim for the credits of %(subscription)s for %(month)s was rejected.")
    else:
        subject = _("The claim for %(month)s was withdrawn") % told
        said = _("The claim for the credits of %(subscription)s for %(month)s was withdrawn.")
    reason = _("Reason: %(reason)s") % {"reason": claim.reason} if claim.reason else ""
    decided = ""
    if owed is not None:
        amount = money_in_words(owed, claim.period.currency)
        decided = _("The credits of the month come to %(amount)s.") % {"amount": amount}
    return Notice(subject, "\n\n".join(part for part in (said % told, decided, reason, _where()) if part))


def notice_for_leads(claim: Claim, *, subscription: str, month: str, tenant: str) -> Notice:
    """That a claim waits for a decision, or was taken back."""
    told = {"tenant": tenant, "month": month, "subscription": subscription, "who": claim.maker_name}
    if claim.state == Claim.State.WITHDRAWN:
        subject = _("Claim withdrawn: %(tenant)s, %(month)s") % told
        said = _("The claim of %(tenant)s for %(month)s of %(subscription)s was withdrawn.")
    else:
        subject = _("Claim to review: %(tenant)s, %(month)s") % told
        said = _("%(who)s claims the credits of %(tenant)s for %(month)s of %(subscription)s.")
    return Notice(subject, "\n\n".join(part for part in (said % told, claim.note, _where()) if part))


def _where() -> str:
    return _("Sign in to see it: %(url)s") % {"url": settings.PUBLIC_URL}


def _written(moment: datetime) -> str:
    """To the minute, or to the second where there are some: an earlier time than the exact one, never a later."""
    clock = f"{moment:%H:%M}" if moment.second == 0 else f"{moment:%H:%M:%S}"
    return f"{_date(moment)}, {clock}"


def _date(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B %Y}"
