"""Chromium from Debian's packages: a missing one skips a newcomer's tests and fails in CI."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.db import connections

HINT = "Chromium is not installed; on Debian: apt-get install chromium"
PATIENCE = 60_000
"""Milliseconds for a page to say what it should; only there to end a broken run."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def chromium() -> str:
    """Where Chromium is; without one the test is skipped, or failed where CI is set."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail(HINT)
    pytest.skip(HINT)


class SharedBrowser:
    """One Chromium for tests that follow each other; each is a visitor of its own, with its own cookies and storage."""

    def __init__(self) -> None:
        self._chromium: Any = None
        self._parts = ExitStack()

    @contextmanager
    def visitor(self, home: str) -> Iterator[Any]:
        """A tab of somebody who was never here; `errors` gathers what its console complains about."""
        self._open()
        context = self._chromium.new_context(base_url=home, viewport={"width": 1440, "height": 900})
        tab: Any = context.new_page()
        tab.set_default_timeout(PATIENCE)
        tab.errors = []
        tab.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.on("console", lambda said: "Content Security Policy" in said.text and tab.errors.append(said.text))
        yield tab
        context.close()

    def _open(self) -> None:
        if self._chromium is not None:
            return
        from playwright.sync_api import expect, sync_playwright

        expect.set_options(timeout=PATIENCE)
        program = chromium()
        connections.close_all()  # Playwright runs a loop in this thread, and Django keeps other connections for a loop
        with ExitStack() as parts:
            playwright = parts.enter_context(sync_playwright())
            parts.enter_context(pytest.MonkeyPatch.context()).setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
            parts.callback(connections.close_all)
            self._chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
            parts.callback(self._chromium.close)
            self._parts = parts.pop_all()

    def close(self) -> None:
        """Close it, if it is open, and everything Django opened while its loop ran."""
        self._chromium = None
        self._parts.close()
