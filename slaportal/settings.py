"""The one settings file: everything that differs between installations comes from the environment."""

import zoneinfo
from pathlib import Path

import environ

# Deadlines must not depend on the machine: the rules of the time zones come from the pinned tzdata package alone.
zoneinfo.reset_tzpath(to=[])

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="only-for-commands-that-sign-nothing")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])

INSTALLED_APPS = [
    "contracts.apps.ContractsConfig",
    "tickets.apps.TicketsConfig",
    "uptime.apps.UptimeConfig",
    "credits.apps.CreditsConfig",
    "slaportal.site.apps.SiteConfig",
]
MIDDLEWARE: list[str] = []

DATABASES = {"default": env.db("DATABASE_URL")} if "DATABASE_URL" in env else {}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
