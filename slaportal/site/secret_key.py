"""Start-up refuses a key that others know or can guess: it signs links, and keeps second factors and tokens."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

SHORTEST = 32
HINT = 'Set SECRET_KEY to what `python -c "import secrets; print(secrets.token_hex(32))"` prints: see docs/deploy.md.'


def weaknesses() -> list[str]:
    """What is wrong with the keys; nothing in the demo and in development, which sign for this machine alone."""
    if settings.DEMO or settings.DEBUG:
        return []
    keys = {"SECRET_KEY": [settings.SECRET_KEY], "SECRET_KEY_FALLBACKS": settings.SECRET_KEY_FALLBACKS}
    return [f"{name} {what}" for name, listed in keys.items() for key in listed if (what := _weakness(key))]


def _weakness(key: str) -> str:
    if key == settings.INSECURE_KEY:
        return "is not set, or set to the key that stands in the source"
    return f"is shorter than {SHORTEST} letters" if len(key) < SHORTEST else ""


@register(Tags.security, deploy=True)
def key_is_secret(**_: Any) -> list[CheckMessage]:
    """`manage.py check --deploy`."""
    return [Error(f"{what}.", hint=HINT, id="portal.E002") for what in weaknesses()]


def refuse_weak_key() -> None:
    """For the start hooks, since Django's deployment checks never run by themselves."""
    found = weaknesses()
    if found:
        raise ImproperlyConfigured(f"{'; '.join(found)}. {HINT} (portal.E002)")
