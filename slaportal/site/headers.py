"""What every answer says to browsers and caches."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# A passkey needs publickey-credentials-*, copying a token needs clipboard-write; nothing here needs anything else.
NEVER = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi"),
    *("payment", "usb", "serial", "hid", "screen-wake-lock", "xr-spatial-tracking", "browsing-topics"),
)
PERMISSIONS = ", ".join(f"{feature}=()" for feature in NEVER)


class HeadersMiddleware:
    """Nothing is kept by a cache unless the answer says so itself, and no other site may load it.

    Django's SecurityMiddleware adds nosniff, Referrer-Policy, Cross-Origin-Opener-Policy and HSTS; django-csp the CSP.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Adds what is not there yet; files of WhiteNoise have a Cache-Control of their own."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response
