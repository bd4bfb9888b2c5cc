"""What the tests of the door for files of partners share."""

from pathlib import Path

import pytest

from contacts.imports.models import Partner


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path: Path) -> None:
    """Uploads of a test go nowhere else."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def house(partner) -> Partner:
    """The partner's own organisation."""
    house = Partner.objects.create(name="Community House")
    house.members.add(partner)
    return house
