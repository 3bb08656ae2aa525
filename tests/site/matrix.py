"""The matrix: every route x every person x method, in a table that is read in review (matrix.yaml).

No program writes the table: it cannot know what is right.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from ruamel.yaml import YAML

from contracts.models import Contact, PolicyVersion, Service, Subscription
from slaportal.api.operations import ApiView
from slaportal.people.models import Invitation
from slaportal.tenancy.models import ApiToken
from tests.world import World
from tickets.models import Breach, Ticket

TABLE = Path(__file__).with_name("matrix.yaml")
EVERYBODY = ("anonymous", "agent", "lead", "admin", "amy", "ann", "bob", "carl", "cora", "olga")
# Routes about one webhook.
WEBHOOK = (
    "webhook",
    *(f"webhook_{act}" for act in ("change", "delete", "disable", "enable", "ping", "resend_lost", "rotate")),
)
# What p1 has to show (tests.living), by the first word of the routes about it.
LIVED = ("outage", "window", "claim", "credit")
WORDS = {"everybody": " ".join(EVERYBODY), "signed-in": " ".join(EVERYBODY[1:])}


def routes() -> Iterator[str]:
    """The names of all routes of the resolver; one without a name is an error."""
    for pattern in _patterns(get_resolver().url_patterns):
        assert pattern.name, f"{pattern} has no name"
        yield pattern.name


def _patterns(patterns: list[Any]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns)
        else:
            assert isinstance(pattern, URLPattern)
            yield pattern


def api_views() -> dict[str, type[ApiView]]:
    """The views of the API by the names of their routes."""
    found: dict[str, type[ApiView]] = {}
    for pattern in _patterns(get_resolver().url_patterns):
        view = getattr(pattern.callback, "cls", None)
        if isinstance(view, type) and issubclass(view, ApiView):
            found[str(pattern.name)] = view
    return found


def table() -> dict[str, dict[str, Any]]:
    """The rows: route -> {GET: {status: names}, POST: {status: names}, ..., data: what all but GET send}.

    GET and POST stand in every row; PUT, PATCH and DELETE where the route of the API has them. `reads` names the
    methods besides GET that change nothing, so that a token that may only read may call them.
    """
    rows: dict[str, dict[str, Any]] = YAML(typ="safe").load(TABLE.read_text())
    return rows


def arguments(route: str, world: World) -> list[Any]:
    """What of tenant a (or of provider p1) stands in the route's address; the API's routes are about the same."""
    route = route.removeprefix("api_")
    ann = world.members["ann"]
    if route in ("person", "remove"):
        return [world.members["amy"].pk]
    if route in ("tenant", "customer", "subscription_add", "customer_service_add", "contact_add"):
        return [ann.tenant_id]
    if route == "switch_to":
        return [ann.pk]
    with world.inside("ann"):
        if route == "invitation_revoke":
            return [Invitation.objects.get().pk]
        if route == "token_revoke":
            return [ApiToken.objects.get().pk]
    return _others(route, world)


def _others(route: str, world: World) -> list[Any]:
    if route == "agreement" or route.split("_", maxsplit=1)[0] in ("subscription", "contact", "service"):
        return _agreed(route, world)
    if (route.startswith("ticket_") and route != "ticket_new") or route == "ticket":
        with world.inside("ann"):
            return [Ticket.objects.get().number]
    if route in ("policy", "policy_compare", "policy_scenarios", "policy_text"):
        with world.inside("admin"):
            return [PolicyVersion.objects.get().pk]
    if route == "breach_excuse":
        with world.inside("ann"):
            return [Breach.objects.get().pk]
    job = world.ids.get("job")
    for kind in LIVED:
        if route == kind or (route.startswith(f"{kind}_") and route not in ("outage_record", "window_plan")):
            return [world.ids[kind]]
    period = world.ids.get("period")
    fixed: dict[str, list[Any]] = {
        "month": [period],
        "month_breaches": [period],
        "month_claim": [period],
        "month_days": [period],
        "month_days_csv": [period],
        "month_outages": [period],
        "month_outages_csv": [period],
        "month_windows": [period],
        "month_windows_csv": [period],
        "invitation": ["slai_wrong"],
        "job": [job],
        "job_progress": [job],
        "job_cancel": [job],
        "restore_point": [world.ids.get("restore_point")],
        "restore_point_correct": [world.ids.get("restore_point")],
        "restore_point_gone": [world.ids.get("restore_point")],
        "restore_point_strike_out": [world.ids.get("restore_point")],
        "unmonitored_one": [world.ids.get("unmonitored")],
        "unmonitored_end": [world.ids.get("unmonitored")],
        "unmonitored_strike_out": [world.ids.get("unmonitored")],
        "message_retry": [world.ids.get("message")],
        **{route: [world.ids.get("endpoint")] for route in WEBHOOK},
        "webhook_delivery": [world.ids.get("event")],
        "webhook_resend": [world.ids.get("event")],
        "policy_new": ["sla"],
        "account_confirm_email": ["wrong-key"],
        "account_reset_password_from_key": ["1", "wrong-key"],
        "mfa_edit_webauthn": [1],
        "mfa_remove_webauthn": [1],
    }
    return fixed.get(route, [])


def _agreed(route: str, world: World) -> list[Any]:
    """What was agreed with tenant a."""
    with world.inside("ann"):
        subscription, service = Subscription.objects.get().pk, Service.objects.get(key="service-a").pk
        contact = Contact.objects.get().pk
    if route == "subscription_uncover":
        return [subscription, service]
    if route.startswith("subscription_restore_point"):
        return [subscription, world.ids.get("restore_point")]
    return [
        contact if route.startswith("contact") else service if route in ("service", "service_rename") else subscription
    ]


def address(route: str, world: World) -> str:
    """The route's path in this world."""
    if route == "account_reset_password_from_key":
        return "/account/password/reset/key/1-wrong-key/"
    return reverse(route, args=arguments(route, world))


def people_of(row: dict[Any, str]) -> dict[str, int]:
    """{status: "names"} turned round; everybody stands in it exactly once."""
    found: dict[str, int] = {}
    for status, names in row.items():
        for name in WORDS.get(names, names).split():
            assert name not in found, f"{name} stands twice"
            found[name] = int(status)
    assert set(found) == set(EVERYBODY), set(EVERYBODY) ^ set(found)
    return found
