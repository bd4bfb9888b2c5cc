"""What the tests of keeping files share."""

from pathlib import Path

import pytest

from contacts.imports.keeping.over import forget_old_files
from tests.factories import ContactPointFactory, StakeholderFactory


@pytest.fixture
def files(uploads: Path):
    """The uploads that lie on the disk."""
    return lambda: [path for path in uploads.rglob("*") if path.is_file()]


@pytest.fixture
def two_anns(db):
    """Two people with one address in the book, whom a row “A. Lee” could mean."""
    found = [StakeholderFactory(first_name=name, last_name="Lee") for name in ("Ann", "Anya")]
    for person in found:
        ContactPointFactory(stakeholder=person, kind="email", value="ann@example.org")
    return found


@pytest.fixture
def forget(django_capture_on_commit_callbacks):
    """What the clock does, with what follows once it is committed."""

    def forgotten() -> int:
        with django_capture_on_commit_callbacks(execute=True):
            return forget_old_files()

    return forgotten
