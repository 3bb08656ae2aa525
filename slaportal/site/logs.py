"""How the portal logs: one line an event, JSON or for a console, with the request's reference or the task's id.

What Django, Celery and gunicorn say goes through the same processors. Secrets and personal data are taken out last,
after exceptions have become text.
"""

import ipaddress
import logging
import re
from collections.abc import Mapping
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from structlog.typing import EventDict, Processor, WrappedLogger

GONE = "[redacted]"
# In this order: what stands in an address first, then what stands anywhere.
PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(/invitation/|/password/reset/key/|/confirm-email/)[^/\s?#\"']+"), rf"\1{GONE}"),
    (re.compile(r"(?<=[\w/\]])\?[^\s\"'<>?]*=[^\s\"'<>]*"), f"?{GONE}"),
    (re.compile(r"://[^\s/@]*:[^\s/@]*@"), f"://{GONE}@"),
    (re.compile(r"\bsla[pri]_[\w-]{8,}"), GONE),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {GONE}"),
    (
        re.compile(
            r"(?i)\b((?:set-)?cookie|authorization|csrfmiddlewaretoken|x-csrftoken|(?:__host-)?(?:session|csrf)|session_?id"
            r"|passwords?|password[12]|secret(?:_key)?|api_key|token|otp)"
            r"(['\"]?\s*[:=]\s*)(?:'[^']*'|\"[^\"]*\"|[^\s,;&'\"})]+)"
        ),
        rf"\1\2{GONE}",
    ),
    (re.compile(r"otpauth://\S+"), GONE),
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    # PostgreSQL repeats the row that a constraint refused.
    (re.compile(r"\b(DETAIL|CONTEXT):.*"), rf"\1: {GONE}"),
)
PRIVATE = {
    *("password", "secret", "token", "authorization", "cookie", "cookies", "session", "headers"),
    *("email", "recipient", "text", "html", "subject", "body", "post", "data"),
}


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The processor that lets nothing out: values under private names, and what looks like a secret or an address."""
    return {key: _without_secrets(key, value) for key, value in event.items()}


def _without_secrets(key: str, value: Any) -> Any:
    if key in PRIVATE and value:
        return GONE
    if isinstance(value, Mapping):
        return {str(name): _without_secrets(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets("", inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redacted(str(value))


def redacted(text: str) -> str:
    """`text` without anything that opens a door or names a person."""
    for pattern, replacement in PATTERNS:
        text = pattern.sub(replacement, text)
    return text


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


# One list for good: loggers keep the one that they were first used with, and tests that listen change it in place.
_PROCESSORS: list[Processor] = [
    structlog.stdlib.filter_by_level,
    *_SHARED,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
]


def formatter(log_format: str) -> structlog.stdlib.ProcessorFormatter:
    """What writes a line; Django's logging set-up calls it, and structlog is set up to come here from then on."""
    structlog.configure(
        processors=_PROCESSORS,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact,
            plain if log_format == "console" else structlog.processors.JSONRenderer(),
        ],
    )


def logging_settings(log_format: str, level: str) -> dict[str, Any]:
    """Django's LOGGING: everything to standard error, through `formatter`."""
    numbers = logging.getLevelNamesMapping()

    def at_least(least: str) -> dict[str, str]:
        return {"level": max(level, least, key=numbers.__getitem__)}

    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "slaportal.site.logs.formatter", "log_format": log_format}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would write everything twice, and its SQL holds contents.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "django.db.backends": at_least("INFO"),
            # request_finished and request_failed of django-structlog say the same with the reference.
            "django.request": at_least("CRITICAL"),
            "django.security.DisallowedHost": at_least("CRITICAL"),
            # At DEBUG Celery writes the arguments of tasks.
            "celery": at_least("INFO"),
            # The timetable runs some tasks every two seconds: that they ran is no news, that they failed is.
            "celery.beat": at_least("WARNING"),
            "celery.worker.strategy": at_least("WARNING"),
            "celery.app.trace": at_least("CRITICAL"),
            "gunicorn.error": {"handlers": [], "propagate": True},
        },
    }


def client_ip(request: HttpRequest) -> str | None:
    """The address of whoever asks: the socket's, or behind n proxies of ours the n-th from the right of what
    X-Forwarded-For holds.

    What stands further left is a stranger's own words. None over a socket of the file system without proxies.
    """
    found = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(hops) >= settings.TRUSTED_PROXIES:
            found = hops[-settings.TRUSTED_PROXIES]
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return None


def bind_actor(request: HttpRequest) -> None:
    """From here on every line of this request says who it is and in which scope: ids, no names."""
    member = getattr(request, "membership", None)
    token = getattr(request, "api_token", None)
    ids = {
        "user_id": getattr(getattr(request, "user", None), "pk", None),
        "membership_id": member and member.pk,
        "provider_id": member and member.provider_id,
        "tenant_id": member and member.tenant_id,
        "api_token_id": token and token.pk,
    }
    structlog.contextvars.bind_contextvars(**{name: value for name, value in ids.items() if value is not None})
