"""The promises without a clock in sentences: notices, backups, and what no other section holds."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.policy.document import Terms
from contracts.policy.document.promises import Backup, Notice, OtherPromise
from contracts.sentences.said import STRENGTHS, Group, Said, Section, length_said, listed, note_of, said, spoken

_WEEKDAYS = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}


def notices_said(terms: Terms) -> Section:
    """How long ahead you are told of what."""
    sentences = tuple(_notice(name, notice) for name, notice in terms.notices.entries.items())
    return Section("notices", _("Notices"), (Group("", "", sentences),) if sentences else ())


def _notice(name: str, notice: Notice) -> Said:
    what = spoken(name).capitalize()
    if notice.lead == "before":
        text = _("%(what)s: you are told in advance") % {"what": what}
    else:
        text = _("%(what)s: you are told %(length)s ahead") % {"what": what, "length": length_said(notice.lead)}
    if notice.outside:
        text += _(", counted outside %(name)s hours") % {"name": spoken(notice.outside)}
    if notice.by:
        text += _(", by %(ways)s") % {"ways": listed(map(spoken, notice.by))}
    if notice.to:
        text += _(" (to %(whom)s)") % {"whom": listed(map(spoken, notice.to))}
    strength = str(STRENGTHS["best_effort"]) if notice.binding == "best_effort" else str(STRENGTHS[notice.strength])
    return Said(f"{text}.", strength, notice.clause or "", note_of(notice), (f"notices.{name}",))


def backups_said(terms: Terms) -> Section:
    """How often restore points are made, and how long they are kept."""
    sentences = tuple(
        said(_backup(name, backup), backup, terms.backups, at=(f"backups.{name}",))
        for name, backup in terms.backups.entries.items()
    )
    return Section("backups", _("Backups"), (Group("", "", sentences),) if sentences else ())


def _backup(name: str, backup: Backup) -> str:
    told = {"name": spoken(name).capitalize(), "keep": length_said(backup.keep)}
    if backup.every is not None:
        often = _("every %(length)s") % {"length": length_said(backup.every)}
    elif backup.per_day is not None:
        often = _("%(n)s times a day") % {"n": backup.per_day}
    elif backup.weekday is not None:
        often = _("each %(day)s") % {"day": _WEEKDAYS[backup.weekday]}
    else:
        often = _("regularly")
    return _("%(name)s: a restore point %(often)s, kept for %(keep)s.") % {**told, "often": often}


def others_said(terms: Terms) -> Section:
    """Promises in the policy's own words."""
    sentences = tuple(_other(name, promise) for name, promise in terms.promises.entries.items())
    return Section("others", _("What else is promised"), (Group("", "", sentences),) if sentences else ())


def _other(name: str, promise: OtherPromise) -> Said:
    return said(promise.text, promise, at=(f"promises.{name}",))
