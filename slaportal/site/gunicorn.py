"""gunicorn's configuration: `gunicorn slaportal.wsgi --config python:slaportal.site.gunicorn`.

The number of workers and threads and the address come from the command line or the environment (docs/operations.md).
"""

import os
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connections

from slaportal.site.collecting import collect_seldom
from slaportal.site.secret_key import refuse_weak_key
from slaportal.tenancy.login import refuse_harmful_login

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "slaportal.settings")
os.environ.setdefault("PORTAL_LOGIN", "portal_web")

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
# Loaded once, before the fork: what cannot be imported stops the start. A new version needs a restart, not HUP.
preload_app = True

timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 2000
max_requests_jitter = 200

limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190

# gunicorn believes nobody about the scheme or the client: Django does, for as many proxies as TRUSTED_PROXIES says.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
control_socket_disable = True

accesslog = None
logconfig_dict = settings.LOGGING


def on_starting(server: Any) -> None:  # noqa: ARG001 - gunicorn passes it
    """Before the port is open: a weak key, and a login that may pass the wall or cannot be judged, stop the start."""
    try:
        refuse_harmful_login()
        refuse_weak_key()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from None
    except Error as error:
        raise SystemExit(f"The portal does not start without its database: {error}") from None
    finally:
        connections.close_all()  # a connection must not be shared by the workers that are forked next


def post_worker_init(worker: Any) -> None:  # noqa: ARG001 - gunicorn passes it
    """A worker has loaded the portal."""
    collect_seldom()
