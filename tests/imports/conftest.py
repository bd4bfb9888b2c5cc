"""Files as partners send them, and the short way to import one."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from contacts.actions import tag_stakeholders
from contacts.imports.actions import check_import, commit_import, partner_named, receive_file, topics_named
from contacts.imports.models import ImportRun
from contacts.imports.policy import Policy
from tests.factories import StakeholderFactory


def csv_of(*rows: list[str] | tuple[str, ...], delimiter: str = ",") -> bytes:
    """Rows as a CSV file in UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path: Path) -> Path:
    """Uploads of a test go nowhere else."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def receive(db: None) -> Callable[..., ImportRun]:
    """Keep a file: `receive(content, partner=…, topics=[slugs], name=…, matches="update", tags=["2026"] …)`."""

    def received(content: bytes, partner: str = "Community House", topics=(), name: str = "list.csv", by=None, **terms):
        return receive_file(
            ContentFile(content, name=name),
            partner=partner_named(partner),
            topics=topics_named(topics),
            policy=Policy(**terms),
            by=by,
        )

    return received


@pytest.fixture
def check(receive) -> Callable[..., ImportRun]:
    """Receive and check a file; nothing is written."""
    return lambda content, **facts: check_import(receive(content, **facts))


@pytest.fixture
def commit(receive) -> Callable[..., ImportRun]:
    """Receive and save a file."""
    return lambda content, **facts: commit_import(receive(content, **facts))


def counts(run: ImportRun) -> dict[str, int]:
    """The outcomes of a run that are not nought."""
    return {name: count for name, count in run.counts.items() if count}


@pytest.fixture
def table_of(tmp_path: Path) -> Callable:
    """Write bytes to a file and open it as a table."""
    from contacts.imports.mapping import is_known
    from contacts.imports.reading import open_table

    def opened(content: bytes, name: str = "list.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return open_table(path, is_known)

    return opened


@pytest.fixture
def saved(commit) -> Callable:
    """A saved file whose people were asked about the newsletter; no row of it may be rejected."""

    def save(content: bytes, **facts):
        run = commit(content, topics=["newsletter"], **facts)
        assert run.counts["rejected"] == run.counts["ambiguous"] == 0, list(run.rows.values("line", "message"))
        return run

    return save


@pytest.fixture
def ann(db):
    """Known by her first name, her address and a tag."""
    person = StakeholderFactory(first_name="Ann", last_name="", name="Ann", email="ann@example.org")
    tag_stakeholders([person.pk], ["Host"])
    return person
