"""Chromium from Debian's packages: a missing one skips a newcomer's tests and fails in CI."""

import os
import shutil

import pytest

HINT = "Chromium is not installed; on Debian: apt-get install chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def chromium() -> str:
    """Where Chromium is; without one the test is skipped, or failed where CI is set."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail(HINT)
    pytest.skip(HINT)
