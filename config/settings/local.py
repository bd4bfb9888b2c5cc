"""A laptop: `make run` and every `manage.py` command without other settings."""

from config.logs import logging
from config.settings.base import *  # noqa: F403
from config.settings.base import EMAIL_URL, MAIL_SERVERS, VAR, env
from config.stack import notes

DEBUG = env.bool("DEBUG", default=False)
"""Off by default, so that what one sees at home is what people will see."""
SECRET_KEY = env.str("SECRET_KEY", default="local-only-secret-of-a-laptop-never-used-in-production")
ALLOWED_HOSTS = ["*"]

# ── Styles and scripts straight from where they are written; nothing is collected ──
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# ── What `make run` wrote down: where the house is and which port its mailbox has ──
_note = notes.read(VAR)
PUBLIC_URL = env.str("PUBLIC_URL", default=_note.get("url") or "http://127.0.0.1:8000").rstrip("/")
LOCAL_MAILBOX = not (EMAIL_URL or MAIL_SERVERS)
"""Whether mails land in var/mailbox, where staff read them at /admin/mailbox/."""
if LOCAL_MAILBOX:
    EMAIL_PORT = _note.get("mail_port") or 8025

# ── The demo's people; `manage.py load_demo` makes them, `make run` prints them ──
DEMO_PASSWORD = "opportunity for all"
DEMO_SIGN_INS = {
    role: f"{role}@alliance.example.org" for role in ("manager", "staff", "organizer", "partner", "analyst")
}

# ── Errors are written to var/logs (make run) or the terminal, without personal data ──
LOGGING = logging(json=False, level=env.str("LOG_LEVEL", default="WARNING"))
