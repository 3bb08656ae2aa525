"""The one settings file: everything that differs between installations comes from the environment (docs/deploy.md)."""

import zoneinfo
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from slaportal.embedded import places
from slaportal.site.logs import logging_settings

# Deadlines must not depend on the machine: the rules of the time zones come from the pinned tzdata package alone.
zoneinfo.reset_tzpath(to=[])

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
INSECURE_KEY = "only-for-commands-that-sign-nothing-and-for-the-demo-on-this-machine"
SECRET_KEY = env.str("SECRET_KEY", default=INSECURE_KEY)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://localhost:{env.int('PORT', default=8000)}").rstrip("/")
SECURE = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "slaportal.tenancy.apps.TenancyConfig",
    "slaportal.audit.apps.AuditConfig",
    "slaportal.api.apps.ApiConfig",
    "slaportal.outbox.apps.OutboxConfig",
    "slaportal.jobs.apps.JobsConfig",
    "slaportal.people.apps.PeopleConfig",
    "contracts.apps.ContractsConfig",
    "tickets.apps.TicketsConfig",
    "uptime.apps.UptimeConfig",
    "credits.apps.CreditsConfig",
    "slaportal.site.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_cotton",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
]
# From the outside in: the answer's headers, who it is, what it may see, and last the scope of the view.
MIDDLEWARE = [
    "slaportal.frames.with_room",
    "django.middleware.security.SecurityMiddleware",
    "slaportal.site.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "slaportal.site.health.HealthMiddleware",
    "csp.middleware.CSPMiddleware",
    "slaportal.site.errors.ReferenceMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "slaportal.site.limits.SizeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "slaportal.people.middleware.SessionLifetimeMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "slaportal.tenancy.middleware.MembershipMiddleware",
    "slaportal.people.middleware.RequiredMfaMiddleware",
    "slaportal.people.middleware.ReaderMiddleware",
    "slaportal.site.limits.RateMiddleware",
    "slaportal.tenancy.middleware.ScopeMiddleware",
    "slaportal.site.errors.RefusalMiddleware",
]
ROOT_URLCONF = "slaportal.urls"
WSGI_APPLICATION = "slaportal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "slaportal.site.navigation.navigation",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data -----------------------------------------------------------------------------------------------------------------


def _database(url: str, login: str) -> dict[str, Any]:
    """The installation's own server where the environment names one; otherwise the embedded one, running or not."""
    found = dict(env.db(url)) if url in env else places.database(login)
    options = {**found.get("OPTIONS", {}), "connect_timeout": 2}
    return {**found, "OPTIONS": options, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}


DATABASES = {"default": _database("DATABASE_URL", env.str("PORTAL_LOGIN", default="portal_web"))}
if "DATABASE_OWNER_URL" in env or "DATABASE_URL" not in env:
    DATABASES["owner"] = {**_database("DATABASE_OWNER_URL", "portal_owner"), "CONN_MAX_AGE": 0}
DATABASE_ROUTERS = ["slaportal.tenancy.router.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits and used one-time codes live in the database: they hold while Redis is away.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "site_cache"}}
BROKER_URL = env.str("REDIS_URL", default="") or places.broker_url()
# The modules that register kinds of jobs; the workers know no others.
JOB_KINDS = ["slaportal.site.resending"]
REDIS_URL = env.str("REDIS_URL", default="") or places.redis_url()

# The API --------------------------------------------------------------------------------------------------------------

API_CALLS_A_MINUTE = env.int("API_CALLS_A_MINUTE", default=600)
# Who calls and who may is the business of slaportal.api.operations.ApiView; any other view is closed to everybody.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "slaportal.api.errors.refuse",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SLA Portal",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["slaportal.api.schema.close_shapes"],
}

# Signing in -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "slaportal.people.passwords.LongestPassword"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "slaportal.people.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
# Who changes the address takes over the account, so the password is asked for again.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 1800
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
MFA_ADAPTER = "slaportal.people.adapter.MfaAdapter"
MFA_FORMS = {
    "login_webauthn": "slaportal.people.keys.LoginForm",
    "authenticate_webauthn": "slaportal.people.keys.AuthenticateForm",
    "reauthenticate_webauthn": "slaportal.people.keys.ReauthenticateForm",
    "add_webauthn": "slaportal.people.keys.AddForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = "SLA Portal"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
USERSESSIONS_TRACK_ACTIVITY = False

# The browser ----------------------------------------------------------------------------------------------------------

PREFIX = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME = f"{PREFIX}session"
CSRF_COOKIE_NAME = f"{PREFIX}csrf"
LANGUAGE_COOKIE_NAME = f"{PREFIX}language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_IDLE_SECONDS = 8 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
CSRF_FAILURE_VIEW = "slaportal.site.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if SECURE else []
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
# How many proxies in front are ours: without any, X-Forwarded-For and -Proto are a stranger's words.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
LARGEST_BODY = env.int("LARGEST_BODY", default=12 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Mail, language, files, logs ------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="SLA Portal <portal@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
if "EMAIL_URL" in env:
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "slaportal.outbox.mailbox.MailboxBackend"
EMAIL_TIMEOUT = 20
MAILBOX = places.VAR / "mail"
# Hosts at which webhooks may lie on this machine, and without TLS: for development and tests, never in an installation.
WEBHOOK_LOOPBACK_HOSTS = env.list("WEBHOOK_LOOPBACK_HOSTS", default=[])

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "slaportal" / "locale"]
STATIC_URL = "/static/"
STATIC_ROOT = places.VAR / "static"
ASSETS = BASE_DIR / "slaportal" / "assets"
STATICFILES_DIRS = [path for path in (ASSETS / "static", ASSETS / "built") if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "slaportal.assets.storage.RememberingStorage"},
}
LOG_FORMAT = env.str("LOG_FORMAT", default="json")
LOGGING = logging_settings(LOG_FORMAT, env.str("LOG_LEVEL", default="INFO"))
DJANGO_STRUCTLOG_CELERY_ENABLED = False  # celery.py connects it: manage.py then does not load Celery
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # it would trust X-Forwarded-For
DJANGO_STRUCTLOG_USER_ID_FIELD = ""  # bind_actor names who it is, without asking the database again
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = 10
DJANGO_STRUCTLOG_CELERY_TASK_SUCCESS_LOG_LEVEL = 10
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = 20  # what is refused is logged as such, with its code
