"""The tests: real PostgreSQL, real Valkey, real SMTP; fast password hashing."""

from config.settings.local import *  # noqa: F403

DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
