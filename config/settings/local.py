"""A laptop: `make run` and every `manage.py` command without other settings."""

from config.settings.base import *  # noqa: F403
from config.settings.base import env

DEBUG = env.bool("DEBUG", default=False)
"""Off by default, so that what one sees at home is what people will see."""
SECRET_KEY = env.str("SECRET_KEY", default="local-only-secret-of-a-laptop-never-used-in-production")
ALLOWED_HOSTS = ["*"]

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
