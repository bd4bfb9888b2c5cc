"""What the journeys share: a busy machine is given time."""

import pytest

PATIENCE = 30_000
"""Milliseconds for a page to say what it should, with a worker and a browser on the same two cores."""


@pytest.fixture
def page(page):
    """The tab of a patient person."""
    from playwright.sync_api import expect

    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    return page
