"""How long files of partners are kept, what goes with them, and what is left."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from contacts.imports.actions import check_import, commit_import
from contacts.imports.asking import ask_for_check, ask_for_commit
from contacts.imports.errors import FileGone, NotReady
from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.keeping.over import forget_old_files
from contacts.imports.keeping.periods import kept_until
from contacts.imports.models import ImportRun
from contacts.imports.rejected import rejected_csv
from contacts.imports.rest import receive_rest
from contacts.imports.reverting import revert_import
from contacts.imports.settling import settle_row
from contacts.imports.staging import staged_runs
from contacts.models import Stakeholder
from contacts.tasks import forget_old_files as forget_task
from tests.factories import StakeholderFactory
from tests.imports.conftest import csv_of
from tests.imports.keeping.runs import FILE, OF_A_RUN, SAVED, UNSAVED, kept_words, later
from tests.imports.workers import Worker, until

pytestmark = pytest.mark.django_db


class TestNeverSaved:
    def test_it_stays_for_thirty_days_after_the_last_word(self, check, files, forget):
        run = check(FILE)
        later(run, UNSAVED - timedelta(hours=1))
        assert (forget(), len(files())) == (0, 1)
        check_import(run)
        later(run, timedelta(days=29))
        assert (forget(), len(files())) == (0, 1)

    def test_then_everything_that_was_read_goes_and_the_figures_stay(self, check, files, two_anns, forget):
        run = check(FILE)
        assert set(kept_words(*OF_A_RUN)) == {"contacts_importrun", "contacts_importrow"}
        figures = run.counts
        later(run, UNSAVED)
        assert forget() == 1
        run.refresh_from_db()
        assert (run.state, run.counts, run.original_name) == ("removed", figures, "list.csv")
        assert kept_words(*OF_A_RUN) == []
        assert (staged_runs(), files()) == ([], [])
        assert forget() == 0

    def test_only_those_whose_time_is_over_go(self, check, files, forget):
        old, young = check(FILE), check(FILE)
        later(old, UNSAVED)
        forget()
        young.refresh_from_db()
        assert (young.state, staged_runs()) == ("checked", [young.pk])
        assert [str(path.name) for path in files()] == [Path(young.file.name).name]

    @pytest.mark.parametrize("content", [b"%PDF-1.7 nothing", csv_of(("City",), ("Zacatecas",))])
    def test_a_file_that_was_refused_goes_too(self, receive, content, forget):
        run = receive(content)
        with pytest.raises(Exception, match=r"PDF|No column"):
            check_import(run)
        later(run, UNSAVED)
        assert forget() == 1

    def test_what_a_person_answered_counts_as_a_word(self, check, two_anns, staff, forget):
        run = check(FILE)
        later(run, UNSAVED)
        settle_row(run, 4, choice="person", stakeholder=two_anns[0], by=staff)
        assert forget() == 0

    def test_the_setting_says_how_long(self, check, settings, forget):
        run = check(FILE)
        settings.IMPORT_UNSAVED_DAYS = 3
        later(run, timedelta(days=4))
        assert forget() == 1

    def test_a_feed_whose_file_waited_reads_on(self, check, forget):
        run = check(FILE)
        feed = PartnerFeed.objects.create(
            partner=run.partner, asks_about=run, stopped_because="Zoraida", next_at=timezone.now()
        )
        ImportRun.objects.filter(pk=run.pk).update(feed=feed)
        assert not PartnerFeed.objects.due(timezone.now()).exists()
        later(run, UNSAVED)
        forget()
        feed.refresh_from_db()
        assert (feed.asks_about, feed.stopped_because) == (None, "")
        assert PartnerFeed.objects.due(timezone.now()).exists()

    def test_nobody_can_go_on_with_it(self, check, staff, forget):
        run = check(FILE)
        later(run, UNSAVED)
        forget()
        for verb in (ask_for_check, ask_for_commit):
            with pytest.raises(NotReady):
                verb(run, by=staff)
        for verb, error in ((check_import, FileGone), (commit_import, NotReady)):
            with pytest.raises(error, match="nobody saved it within 30 days"):
                verb(run)
        run.refresh_from_db()
        assert run.state == "removed"


class TestSaved:
    def test_it_stays_for_half_a_year(self, commit, files, forget):
        run = commit(FILE)
        later(run, SAVED - timedelta(hours=1))
        assert (forget(), len(files())) == (0, 1)

    def test_then_the_file_and_the_words_of_rows_that_were_left_out_go(self, commit, files, two_anns, forget):
        run = commit(FILE)
        assert run.counts["rejected"] == run.counts["ambiguous"] == 1
        figures = run.counts
        later(run, SAVED)
        assert forget() == 1
        run.refresh_from_db()
        assert (run.state, run.counts, files()) == ("committed", figures, [])
        assert kept_words(*OF_A_RUN) == []
        assert list(run.rows.order_by("line").values_list("outcome", "cells", "message")) == [
            ("created", [], ""), ("rejected", [], ""), ("ambiguous", [], ""),
        ]  # fmt: skip
        assert forget() == 0

    def test_it_can_still_be_taken_back(self, commit, forget):
        known = StakeholderFactory(first_name="Zoraida", last_name="Quintanilla", zip="", email="zoraida@example.org")
        bo = ("bo@example.org", "Bo", "Lee", "", "28202")
        run = commit(FILE + csv_of(bo))
        known.refresh_from_db()
        assert (known.zip, Stakeholder.objects.filter(first_name="Bo").count()) == ("28205", 1)
        later(run, SAVED)
        forget()
        revert_import(run)
        known.refresh_from_db()
        assert (known.zip, Stakeholder.objects.filter(first_name="Bo").count()) == ("", 0)

    def test_its_rows_can_neither_be_downloaded_nor_settled_nor_sent_again(self, commit, two_anns, staff, forget):
        run = commit(FILE)
        later(run, SAVED)
        forget()
        run.refresh_from_db()
        with pytest.raises(NotReady, match="its time was over"):
            rejected_csv(run)
        with pytest.raises(NotReady):
            receive_rest(run, by=staff)
        with pytest.raises(NotReady, match="its time was over"):
            settle_row(run, 4, choice="person", stakeholder=two_anns[0], by=staff)

    def test_one_that_was_taken_back_goes_after_thirty_days(self, commit, files, forget):
        run = commit(FILE)
        revert_import(run)
        later(run, UNSAVED)
        assert forget() == 1
        run.refresh_from_db()
        assert (run.state, run.rows.count(), files()) == ("reverted", 3, [])


class TestUnderAWorker:
    @pytest.mark.parametrize("state", ["checking", "committing"])
    def test_one_that_waits_for_a_worker_stays(self, check, state, forget):
        run = check(FILE)
        later(run, UNSAVED)
        ImportRun.objects.filter(pk=run.pk).update(state=state)
        assert forget() == 0
        assert kept_until(ImportRun.objects.get(pk=run.pk)) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.fault
def test_one_that_a_worker_is_on_stays(check, files, tmp_path):
    run = check(FILE)
    later(run, UNSAVED)
    ready, go_on = tmp_path / "ready", tmp_path / "go-on"

    def hold(of: ImportRun) -> None:
        from contacts.imports.locks import only_worker_on

        with only_worker_on(of):
            ready.touch()
            until(go_on.exists)

    worker = Worker(run, hold)
    until(ready.exists)
    assert (forget_old_files(), len(files())) == (0, 1)
    run.refresh_from_db()
    assert (run.state, staged_runs()) == ("checked", [run.pk])
    go_on.touch()
    assert worker.wait() == 0
    assert (forget_old_files(), files()) == (1, [])


def test_the_clock_and_the_command_do_the_same(check, files, django_capture_on_commit_callbacks):
    first, second = check(FILE), check(FILE)
    later(first, UNSAVED)
    with django_capture_on_commit_callbacks(execute=True):
        forget_task()
    first.refresh_from_db()
    assert first.state == "removed"
    later(second, UNSAVED)
    answer = StringIO()
    with django_capture_on_commit_callbacks(execute=True):
        call_command("forget_old_files", "--json", stdout=answer)
    assert (json.loads(answer.getvalue()), files()) == ({"files": 1, "strays": 0}, [])
