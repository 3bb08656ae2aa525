"""Instants as the reader reads them: written once a row in Python, in the reader's zone, with the zone beside it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

# So soon after it the same words are the same act: Back, and the button once more, bring a token of their own.
AGAIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Shown:
    """`text` for people, `iso` for machines and the title."""

    text: str
    iso: str

    @property
    def element(self) -> str:
        """As markup: `<time>`, the title with the offset. Of long lists, where a template would take five times."""
        return format_html('<time datetime="{0}" title="{0}">{1}</time>', self.iso, self.text)


def at_reader(instant: datetime, now: datetime) -> Shown:
    """`Fri 4 Dec, 16:30 EST`; today only `16:30 EST`; with the year when it is another one."""
    local, today = timezone.localtime(instant), timezone.localtime(now)
    zone = local.tzname()
    if local.date() == today.date():
        text = f"{local:%H:%M} {zone}"
    elif local.year == today.year:
        text = f"{local:%a} {local.day} {local:%b, %H:%M} {zone}"
    else:
        text = f"{local:%a} {local.day} {local:%b %Y, %H:%M} {zone}"
    return Shown(text, local.isoformat(timespec="seconds"))


def to_the_second(instant: datetime) -> Shown:
    """`Fri 4 Dec 2026, 16:30:05 EST`: where the order of things matters."""
    local = timezone.localtime(instant)
    text = f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S} {local.tzname()}"
    return Shown(text, local.isoformat(timespec="seconds"))


def day_in_words(day: date) -> str:
    """`Fri 4 Dec 2026`."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def zone_in_words(zone: ZoneInfo) -> str:
    """`New York time`, `UTC`."""
    name = zone.key.rsplit("/", 1)[-1].replace("_", " ")
    return name if name in ("UTC", "GMT") else _("%(place)s time") % {"place": name}
