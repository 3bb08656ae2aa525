"""A service whose four series are measured every minute, and a program that sends half a year of it over the API."""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from contracts.actions.catalogue import add_service
from contracts.actions.policies import publish_policy
from contracts.actions.subscriptions import Fee, cover_service, subscribe
from contracts.policy.documents import shipped_policy
from slaportal.people.actions.organisations import add_tenant, create_provider
from slaportal.people.actions.tokens import make_token
from slaportal.tenancy.models import Membership, Provider, User
from slaportal.tenancy.scope import STAFF, scope
from uptime.opening import open_periods

MINUTE, DAYS = timedelta(minutes=1), 200
SERIES = (("latency_ms", "eu"), ("latency_ms", "us"), ("latency_ms", "asia"), ("throughput_mbps", ""))
A_CALL = 10_000


def found() -> None:
    """The provider, its administrator's token, a customer that is promised the service; the secret and the service."""
    now = timezone.now()
    since = now - timedelta(days=DAYS)
    pk = create_provider("measured", "Measured")
    user = User.objects.create_user("probe@measured.example", None, name="Probe")
    document = shipped_policy("infopromo")
    with scope(STAFF, provider=pk):
        provider = Provider.objects.get(pk=pk)
        actor = Membership.objects.create(provider=provider, user=user, role="admin", name="Probe", email=user.email)
        publish_policy(document, provider=provider, policy="sla", effective_from=since, actor=actor, at=since)
        tenant = add_tenant(provider, "Customer", actor=actor)
        service = add_service(provider, "api", "API", tenant=None, actor=actor, at=since)
        fee, plan = Fee(Decimal(100), "USD"), next(iter(document.plans))
        made = subscribe(tenant, "API", policy="sla", plan=plan, fee=fee, starts_at=since, actor=actor, at=since)
        cover_service(made, service, actor=actor, at=since)
        open_periods(made, until=now, at=now)
        _token, secret = make_token("probe", read_only=False, expires_at=None, actor=actor, at=now)
    print(json.dumps([secret, pk, service.pk]))


def send(secret: str, provider: str, service: str, calls: str) -> None:
    """Seconds that each call took, and how many samples are there in the end; as JSON."""
    client = Client(headers={"host": "localhost", "authorization": f"Bearer {secret}"})
    begin = timezone.now().replace(second=0, microsecond=0) - timedelta(days=DAYS - 1)
    took = []
    for call in range(int(calls)):
        body = json.dumps({"service": int(service), "samples": _samples(begin, call)})
        began = time.perf_counter()
        answer = client.post("/api/v1/samples/", body, content_type="application/json")
        took.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.content
        assert answer.json()["samples"] == A_CALL
    with scope(STAFF, provider=int(provider)), connection.cursor() as cursor:
        cursor.execute("SELECT sum(cardinality(offsets))::bigint FROM uptime_samplehour")
        (kept,) = cursor.fetchone()
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == ("portal_web",)
    print(json.dumps({"took": took, "kept": kept}))


def _samples(begin: datetime, call: int) -> list[dict[str, Any]]:
    """The next stretch of time, every minute of it in all series."""
    minutes = A_CALL // len(SERIES)
    first = begin + call * minutes * MINUTE
    return [
        {
            "metric": metric,
            "region": region,
            "at": (first + n * MINUTE).isoformat(),
            "value": f"{20 + (n * 7919 + place) % 60}.{n % 100:02}",
        }
        for n in range(minutes)
        for place, (metric, region) in enumerate(SERIES)
    ]


WORK: dict[str, Callable[..., None]] = {"found": found, "send": send}
