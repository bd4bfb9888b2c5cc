"""The tests: real PostgreSQL, real Valkey, real SMTP; fast password hashing."""

import os

from config.settings.local import *  # noqa: F403

DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMBEDDED_CLUSTER = "test"
REDIS_DATABASE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
