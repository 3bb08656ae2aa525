"""Whether backups are kept as promised, as pages say it, the same for staff and for the customer."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.models import Service, Subscription
from contracts.sentences import Said, backups_said
from slaportal.intervals import moment_of
from slaportal.pages.lengths import exact_length
from slaportal.pages.times import Shown, at_reader, day_in_words, zone_in_words
from uptime.backups import BackupVerdict, Lack
from uptime.queries import BackedUp, backups_of

# Of what lacks, the newest so many are named one by one.
LACKS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class LackLine:
    """A stretch without a restore point (`start` to `end`), or a day on which there are too few."""

    words: str
    start: Shown | None = None
    end: Shown | None = None


@dataclass(frozen=True, slots=True)
class KeptLine:
    """One backup promise for one service: its sentence, whether it is kept, and what lacks, the newest first."""

    service: Service
    said: Said
    kind: str
    verdict: str
    asked: str
    lacks: tuple[LackLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Kept:
    """All of a subscription as of now; none where it is promised no backups now. Days are those of `zone`."""

    lines: tuple[KeptLine, ...]
    zone: str


def backups_shown(subscription: Subscription, now: datetime) -> Kept:
    """The verdicts of the API in words. As many queries as the verdicts take."""
    found = backups_of(subscription, now)
    lines = tuple(line for one in found for line in _lines(one, now))
    return Kept(lines, zone_in_words(found[0].agreement.zone) if found else "")


def _lines(backed_up: BackedUp, now: datetime) -> list[KeptLine]:
    sentences = _sentences(backed_up)
    return [_line(backed_up.service, verdict, sentences[verdict.ground.path], now) for verdict in backed_up.verdicts]


def _sentences(backed_up: BackedUp) -> dict[str, Said]:
    """Each promise in words, by where it stands in the policy."""
    groups = backups_said(backed_up.agreement.terms).groups
    return {path: said for group in groups for said in group.sentences for path in said.at}


def _line(service: Service, verdict: BackupVerdict, said: Said, now: datetime) -> KeptLine:
    lacks = verdict.missing[::-1]
    kind, words = ("met", _("Kept")) if verdict.kept else ("missed", _("Lacking"))
    if not verdict.asked:
        kind, words = "none", _("Nothing asked for yet")
    return KeptLine(
        service=service,
        said=said,
        kind=kind,
        verdict=words,
        asked=_asked(verdict),
        lacks=tuple(_lack(one, verdict, now) for one in lacks[:LACKS_SHOWN]),
        more=max(0, len(lacks) - LACKS_SHOWN),
    )


def _asked(verdict: BackupVerdict) -> str:
    """How much was looked at, and how much of it lacks."""
    if not verdict.asked:
        return ""
    if verdict.promise.every is None:
        said = ngettext(
            "%(n)s day looked at, %(missing)s lacking", "%(n)s days looked at, %(missing)s lacking", verdict.asked
        )
    else:
        said = ngettext(
            "%(n)s stretch looked at, %(missing)s too long",
            "%(n)s stretches looked at, %(missing)s too long",
            verdict.asked,
        )
    return said % {"n": verdict.asked, "missing": len(verdict.missing)}


def _lack(lack: Lack, verdict: BackupVerdict, now: datetime) -> LackLine:
    if lack.day is not None:
        told = {"day": day_in_words(lack.day), "there": lack.there, "wanted": verdict.promise.per_day or 1}
        return LackLine(_("%(day)s: %(there)s of %(wanted)s there") % told)
    start, end = moment_of(lack.start), moment_of(lack.end)
    words = _("%(length)s without a restore point") % {"length": exact_length(end - start)}
    return LackLine(words, at_reader(start, now), at_reader(end, now))
