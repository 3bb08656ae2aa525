"""Lists in pages: fifty rows, the page's number in the URL."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

ROWS = 50


def page_of(rows: QuerySet[Any], request: HttpRequest) -> Page[Any]:
    """The page that `?page=` asks for; the nearest one when there is no such page."""
    return Paginator(rows, ROWS).get_page(request.GET.get("page"))
