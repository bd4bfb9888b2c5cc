"""A laptop: `make run` and every `manage.py` command without other settings."""

from config.settings.base import *  # noqa: F403
from config.settings.base import env

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="local-only-secret-of-a-laptop-never-used-in-production")
ALLOWED_HOSTS = ["*"]
