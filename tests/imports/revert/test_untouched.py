"""Nobody did anything since: taken back, the book is as it was."""

from contacts.imports.actions import State
from contacts.imports.reverting import revert_import, steps
from tests.factories import OrganisationFactory
from tests.imports.book import ANN, BO, HEAD, snapshot
from tests.imports.conftest import counts, csv_of
from tests.imports.revert.report import left


def test_nobody_did_anything_since_and_the_book_is_as_it_was(commit, ann, staff):
    OrganisationFactory(name="Grace Church")
    before = snapshot()
    grace = ("", "", "", "", "28202", "", "Grace Church", "", "Faith")
    shelter = ("", "", "", "", "28203", "Donor", "Night Shelter", "", "Nonprofit")
    run = commit(csv_of(HEAD, ANN, BO, grace, shelter), topics=["newsletter", "events"])
    assert counts(run) == {"updated": 2, "created": 2}
    assert snapshot() != before
    revert_import(run, by=staff)
    assert snapshot() == before
    assert (run.state, run.reverted_by, left(run)) == (State.REVERTED, staff, {})
    assert run.revert_report["done"]["removed"] == 1
    assert not run.rows.exclude(stakeholder=None).filter(outcome="created").exists()


def test_history_says_who_took_it_back(commit, ann, staff, manager, client_of):
    run = commit(csv_of(HEAD, ANN, BO))
    revert_import(run, by=staff)
    revert_import(run, by=manager)
    page = client_of(manager).get("/history/?kind=contacts.importrun").content.decode()
    assert "took back a partner&#x27;s file" in page
    assert page.count("taken back: file from a partner") == 1
    assert "Staff" in page


def test_chunks_of_one_row_do_the_same(commit, ann, monkeypatch):
    monkeypatch.setattr(steps, "CHUNK", 1)
    before = snapshot()
    run = commit(csv_of(HEAD, ANN, BO), topics=["newsletter"])
    revert_import(run)
    assert snapshot() == before
