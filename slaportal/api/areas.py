"""What a token may be for: areas, each to read or to read and write; a token without any is for all its member may."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from slaportal.refusal import Refusal
from slaportal.tenancy.models import ApiToken

AREAS = {
    "tickets": gettext_lazy("Tickets"),
    "uptime": gettext_lazy("Outages, maintenance, samples"),
    "credits": gettext_lazy("Months, credits, claims"),
    "policies": gettext_lazy("Policies, subscriptions, services"),
    "people": gettext_lazy("People, customers, tokens"),
    "webhooks": gettext_lazy("Webhooks"),
    "jobs": gettext_lazy("Jobs, messages"),
    "audit": gettext_lazy("Audit log"),
}
READ, WRITE = "read", "write"
# In the order in which they are shown and kept.
SCOPES = tuple(f"{area}:{level}" for area in AREAS for level in (READ, WRITE))


def scopes_to_choose() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """The scopes in two groups, as a form offers them."""
    groups = ((READ, gettext_lazy("To read")), (WRITE, gettext_lazy("To read and write")))
    return [(said, [(f"{area}:{level}", name) for area, name in AREAS.items()]) for level, said in groups]


def scopes_in_words(scopes: Iterable[str]) -> str:
    """What a token is for, such as `read: Tickets; write: Credits`; "" for all that its member may."""
    kept = set(scopes)
    levels = {READ: _("to read: %(areas)s"), WRITE: _("to read and write: %(areas)s")}
    told = []
    for level, said in levels.items():
        areas = [str(name) for area, name in AREAS.items() if f"{area}:{level}" in kept]
        if areas:
            told.append(said % {"areas": ", ".join(areas)})
    return "; ".join(told)


def only_reads(token: ApiToken) -> bool:
    """Whether it can change nothing: by its kind, or since none of its scopes is one to write."""
    return token.read_only or (bool(token.scopes) and not any(scope.endswith(f":{WRITE}") for scope in token.scopes))


def known_scopes(scopes: Iterable[str]) -> list[str]:
    """Each once, in order, as a token keeps them. Refuses `scope_unknown`."""
    wanted = set(scopes)
    unknown = sorted(wanted.difference(SCOPES))
    if unknown:
        said = _("There is no scope %(unknown)s; there are: %(known)s.") % {
            "unknown": ", ".join(unknown),
            "known": ", ".join(SCOPES),
        }
        raise Refusal("scope_unknown", said, fields={"scopes": said})
    return [scope for scope in SCOPES if scope in wanted]


def refuse_out_of_scope(token: ApiToken | None, area: str, *, writing: bool) -> None:
    """Refuses a call outside the scopes of its token: `token_scope_missing`. To write includes to read."""
    if token is None or not token.scopes or not area:
        return
    needed = [f"{area}:{WRITE}"] if writing else [f"{area}:{READ}", f"{area}:{WRITE}"]
    if not set(needed).intersection(token.scopes):
        said = _("This token may not do this; it takes the scope %(scope)s.") % {"scope": needed[0]}
        raise Refusal("token_scope_missing", said, status=403)
