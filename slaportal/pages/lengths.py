"""Lengths of time as people say them: `12 min`, `3 h 10 min`, from 12 hours `19 h`, from 24 `2 d 5 h`.

Hours in which a desk is open stay hours: `48 h 10 min`.
"""

from datetime import timedelta

from django.utils.translation import gettext as _

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def length_in_words(length: timedelta, *, open_hours: bool = False) -> str:
    """The two largest units, cut off, the smaller only where it says something; a minus is left out.

    Of `open_hours` there are no days: 48 of them are six days of a desk that is open for eight hours.
    """
    length = abs(length)
    if length < MINUTE:
        return _("less than a minute")
    days, hours, minutes = length // DAY, length % DAY // HOUR, length % HOUR // MINUTE
    if open_hours:
        days, hours = 0, length // HOUR
    if days:
        hour = _(" %(hours)s h") % {"hours": hours} if hours else ""
        return _("%(days)s d") % {"days": days} + hour
    if hours:
        minute = _(" %(minutes)s min") % {"minutes": minutes} if minutes and (open_hours or hours < 12) else ""
        return _("%(hours)s h") % {"hours": hours} + minute
    return _("%(minutes)s min") % {"minutes": minutes}


def exact_length(length: timedelta) -> str:
    """Of what has happened or is planned: to the minute, however long it is, `53 h 1 min` as in the sum of a month."""
    return length_in_words(length, open_hours=True)
