"""What the journeys share: Spanish texts are compiled, and a busy machine is given time."""

import pytest

from config.catalogues import compile_catalogues

PATIENCE = 30_000
"""Milliseconds for a page to say what it should, with a worker and a browser on the same two cores."""


@pytest.fixture(scope="session", autouse=True)
def spanish_is_compiled():
    """Pages and mails in Spanish need the compiled catalogue."""
    compile_catalogues()


@pytest.fixture
def page(page):
    """The tab of a patient person."""
    from playwright.sync_api import expect

    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    return page
