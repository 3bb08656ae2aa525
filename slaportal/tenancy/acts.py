"""Where the address of an act leads who only looks at it: to the page on which the act is offered.

A form that was refused comes back under the act's address. Who reloads there, or presses Enter in the address bar,
asks by GET for what is done by POST alone.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import resolve, reverse

from slaportal.tenancy.access import View, membership_of, needs
from slaportal.tenancy.models import Membership, Role

Found = Callable[..., object]


def act_of(page: str, *carried: str, **found: Found) -> Callable[[View], View]:
    """GET and HEAD of this act lead to that page; its address takes `carried` from the act's own.

    `found` works out what the act's address does not have: `pk=lambda actor, pk: ...`, with the act's arguments, by
    the access of the app, which refuses what is another's. The page itself judges who may see it, by being asked: who
    may not gets its very answer, and learns no more than there.
    """

    def door(act: View) -> View:
        @wraps(act)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in ("GET", "HEAD"):
                return act(request, *args, **kwargs)
            return to_find_it(request, **kwargs) if found else lead(request, kwargs)

        def lead(request: HttpRequest, given: dict[str, Any], **more: object) -> HttpResponseBase:
            path = reverse(page, kwargs={**{name: given[name] for name in carried}, **more})
            there = resolve(path)
            answer: HttpResponseBase = there.func(request, *there.args, **there.kwargs)
            if answer.status_code != 200:
                return answer
            asked = request.META.get("QUERY_STRING", "")
            return redirect(f"{path}?{asked}" if asked else path)

        @needs(*Role.values)
        def to_find_it(request: HttpRequest, **given: Any) -> HttpResponseBase:
            actor: Membership = membership_of(request)
            return lead(request, given, **{name: find(actor, **given) for name, find in found.items()})

        return entered

    return door
