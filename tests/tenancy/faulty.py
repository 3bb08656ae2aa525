"""The portal's routes and beside them views as nobody should write them: what does the wall do then?"""

from collections.abc import Iterator
from contextlib import suppress

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, Model, Value
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from slaportal.outbox.models import Message
from slaportal.tenancy.models import Membership, Tenant
from slaportal.urls import handler400, handler403, handler404, handler429, handler500
from slaportal.urls import urlpatterns as portal

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]

MODELS: dict[str, type[Model]] = {"tenants": Tenant, "members": Membership, "messages": Message}


def everything(_request: HttpRequest) -> HttpResponse:
    """Asks for all customers and all people, of whomever."""
    return HttpResponse("\n".join([*map(str, Tenant.objects.all()), *map(str, Membership.objects.all())]))


def raises(_request: HttpRequest) -> HttpResponse:
    """Fails after it has read."""
    raise ValueError(str(list(Tenant.objects.all())))


def swallows(_request: HttpRequest) -> HttpResponse:
    """Writes, meets a database error, and answers as if all were well."""
    Membership.objects.update(name=Concat(F("name"), Value(", half done")))
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")
    return HttpResponse("saved")


def rolls_back(request: HttpRequest) -> HttpResponse:
    """Reads on after a savepoint was rolled back."""
    with suppress(IntegrityError), transaction.atomic():
        Membership.objects.update(role="nobody")
    return everything(request)


def streams(_request: HttpRequest, what: str) -> StreamingHttpResponse:
    """Reads only when the view is over."""

    def rows() -> Iterator[str]:
        yield "first\n"
        for row in MODELS[what]._default_manager.all():
            yield f"{row}\n"

    return StreamingHttpResponse(rows())


urlpatterns = [
    path("faulty/everything/", everything, name="everything"),
    path("faulty/raises/", raises, name="raises"),
    path("faulty/swallows/", swallows, name="swallows"),
    path("faulty/rolls-back/", rolls_back, name="rolls_back"),
    path("faulty/streams/<str:what>/", streams, name="streams"),
    *portal,
]
