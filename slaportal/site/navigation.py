"""Where a member can go."""

from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """For the side bar and the top bar."""
    return {"navigation": []}
