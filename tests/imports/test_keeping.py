"""How long files of partners are kept, what goes with them, and what is left."""

import json
import os
import signal
import time
import zipfile
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from contacts.imports.actions import check_import, commit_import
from contacts.imports.asking import ask_for_check, ask_for_commit
from contacts.imports.errors import FileGone, NotReady
from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.keeping.over import forget_old_files
from contacts.imports.keeping.periods import kept_until
from contacts.imports.keeping.strays import remove_strays
from contacts.imports.models import ImportRun, Partner
from contacts.imports.reading.packed import Unpacked
from contacts.imports.rejected import rejected_csv
from contacts.imports.rest import receive_rest
from contacts.imports.reverting import revert_import
from contacts.imports.settling import settle_row
from contacts.imports.staging import staged_runs
from contacts.models import Stakeholder
from contacts.tasks import forget_old_files as forget_task
from crm.actions.exports import remove_old_exports
from tests.factories import ContactPointFactory, StakeholderFactory
from tests.imports.conftest import csv_of
from tests.imports.workers import Worker, until

pytestmark = pytest.mark.django_db

HEAD = ("E-mail", "First name", "Last name", "Type", "Zip")
FILE = csv_of(
    HEAD, ("zoraida@example.org", "Zoraida", "Quintanilla", "Weaver of Zacatecas", "28205"),
    ("zoraida at example", "Zoraida", "Quintanilla", "", ""), ("ann@example.org", "A.", "Lee", "", ""),
)  # fmt: skip
WORDS = ("zoraida", "quintanilla", "zacatecas")
UNSAVED, SAVED = timedelta(days=30), timedelta(days=180)


def later(run: ImportRun, days: timedelta) -> None:
    """Let so much time go by since anything was said about the run."""
    times = ("created_at", "asked_at", "committed_at", "reverted_at")
    run.refresh_from_db()
    ImportRun.objects.filter(pk=run.pk).update(
        **{name: getattr(run, name) - days for name in times if getattr(run, name)}
    )
    for decision in run.decisions.all():
        type(decision).objects.filter(pk=decision.pk).update(at=decision.at - days)
    run.refresh_from_db()


def kept_words(*tables: str) -> list[str]:
    """Tables that still hold words of the file."""
    found = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT row::text FROM {table} AS row")  # noqa: S608 — names of tables
            if any(word in text.lower() for (text,) in cursor.fetchall() for word in WORDS):
                found.append(table)
    return found


OF_A_RUN = ("contacts_importrun", "contacts_importrow", "contacts_importdecision", "crm_job", "contacts_partnerfeed")


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


class TestStrays:
    def test_what_a_killed_worker_left_of_an_export_goes_after_a_day(self, db, uploads):
        left, young = uploads / "exports" / "left", uploads / "exports" / "young"
        left.parent.mkdir(parents=True)
        for path in (left, young):
            path.write_bytes(FILE)
        os.utime(left, (time.time() - 90_000,) * 2)
        remove_old_exports()
        assert [path.name for path in left.parent.iterdir()] == ["young"]

    def test_an_upload_without_a_run_goes_after_a_day(self, check, uploads):
        run = check(FILE)
        fresh, old = uploads / "imports" / "fresh", uploads / "imports" / "old"
        for path in (fresh, old):
            path.write_bytes(FILE)
        for path in (old, Path(run.file.path)):
            os.utime(path, (time.time() - 90_000,) * 2)
        assert remove_strays() == 1
        assert not old.exists()
        assert fresh.exists()
        assert Path(run.file.path).exists()

    def test_there_may_be_no_folder_yet(self, uploads):
        assert remove_strays() == 0


@pytest.mark.fault
def test_the_unpacked_list_of_a_killed_process_goes_and_one_that_is_read_stays(uploads, tmp_path):
    packed = tmp_path / "list.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("people.csv", FILE)
    ready = tmp_path / "ready"
    pid = os.fork()
    if not pid:
        left = Unpacked(packed)
        ready.write_text(left.path.name)
        time.sleep(60)
        os._exit(0)
    until(lambda: ready.exists() and ready.read_text())
    left, read = uploads / "unpacked" / ready.read_text(), Unpacked(packed)
    for path in (left, read.path):
        os.utime(path, (time.time() - 120,) * 2)
    assert remove_strays() == 0
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert remove_strays() == 1
    assert not left.exists()
    assert read.path.read_bytes() == FILE
    path = read.path
    del read
    assert not path.exists()


class TestPage:
    def test_whoever_sends_a_file_hears_how_long_it_is_kept(self, partner, client_of, settings):
        Partner.objects.create(name="Community House").members.add(partner)
        settings.IMPORT_UNSAVED_DAYS, settings.IMPORT_SAVED_DAYS = 14, 90
        page = client_of(partner).get(reverse("admin:contacts_importrun_add")).content.decode()
        assert "kept for 14 days if it is not saved and for 90 days once it is" in page

    def page(self, client, run) -> str:
        return client.get(reverse("admin:contacts_importrun_change", args=[run.pk])).content.decode()

    def test_it_says_until_when_the_file_is_kept(self, check, staff, client_of):
        run = check(FILE)
        day = timezone.localtime(run.asked_at + UNSAVED)
        assert f"The file is kept until {day:%b}" in self.page(client_of(staff), run).replace("Sept.", "Sep")
        assert str(day.day) in self.page(client_of(staff), run)

    def test_it_says_that_the_file_was_removed_and_keeps_its_figures(self, check, staff, client_of, forget):
        run = check(FILE)
        later(run, UNSAVED)
        forget()
        page = self.page(client_of(staff), run)
        assert "because nobody saved it within 30 days" in page
        assert "rows, nothing was saved" in page
        assert "Save this file" not in page
        assert "outcome=" not in page
        listed = client_of(staff).get(reverse("admin:contacts_importrun_changelist")).content.decode()
        assert "removed" in listed

    def test_a_saved_one_says_what_is_gone_and_what_is_not(self, commit, staff, client_of, two_anns, forget):
        run = commit(FILE)
        client = client_of(staff)
        later(run, SAVED)
        forget()
        page = self.page(client, run)
        assert "because its time was over" in page
        assert "Take it back" in page
        assert "rejected.csv" not in page
        assert "Say who is who" not in page
        answer = client.get(reverse("admin:contacts_importrun_rejected", args=[run.pk]), follow=True)
        assert "because its time was over" in answer.content.decode()
        queue = client.get(reverse("admin:contacts_importrun_queue", args=[run.pk]))
        assert queue.status_code == 302

    def test_the_same_file_again_is_not_announced_once_the_first_is_gone(self, check, staff, client_of, forget):
        run = check(FILE)
        asked = reverse("admin:contacts_importrun_known"), {"sha256": run.sha256}
        assert "came before" in client_of(staff).get(*asked).content.decode()
        later(run, UNSAVED)
        forget()
        assert "came before" not in client_of(staff).get(*asked).content.decode()
        assert "was sent before" not in self.page(client_of(staff), check(FILE))

    def test_a_partner_hears_it_too(self, check, partner, client_of, forget):
        run = check(FILE)
        Partner.objects.get().members.add(partner)
        later(run, UNSAVED)
        forget()
        assert "because nobody saved it within 30 days" in self.page(client_of(partner), run)
        mine = client_of(partner).get(reverse("admin:contacts_importrun_changelist")).content.decode()
        assert "Was removed" in mine
        assert "rejected.csv" not in mine


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


class TestPrograms:
    def told(self, client, run) -> dict:
        return client.get(f"/api/v1/imports/{run.pk}/").json()

    def test_they_hear_why_a_file_is_gone(self, check, staff, client_of, forget):
        run = check(FILE)
        client = client_of(staff)
        assert (self.told(client, run)["file_gone_at"], self.told(client, run)["file_gone_because"]) == (None, "")
        later(run, UNSAVED)
        forget()
        told = self.told(client, run)
        assert (told["state"], told["file_gone_because"], told["counts"]) == ("removed", "over", run.counts)
        assert "nobody saved it within 30 days" in told["refusal"]
        assert client.post(f"/api/v1/imports/{run.pk}/commit/", {}, "application/json").status_code == 409

    def test_the_words_of_a_saved_one_are_refused_and_it_can_be_taken_back(self, commit, staff, client_of, forget):
        run = commit(FILE)
        later(run, SAVED)
        forget()
        client = client_of(staff)
        assert client.get(f"/api/v1/imports/{run.pk}/rejected.csv/").status_code == 409
        assert client.post(f"/api/v1/imports/{run.pk}/revert/", {}, "application/json").status_code == 202
