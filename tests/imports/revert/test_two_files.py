"""Two files, of which one is taken back."""

import pytest

from contacts.actions import add_contact_point, update_stakeholder
from contacts.imports.reverting import revert_import
from contacts.models import CustomField
from tests.imports.book import snapshot
from tests.imports.conftest import csv_of
from tests.imports.revert.report import left


class TestTwoFiles:
    """One writes over what the other wrote; in which order they are taken back makes no difference."""

    HEAD = ("E-mail", "Name", "Zip", "Street", "Ward")

    @pytest.fixture
    def files(self, commit, ann):
        CustomField.objects.create(slug="ward", name_en="Ward")
        add_contact_point(ann, "postal", "9 Ash St, Charlotte")
        self.before = snapshot()
        rows = (
            ("ann@example.org", "Ann Lee", "28202", "1 Oak St", "1"),
            ("ann@example.org", "Ann Lee", "28203", "2 Oak St", "2"),
        )
        names = ("Community House", "Food Bank")
        return [
            commit(csv_of(self.HEAD, row), partner=name, matches="update")
            for row, name in zip(rows, names, strict=True)
        ]

    def test_the_later_one_first(self, files):
        for run in reversed(files):
            revert_import(run)
        assert snapshot() == self.before

    def test_the_first_one_first(self, files, ann):
        revert_import(files[0])
        ann.refresh_from_db()
        assert (ann.zip, ann.custom) == ("28203", {"ward": "2"})
        assert left(files[0]) == {"field:zip": 1, "custom:ward": 1}
        revert_import(files[1])
        assert snapshot() == self.before

    def test_what_somebody_wrote_between_them_is_what_stays(self, commit, ann, staff):
        first = commit(csv_of(self.HEAD[:3], ("ann@example.org", "Ann Lee", "28202")), matches="update")
        ann.refresh_from_db()
        update_stakeholder(ann, zip="28299", by=staff)
        second = commit(csv_of(self.HEAD[:3], ("ann@example.org", "Ann Lee", "28203")), matches="update", partner="B")
        for run in (first, second):
            revert_import(run)
        ann.refresh_from_db()
        assert ann.zip == "28299"
