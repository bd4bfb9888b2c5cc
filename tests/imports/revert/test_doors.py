"""Taking an import back: a worker that dies half-way, the command, and who is refused."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from contacts.actions import update_stakeholder
from contacts.imports.actions import State
from contacts.imports.asking import ask_for_revert
from contacts.imports.errors import NotReady
from contacts.imports.reverting import revert_import, steps, told_in_words
from contacts.models import ImportRun
from contacts.tasks import resume_imports, revert_saved_file
from crm.history import entries
from tests.imports.book import ANN, BO, HEAD, snapshot
from tests.imports.conftest import csv_of


class TestCrash:
    """A worker that dies half-way."""

    @pytest.fixture
    def run(self, commit, ann, monkeypatch):
        monkeypatch.setattr(steps, "CHUNK", 2)
        rows = [(f"p{n}@example.org", "Pat", f"No{n}", "", "28202", "", "Hope Fund", "", "") for n in range(7)]
        self.before = snapshot()
        return commit(csv_of(HEAD, ANN, *rows), topics=["newsletter"])

    @pytest.mark.parametrize("chunks", range(8))
    def test_another_one_goes_on_from_there(self, run, monkeypatch, chunks):
        real, done = steps.note_left, []

        def dies(run):
            if len(done) == chunks:
                raise KeyboardInterrupt
            done.append(run.reached)
            return real(run)

        monkeypatch.setattr(steps, "note_left", dies)
        try:
            revert_import(run)
        except KeyboardInterrupt:
            assert ImportRun.objects.get().state == State.REVERTING
        monkeypatch.setattr(steps, "note_left", real)
        again = revert_import(ImportRun.objects.get())
        assert again.state == State.REVERTED
        assert again.revert_report["done"]["removed"] == 7
        assert snapshot() == self.before

    @pytest.mark.django_db(transaction=True)
    def test_the_clock_rings_again_for_it(self, run, monkeypatch):
        rung: list[tuple] = []
        monkeypatch.setattr("contacts.tasks.ring", lambda name, pk: rung.append((name, pk)))
        steps.begin_revert(run, by=None)
        ImportRun.objects.update(asked_at="2026-01-01T00:00:00Z")
        resume_imports()
        assert rung == [(revert_saved_file.name, run.pk)]

    def test_a_second_time_changes_nothing(self, run):
        revert_import(run)
        report = run.revert_report
        assert revert_import(ImportRun.objects.get()).revert_report == report


class TestDoors:
    """The command, the worker, and who is refused."""

    def test_a_worker_takes_it_back_and_the_job_says_so(self, commit, ann, staff):
        run = commit(csv_of(HEAD, ANN), by=staff)
        ask_for_revert(run, by=staff)
        assert run.state == State.REVERTING
        revert_saved_file(run.pk)
        run.refresh_from_db()
        assert (run.state, run.job.state) == (State.REVERTED, "done")

    def test_what_was_not_saved_cannot_be_taken_back(self, check, ann, staff):
        run = check(csv_of(HEAD, ANN))
        with pytest.raises(NotReady, match="nothing to take back"):
            ask_for_revert(run, by=staff)

    def test_history_tells_who_took_it_back(self, commit, ann, staff):
        revert_import(commit(csv_of(HEAD, ANN)), by=staff)
        assert ("took back a partner's file", str(staff)) in {(entry.why, entry.who) for entry in entries()}

    def test_the_command_prints_the_report(self, commit, ann, staff):
        run = commit(csv_of(HEAD, ANN, BO))
        ann.refresh_from_db()
        update_stakeholder(ann, zip="28210", by=staff)
        out = StringIO()
        call_command("revert_import", str(run.pk), "--json", stdout=out)
        report = json.loads(out.getvalue())
        assert (report["run"], report["state"], report["done"]["removed"]) == (run.pk, "reverted", 1)
        assert report["left"] == {"field:zip": 1}
        assert report["rows"] == [{"line": 2, "message": "Stays as it is: the zip code was changed since."}]

    def test_the_command_tells_it_in_words(self, commit, ann):
        run = commit(csv_of(HEAD, ANN, BO))
        out = StringIO()
        call_command("revert_import", str(run.pk), stdout=out)
        assert "1 person left the book." in out.getvalue()
        assert told_in_words(ImportRun.objects.get()) == out.getvalue().splitlines()

    @pytest.mark.parametrize("number", ["checked", "999999"])
    def test_the_command_refuses_with_a_sentence(self, check, ann, number):
        run = check(csv_of(HEAD, ANN))
        with pytest.raises(CommandError) as refusal:
            call_command("revert_import", str(run.pk) if number == "checked" else number)
        assert refusal.value.returncode == 2
        assert str(refusal.value).endswith(".")
