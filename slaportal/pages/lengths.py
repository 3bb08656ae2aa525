"""Lengths of time as people say them: `12 min`, `3 h 10 min`, from 12 hours `19 h`, from 24 `2 d 5 h`."""

from datetime import timedelta

from django.utils.translation import gettext as _

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def length_in_words(length: timedelta) -> str:
    """The two largest units, cut off, the smaller only where it says something; a minus is left out."""
    length = abs(length)
    if length < MINUTE:
        return _("less than a minute")
    days, hours, minutes = length // DAY, length % DAY // HOUR, length % HOUR // MINUTE
    if days:
        hour = _(" %(hours)s h") % {"hours": hours} if hours else ""
        return _("%(days)s d") % {"days": days} + hour
    if hours:
        minute = _(" %(minutes)s min") % {"minutes": minutes} if minutes and hours < 12 else ""
        return _("%(hours)s h") % {"hours": hours} + minute
    return _("%(minutes)s min") % {"minutes": minutes}
