"""What is the same everywhere. Values that differ from place to place come from the environment."""

import os
from pathlib import Path

import environ
from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from config.settings.shell import UNFOLD as UNFOLD
from crm.provider.known import provider_named, transport_for, variables
from crm.written import json_object, port_of

ROOT = Path(__file__).resolve().parents[2]

env = environ.Env()

VAR = Path(env.str("VAR_FOLDER", default=str(ROOT / "var"))).absolute()
"""Everything the product writes on a laptop lives here: data, mailbox, uploads, logs."""

# ── The house ────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "config.apps.AllianceConfig",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "import_export",
    "anymail",
    "django_htmx",
    "csp",
    "crm",
    "contacts",
    "engagement",
    "campaigns",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "crm.signed_out.SignedOutMiddleware",
    "crm.unwritable.UnwritableMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "crm.policy.PolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "crm.context.house",
            ],
        },
    }
]

# ── People and sign-in ───────────────────────────────────────────────────────
AUTH_USER_MODEL = "crm.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
PASSWORD_RESET_TIMEOUT = 24 * 3600

# ── Languages and time ───────────────────────────────────────────────────────
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "America/New_York"
USE_I18N = True
USE_TZ = True

# ── Files ────────────────────────────────────────────────────────────────────
STATIC_URL = "static/"
STATIC_ROOT: Path | None = ROOT / "staticfiles"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR / "media")))
"""Uploads are never served by URL; doors hand them out to who may have them."""
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler", "crm.uploads.NamelessUploadHandler"]

# ── Data: DATABASE_URL and REDIS_URL each replace an embedded server (docs/decisions/0001) ──
EMBEDDED_CLUSTER = "main"
"""Which embedded servers these settings use; the tests have their own."""
_database_url = env.str("DATABASE_URL", default="")
DATABASES = {
    "default": env.db("DATABASE_URL") if _database_url else {"ENGINE": "config.embedded.postgresql", "NAME": "alliance"}
}
REDIS_URL = env.str("REDIS_URL", default="")
REDIS_DATABASE = 0
"""The numbered database of the embedded server; with REDIS_URL the number stands in the URL."""
REDIS_CLIENT = "config.embedded.redis.client"
"""What makes a client of it."""
CACHES = {"default": {"BACKEND": "config.embedded.redis.LateRedisCache", "KEY_PREFIX": "crm"}}

# ── Mail ─────────────────────────────────────────────────────────────────────
EMAIL_URL = env.str("EMAIL_URL", default="")
"""smtp://user:password@host:port, smtp+tls:// or smtp+ssl://, or a provider's name as in mailgun://; empty on a laptop,
which has its own mailbox."""
MAIL_SERVERS: str | list[dict[str, object]] = env.str("MAIL_SERVERS", default="")
"""Several mail servers in the place of the one of EMAIL_URL, as JSON; docs/recipes/set-servers.md."""
EMAIL_PROVIDER = provider_named(EMAIL_URL)
ANYMAIL = variables(os.environ)
"""Keys and secrets of providers under the names of anymail's manual: MAILGUN_API_KEY, ANYMAIL_WEBHOOK_SECRET."""
EMAIL_TRACKING = env.bool("EMAIL_TRACKING", default=False)
"""Whether a provider may track opens and clicks, as its account says; otherwise it is told not to."""
WEBHOOK_PROVIDERS = [name.strip().replace("-", "_") for name in env.list("WEBHOOK_PROVIDERS", default=[])]
"""Providers besides the one of EMAIL_URL whose news are taken in, such as the one before it; anymail's names."""
WEBHOOKS_NEED_PROOF = False
"""Whether it is an error, and not only to be said, when nobody could tell whose news they are."""
_port = port_of(EMAIL_URL) if EMAIL_URL and not EMAIL_PROVIDER else 8025
_mail = env.email_url("EMAIL_URL") if EMAIL_URL and not EMAIL_PROVIDER else {}
LOCAL_MAILBOX = False
MAILBOX_FOLDER = VAR / "mailbox"
EMAIL_BACKEND = (
    f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend"
    if EMAIL_PROVIDER
    else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_HOST = _mail.get("EMAIL_HOST") or "127.0.0.1"
EMAIL_PORT = _port
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
SENDING_TRANSPORT = env.str("SENDING_TRANSPORT", default=transport_for(EMAIL_URL))
"""How newsletters and single mails travel, where EMAIL_URL does not say it; docs/recipes/add-a-transport.md."""
SENDING_RATES: str | dict[str, object] = env.str("SENDING_RATES", default="")
"""How fast mail may leave, as JSON: {"transport": "100/s", "gmail.com": "20/s"}; docs/recipes/set-rates.md."""
SENDING_RECEIPTS = env.str("SENDING_RECEIPTS", default=str(VAR / "receipts"))
"""Where each sending process notes what it did on the wire; a place that outlives the process."""
SENDING: dict[str, float] = json_object("SENDING", env.str("SENDING", default=""), such_as='{"lease": 60}')
"""Numbers of the sending engine that differ from campaigns/sending/limits.py, as JSON: {"lease": 60}."""
RETURN_PATH = env.str("RETURN_PATH", default="")
"""The mailbox for what comes back, such as bounces@example.org; empty: it comes back to the sender address."""
BOUNCES_URL = env.str("BOUNCES_URL", default="")
"""Where the clock reads what came back: imaps://user:password@host/INBOX or maildir:///path; - where a mail server
pipes it to `manage.py read_bounces -`."""
BOUNCES_KEPT = VAR / "bounces"
"""A Maildir for what a mail server pipes to `manage.py read_bounces -` and a person has to see."""
DEFAULT_FROM_EMAIL = "Leading on Opportunity <hello@example.org>"
FINGERPRINT_KEY = env.str("FINGERPRINT_KEY", default="local-only-fingerprint-key")
"""Key of the hash by which a suppressed address is known after erasure; changing it forgets who said no."""
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
"""Where links in mails lead; scheme and host, no slash at the end."""

# ── Exported files ───────────────────────────────────────────────────────────
EXPORT_DAYS = env.int("EXPORT_DAYS", default=7)
"""How many days a list that somebody took along lies here; then the file is removed."""

# ── Partners' files: how long they are kept (docs/decisions/0029) ─────────────
IMPORT_UNSAVED_DAYS = env.int("IMPORT_UNSAVED_DAYS", default=30)
"""How many days after the last word about it a partner's file lies here of which nothing is in the book."""
IMPORT_SAVED_DAYS = env.int("IMPORT_SAVED_DAYS", default=180)
"""How many days after the last word about it a saved file lies here, with what its rejected rows said."""

# ── Feeds: folders and addresses of partners that are read again and again ───
FEEDS_ROOT = Path(env.str("FEEDS_ROOT", default=str(VAR / "feeds")))
"""Each partner has a folder in here; feeds read nothing outside it."""
FEEDS_ALLOW_PRIVATE = False
"""Whether a feed may read from a private network or this machine; only the tests may."""

# ── Visitors ─────────────────────────────────────────────────────────────────
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
"""How many proxies of ours stand before the web server; the visitor's address is read through that many."""

# ── Watching (docs/recipes/watch-it.md) ───────────────────────────────────────
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
"""What a monitoring system must show at /metrics; empty: only this very machine may read it, past no proxy."""

# ── Celery: see docs/decisions; no ETA or countdown tasks anywhere ───────────
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "campaigns.tasks.watch": {"queue": "default"},  # whoever watches the senders must not be one of them
    "campaigns.tasks.take_in_news": {"queue": "default"},  # news come while every sender is busy
    "campaigns.tasks.forget_old_news": {"queue": "default"},
    "campaigns.tasks.read_bounces": {"queue": "default"},  # a slow mailbox must not keep newsletters from leaving
    "campaigns.tasks.*": {"queue": "sending"},
    "contacts.tasks.*": {"queue": "imports"},
    "crm.tasks.write_export": {"queue": "imports"},
    "crm.tasks.look_at_promises": {"queue": "imports"},
}
QUEUES = ("default", "sending", "imports")
"""Every queue a task may wait in; each has a worker wherever the product runs."""
CELERY_TASK_SEND_SENT_EVENT = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
"""Workers write their logs like everybody else: without personal data."""
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 4
"""Seconds a worker that is told to stop gives its tasks; sending ends its turn in one or two."""
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
"""A worker and the clock wait for a broker that is away as long as it takes."""
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "retry_on_timeout": True,
    "visibility_timeout": 3600,
}
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "sending": {"task": "campaigns.tasks.watch", "schedule": 20, "options": {"expires": 18}},
    "news": {"task": "campaigns.tasks.take_in_news", "schedule": 30, "options": {"expires": 28}},
    "old-news": {"task": "campaigns.tasks.forget_old_news", "schedule": 21600, "options": {"expires": 3600}},
    "interrupted-imports": {"task": "contacts.tasks.resume_imports", "schedule": 15, "options": {"expires": 14}},
    "feeds": {"task": "contacts.tasks.read_feeds", "schedule": 60, "options": {"expires": 55}},
    "interrupted-exports": {"task": "crm.tasks.resume_exports", "schedule": 60, "options": {"expires": 55}},
    "old-exports": {"task": "crm.tasks.remove_old_exports", "schedule": 3600, "options": {"expires": 3500}},
    "single-mails": {"task": "crm.tasks.send_outbox", "schedule": 60, "options": {"expires": 55}},
    "duplicates": {
        "task": "contacts.tasks.find_duplicates",
        "schedule": crontab(hour="7", minute="20"),  # UTC: after two at night in Charlotte
        "options": {"expires": 3600},
    },
    "promises": {
        "task": "crm.tasks.look_tonight",
        "schedule": crontab(hour="8", minute="40"),  # UTC: about four at night in Charlotte
        "options": {"expires": 3600},
    },
    "interrupted-looks": {"task": "crm.tasks.resume_looks", "schedule": 60, "options": {"expires": 55}},
    "old-stagings": {"task": "contacts.tasks.forget_old_stagings", "schedule": 21600, "options": {"expires": 3600}},
    "old-files": {"task": "contacts.tasks.forget_old_files", "schedule": 21600, "options": {"expires": 3600}},
    "join-requests": {"task": "contacts.tasks.forget_old_requests", "schedule": 21600, "options": {"expires": 3600}},
}
if BOUNCES_URL not in ("", "-"):
    CELERY_BEAT_SCHEDULE["bounces"] = {
        "task": "campaigns.tasks.read_bounces",
        "schedule": 60,
        "options": {"expires": 55},
    }

# ── API ──────────────────────────────────────────────────────────────────────
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["crm.filters.KnownFilters"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "crm.api.answer_refusals",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Alliance CRM",
    "DESCRIPTION": "People, segments, newsletters, events and conversations; what you may see follows from your role.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAdminUser"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {"CorrectionPartEnum": "campaigns.models.Campaign.Part"},
}
