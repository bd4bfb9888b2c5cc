"""Production: every secret and every address comes from the environment, and without them nothing starts."""

import os

from django.core.exceptions import ImproperlyConfigured

REQUIRED = (
    "SECRET_KEY",
    "FINGERPRINT_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "ALLOWED_HOSTS",
    "PUBLIC_URL",
)
"""What production must be told; README.md says what each is."""

missing = [name for name in REQUIRED if not os.environ.get(name)]
if not os.environ.get("EMAIL_URL") and not os.environ.get("MAIL_SERVERS"):
    missing.append("EMAIL_URL (or MAIL_SERVERS)")
if missing:
    raise ImproperlyConfigured(f"Production needs these in its environment: {', '.join(missing)}.")

from config.logs import logging  # noqa: E402 - the reader should first learn what is missing
from config.settings.base import *  # noqa: E402, F403
from config.settings.base import DATABASES, env  # noqa: E402

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS"), "127.0.0.1"]
"""127.0.0.1 is for the health check inside the container; links are built from PUBLIC_URL, never from the host."""
CSRF_TRUSTED_ORIGINS = [env.str("PUBLIC_URL").rstrip("/")]

DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {**env.db("DATABASE_URL").get("OPTIONS", {}), "connect_timeout": 5, "tcp_user_timeout": 10_000},
}

# ── Only over TLS ────────────────────────────────────────────────────────────
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

WEBHOOKS_NEED_PROOF = True

# ── Files ────────────────────────────────────────────────────────────────────
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

LOGGING = logging(json=True, level=env.str("LOG_LEVEL", default="INFO"))
