"""A Maildir to read, and a return address."""

from pathlib import Path

import pytest

from campaigns.bounces.places.folders import make_maildir


@pytest.fixture(autouse=True)
def _return_path(settings):
    settings.RETURN_PATH = "bounces@example.org"


@pytest.fixture
def maildir(tmp_path: Path, settings) -> Path:
    """A Maildir that `BOUNCES_URL` names."""
    make_maildir(tmp_path / "bounces")
    settings.BOUNCES_URL = f"maildir://{tmp_path / 'bounces'}"
    return tmp_path / "bounces"
