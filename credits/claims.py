"""Claims: until when a credit can be claimed, and which outages the claims that were made cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.policy.document.credits import ClaimTerms
from contracts.policy.periods import Period
from contracts.policy.windows import after
from slaportal.intervals import Instant
from uptime.availability import Outage

ClaimStatus = Literal["claimable", "claimed", "expired"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim for the credits of a month."""

    at: Instant


@dataclass(frozen=True, slots=True)
class ClaimWindow:
    """Until when one counting outage can be claimed (None where it has no known end), and the claims that cover it."""

    outage: Outage
    claim_by: Instant | None
    covered_by: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a credit that customers claim stands: its status, `claim_by`, and the claims made in time.

    `windows` has one entry for each counting outage where every failure has a window of its own.
    """

    status: ClaimStatus
    claim_by: Instant | None
    in_time: tuple[Claim, ...]
    windows: tuple[ClaimWindow, ...] = ()

    @property
    def covered(self) -> list[Outage]:
        """The outages that a claim covers."""
        return [window.outage for window in self.windows if window.covered_by]


def standing_of_period(
    terms: ClaimTerms, claims: Sequence[Claim], *, period: Period, zone: ZoneInfo, now: Instant
) -> Standing:
    """The standing of a credit with one window, after the period's end (semantics, Credits: from period_end)."""
    claim_by = None if terms.within is None else after(period.end, terms.within, zone)
    in_time = tuple(claim for claim in claims if claim.at <= now and (claim_by is None or claim.at <= claim_by))
    if in_time:
        return Standing("claimed", claim_by, in_time)
    return Standing("claimable" if claim_by is None or now <= claim_by else "expired", claim_by, ())


def standing_of_failures(
    terms: ClaimTerms, claims: Sequence[Claim], *, counting: Sequence[Outage], zone: ZoneInfo, now: Instant
) -> Standing:
    """The standing of a credit with a window for every counting outage (semantics, Credits: from failure)."""
    made = [claim for claim in claims if claim.at <= now]
    windows = tuple(_window(outage, terms, made, zone, now) for outage in counting)
    ends = [window.claim_by for window in windows if window.claim_by is not None]
    claim_by = max(ends) if ends and len(ends) == len(windows) else None
    in_time = tuple(claim for claim in made if any(claim in window.covered_by for window in windows))
    if in_time:
        return Standing("claimed", claim_by, in_time, windows)
    return Standing("claimable" if claim_by is None or now <= claim_by else "expired", claim_by, (), windows)


def _window(outage: Outage, terms: ClaimTerms, made: Sequence[Claim], zone: ZoneInfo, now: Instant) -> ClaimWindow:
    # Of time that nobody measured nobody can say when the failure ended, so its window does not close.
    ended = outage.ended_by(now) if outage.measured else None
    claim_by = None if ended is None or terms.within is None else after(ended, terms.within, zone)
    covered_by = (claim for claim in made if outage.start <= claim.at and (claim_by is None or claim.at <= claim_by))
    return ClaimWindow(outage, claim_by, tuple(covered_by))
