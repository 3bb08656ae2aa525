"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "slaportal.settings")
os.environ.setdefault("PORTAL_LOGIN", "portal_web")
application = get_wsgi_application()

from slaportal.celery import app as celery  # noqa: E402 - after the settings: the views leave hints for the workers

__all__ = ["application", "celery"]
