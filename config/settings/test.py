"""The tests: real PostgreSQL, real Valkey, real SMTP; fast password hashing."""

import os

from config.settings.local import *  # noqa: F403
from config.settings.local import EMAIL_URL

DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMBEDDED_CLUSTER = "test"
REDIS_DATABASE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
PUBLIC_URL = os.environ.get("TEST_PUBLIC_URL", "http://127.0.0.1:8000")
"""Where the tested site is; a worker process is told by the test that starts it."""
LOCAL_MAILBOX = False
if not EMAIL_URL:
    EMAIL_PORT = 1
    """Nobody listens there: a test that sends asks for the `mailbox` fixture."""
WHITENOISE_AUTOREFRESH = True
"""Look for a file when it is asked for: every test client would list them all otherwise."""
METRICS_TOKEN = "token-of-the-tests"
