"""Telling customers of a maintenance window: whom, in which words, and what they read of it from then on."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from contracts.models import Contact, Coverage, Service, Term
from slaportal.outbox.actions import leave_mail, left_already
from slaportal.tenancy.models import Membership, Role
from uptime.models import Window, WindowNotice


def tell_of_window(window: Window, services: Iterable[Service], *, text: str, at: datetime) -> tuple[int, int]:
    """Leaves a mail for each technical contact and manager of every tenant that is promised one of the services then.

    Once for each recipient and revision of the window, however often it is announced. Returns how many are mailed now,
    and how many were before.
    """
    concerned = _concerned(window, services)
    recipients = _recipients(concerned)
    said = f"window/{window.pk}/{window.revision}"
    knew = len(left_already([_key(said, *one) for one in recipients], window.provider_id))
    for tenant_id, email in recipients:
        lines = [_when(window.starts_at, window.ends_at), _services_in_words(concerned[tenant_id])]
        _leave(
            "window_announced",
            window,
            tenant_id,
            email,
            subject=_("Maintenance: %(title)s") % {"title": window.title},
            text=_letter(window, lines, text),
            key=said,
        )
    _note(window, concerned, recipients, at)
    return len(recipients) - knew, knew


def tell_of_move(window: Window, was: tuple[datetime, datetime], *, reason: str, at: datetime) -> int:
    """Leaves a mail for everybody who was told of the window: when it was, when it is, why. Returns to how many.

    It is no announcement. Nobody is told of what is over both before and after.
    """
    notices = list(window.notices.order_by("tenant_id"))
    now = {"starts_at": window.starts_at, "ends_at": window.ends_at}
    window.notices.update(**now, told_at=at, moved_at=at)
    if max(was[1], window.ends_at) <= at:
        return 0
    said = _("It was planned from %(start)s UTC to %(end)s UTC.") % _span(*was)
    told = _told(notices)
    for notice, email in told:
        _leave(
            "window_moved",
            window,
            notice.tenant_id,
            email,
            subject=_("Maintenance moved: %(title)s") % {"title": window.title},
            text=_letter(
                window,
                [
                    said,
                    _("Now: from %(start)s UTC to %(end)s UTC.") % _span(**now),
                    _services_in_words(notice.services),
                ],
                _reason(reason),
            ),
            key=f"window-moved/{window.pk}/{window.revision}",
        )
    return len(told)


def tell_of_cancelling(window: Window, *, reason: str, at: datetime) -> int:
    """Leaves a mail for everybody who was told of the window, with the reason. Returns to how many.

    Nobody is told of what is over already.
    """
    notices = list(window.notices.order_by("tenant_id"))
    window.notices.update(told_at=at, cancelled_at=at)
    if window.ends_at <= at:
        return 0
    span = _span(window.starts_at, window.ends_at)
    said = _("The maintenance from %(start)s UTC to %(end)s UTC does not take place.") % span
    told = _told(notices)
    for notice, email in told:
        _leave(
            "window_cancelled",
            window,
            notice.tenant_id,
            email,
            subject=_("Maintenance cancelled: %(title)s") % {"title": window.title},
            text=_letter(window, [said, _services_in_words(notice.services)], _reason(reason)),
            key=f"window-cancelled/{window.pk}",
        )
    return len(told)


def _concerned(window: Window, services: Iterable[Service]) -> dict[int, list[str]]:
    """The tenants with a term that runs in the window, and the names of the services that they are promised."""
    running = Term.objects.filter(starts_at__lt=window.ends_at).filter(
        Q(ends_at=None) | Q(ends_at__gt=window.starts_at)
    )
    covered = Coverage.objects.filter(
        service__in=list(services), subscription__in=running.values("subscription")
    ).values_list("tenant_id", "service__name")
    concerned: dict[int, list[str]] = defaultdict(list)
    for tenant_id, name in covered.distinct().order_by("tenant_id", "service__name"):
        concerned[tenant_id].append(name)
    return concerned


def _recipients(tenants: Iterable[int]) -> list[tuple[int, str]]:
    """(tenant, address), each once: the technical contacts and the managers."""
    among = list(tenants)
    contacts = Contact.objects.filter(tenant__in=among, concern=Contact.Concern.TECHNICAL)
    managers = Membership.objects.filter(tenant__in=among, role=Role.MANAGER, removed_at=None)
    return sorted(_addresses(contacts.values_list("tenant_id", "email"), managers.values_list("tenant_id", "email")))


def _addresses(*found: Iterable[tuple[int | None, str]]) -> set[tuple[int, str]]:
    return {(tenant_id, email.lower()) for pairs in found for tenant_id, email in pairs if tenant_id is not None}


def _note(window: Window, concerned: dict[int, list[str]], recipients: Sequence[tuple[int, str]], at: datetime) -> None:
    """What the people of these tenants may read of the window from now on. The window is locked."""
    mailed: dict[int, set[str]] = defaultdict(set)
    before = WindowNotice.objects.filter(window=window, tenant__in=list(concerned))
    for tenant_id, addresses in before.values_list("tenant_id", "addresses"):
        mailed[tenant_id].update(addresses)
    for tenant_id, email in recipients:
        mailed[tenant_id].add(email)
    rows = [
        WindowNotice(
            provider_id=window.provider_id,
            tenant_id=tenant_id,
            window=window,
            title=window.title,
            kind=window.kind,
            services=services,
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            told_at=at,
            addresses=sorted(mailed[tenant_id]),
        )
        for tenant_id, services in concerned.items()
    ]
    WindowNotice.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["window", "tenant"],
        update_fields=["services", "starts_at", "ends_at", "told_at", "moved_at", "addresses"],
    )


def _told(notices: Sequence[WindowNotice]) -> list[tuple[WindowNotice, str]]:
    """Who was told and is still there; where nobody of a tenant is, whom an announcement would be told to now."""
    among = [notice.tenant_id for notice in notices]
    contacts = Contact.objects.filter(tenant__in=among)
    members = Membership.objects.filter(tenant__in=among, removed_at=None)
    there = _addresses(contacts.values_list("tenant_id", "email"), members.values_list("tenant_id", "email"))
    instead = _recipients(among)
    told: list[tuple[WindowNotice, str]] = []
    for notice in notices:
        kept = [email for email in notice.addresses if (notice.tenant_id, email) in there]
        kept = kept or [email for tenant_id, email in instead if tenant_id == notice.tenant_id]
        told += [(notice, email) for email in kept]
    return told


def _leave(kind: str, window: Window, tenant_id: int, email: str, *, subject: str, text: str, key: str) -> None:
    """One mail; the same one for each window, change, tenant and address."""
    leave_mail(
        kind,
        email,
        subject,
        text,
        key=_key(key, tenant_id, email),
        provider_id=window.provider_id,
        tenant_id=tenant_id,
    )


def _key(said: str, tenant_id: int, email: str) -> str:
    return f"{said}/{tenant_id}/{hashlib.sha256(email.encode()).hexdigest()}"


def _letter(window: Window, lines: Iterable[str], text: str) -> str:
    return "\n".join([window.title, "", *lines, *(["", text] if text else [])]) + "\n"


def _when(starts_at: datetime, ends_at: datetime) -> str:
    return _("From %(start)s UTC to %(end)s UTC.") % _span(starts_at, ends_at)


def _span(starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    return {"start": f"{starts_at:%-d %b %Y, %H:%M}", "end": f"{ends_at:%-d %b %Y, %H:%M}"}


def _services_in_words(services: Iterable[str]) -> str:
    return _("Services: %(services)s.") % {"services": ", ".join(services)}


def _reason(reason: str) -> str:
    return _("Reason: %(reason)s") % {"reason": reason} if reason else ""
