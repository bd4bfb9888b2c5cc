"""Lists taken along as files: written by a worker, safe to open, for one person, for a week."""

import csv
import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import gettext_lazy
from openpyxl import load_workbook

from contacts.actions.privacy import erase_person
from crm.actions.exports import (
    ask_for_export,
    call_off_export,
    exports_left_behind,
    remove_every_export,
    remove_old_exports,
    write_export,
)
from crm.exports import workbook
from crm.exports.cells import as_cell, as_cells
from crm.exports.registry import NotExportable
from crm.history import entries
from crm.models import Export
from tests.factories import RegistrationFactory, SegmentFactory, StakeholderFactory

State = Export.State


@pytest.fixture(autouse=True)
def files(settings, tmp_path: Path) -> Path:
    """Files of a test go nowhere else."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def people(db) -> list[Any]:
    """Three people, one with a name that would be a formula."""
    return [
        StakeholderFactory(first_name="Ana", last_name="Peña", zip="28205", email="ana@example.org"),
        StakeholderFactory(first_name="Bo", last_name="Lee", zip="02138"),
        StakeholderFactory(first_name="=cmd()", last_name="-Lee", name="=cmd() -Lee"),
    ]


def ask(by, question=None, key="people", format="csv") -> Export:
    return ask_for_export(key, question=question or {"list": ""}, format=format, by=by)


def written(by, *args, **kwargs) -> Export:
    """Asked for and written."""
    export = ask(by, *args, **kwargs)
    write_export(str(export.pk))
    export.refresh_from_db()
    return export


def rows(export: Export) -> list[dict[str, str]]:
    """What the file says, as a program reads it."""
    if export.format == "csv":
        with export.file.open("rb") as file:
            return list(csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"), newline="")))
    with export.file.open("rb") as file:
        heading, *cells = load_workbook(file).worksheets[0].values
    return [dict(zip(heading, [cell or "" for cell in row], strict=True)) for row in cells]


@pytest.fixture
def during_the_first_chunk(monkeypatch) -> Callable[[Callable[[], Any]], None]:
    """Have something happen as soon as the first row is written, for once."""

    def arrange(happen: Callable[[], Any]) -> None:
        waiting = [happen]

        def progress(job, done, *args, **facts):
            if done == 1 and waiting:
                waiting.pop()()

        monkeypatch.setattr("crm.actions.exports.CHUNK", 1)
        monkeypatch.setattr("crm.actions.exports.job_progress", progress)

    return arrange


class TestTheFile:
    @pytest.mark.parametrize("format", ["csv", "xlsx"])
    def test_it_holds_what_the_list_shows_and_no_formula(self, format, staff, people):
        export = written(staff, format=format)
        found = {row["Last name"]: row for row in rows(export)}
        assert (export.state, export.rows, export.size > 0) == (State.READY, 3, True)
        assert found["Peña"]["E-mail"] == "ana@example.org"
        assert found["Lee"]["Zip code"] == "02138"
        assert found["'-Lee"]["First name"] == "'=cmd()"

    def test_search_and_filters_of_the_list_count(self, staff, people):
        assert [row["First name"] for row in rows(written(staff, {"list": "q=peña"}))] == ["Ana"]
        assert [row["First name"] for row in rows(written(staff, {"list": "zip=021"}))] == ["Bo"]

    def test_people_chosen_by_hand(self, staff, people):
        assert [row["First name"] for row in rows(written(staff, {"ids": [people[1].pk, 0]}))] == ["Bo"]

    def test_a_segment(self, staff, people):
        rule = {"criterion": "zip", "op": "any_of", "value": ["28205"]}
        segment = SegmentFactory(definition=rule)
        export = written(staff, {"segment": segment.pk})
        assert [row["First name"] for row in rows(export)] == ["Ana"]
        assert export.name == f"Segment “{segment.name}” (1 row)"

    def test_registrations_of_an_event(self, staff):
        seat = RegistrationFactory()
        RegistrationFactory()
        found = rows(written(staff, {"list": f"event__id__exact={seat.event_id}"}, key="registrations"))
        assert [row["name"] for row in found] == [seat.stakeholder.name]

    def test_an_excel_sheet_that_is_full_says_so(self, staff, people, monkeypatch, files):
        monkeypatch.setattr(workbook, "MOST_ROWS", 2)
        export = written(staff, format="xlsx")
        assert (export.state, "Take the list as CSV" in export.job.message) == (State.FAILED, True)
        assert list(files.rglob("exports/*")) == []

    @pytest.mark.parametrize("text", ["=1", "+1 704 555 0100", "-", "@x", "'=1", "''@", "\t=1"])
    def test_taking_one_quote_away_gives_what_it_was(self, text):
        cell = as_cell(text)
        assert cell == "'" + text

    def test_a_row_is_guarded_as_its_cells_are_whatever_they_are(self):
        row = ["", None, "Ann", "'tis", "=1", "'=1", 7, -7, True, gettext_lazy("no")]
        assert as_cells(row) == [as_cell(cell) for cell in row]

    @pytest.mark.parametrize("text", ["Ann", "O'Hara", "'tis", "a=b", "", "' =1"])
    def test_ordinary_text_stays_as_it_is(self, text):
        assert as_cell(text) == text


class TestWhose:
    def test_it_opens_for_the_one_who_asked_and_nobody_else(self, staff, manager, people, client_of):
        export = written(staff)
        door = f"/exports/{export.pk}/file/"
        answer = client_of(staff).get(door)
        assert answer["Content-Disposition"].startswith('attachment; filename="people-')
        assert b"ana@example.org" in b"".join(answer.streaming_content)
        refused = client_of(manager).get(door, follow=True)
        assert (refused.status_code, refused.redirect_chain) == (200, [("/exports/", 302)])
        assert "opens for nobody but the person who asked for it" in refused.content.decode()
        assert "ana@example.org" not in refused.content.decode()

    def test_a_link_that_never_was_leads_nowhere(self, staff, client_of):
        assert client_of(staff).get(f"/exports/{uuid.uuid4()}/file/").status_code == 404

    def test_not_once_they_may_not_export_any_more(self, staff, people, client_of):
        export = written(staff)
        staff.groups.clear()
        assert client_of(staff).get(f"/exports/{export.pk}/file/").status_code == 403

    def test_not_after_its_time(self, staff, people, client_of):
        export = written(staff)
        Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        page = client_of(staff).get(f"/exports/{export.pk}/file/", follow=True).content.decode()
        assert "not here any more" in page

    @pytest.mark.parametrize("role", ["organizer", "partner", "analyst"])
    def test_others_cannot_ask(self, role, request, people, client_of):
        user = request.getfixturevalue(role)
        with pytest.raises(NotExportable):
            ask(user)
        assert client_of(user).get("/exports/ask/people/").status_code == 403
        assert client_of(user).get("/exports/").status_code == 403

    def test_who_lost_the_right_while_it_waited_gets_nothing(self, staff, people, files):
        export = ask(staff)
        staff.groups.clear()
        write_export(str(export.pk))
        export.refresh_from_db()
        assert export.state == State.FAILED
        assert list(files.rglob("exports/*")) == []


class TestOnTheWay:
    def test_progress_is_told(self, staff, people, monkeypatch):
        monkeypatch.setattr("crm.actions.exports.CHUNK", 1)
        export = written(staff)
        assert (export.job.state, export.job.total, export.job.done) == ("done", 3, 3)

    def test_it_can_be_called_off_while_it_is_written(self, staff, people, monkeypatch, files):
        export = ask(staff)
        monkeypatch.setattr("crm.actions.exports.CHUNK", 1)
        told = []

        def progress(job, done, *args, **facts):
            told.append(done)
            if done == 1:
                call_off_export(export, by=staff)

        monkeypatch.setattr("crm.actions.exports.job_progress", progress)
        write_export(str(export.pk))
        export.refresh_from_db()
        assert (export.state, export.job.state, max(told)) == (State.CANCELLED, "cancelled", 1)
        assert list(files.rglob("exports/*")) == []

    def test_what_changes_meanwhile_is_not_in_the_file(self, staff, people, during_the_first_chunk):
        def changed():
            people[1].delete()
            StakeholderFactory(first_name="Cy")
            people[2].contact_points.create(kind="email", value="new@example.org", normalized="new@example.org")

        during_the_first_chunk(changed)
        assert [(row["First name"], row["E-mail"]) for row in rows(written(staff))] == [
            ("Ana", "ana@example.org"),
            ("Bo", ""),
            ("'=cmd()", ""),
        ]

    def test_an_erasure_meanwhile_throws_the_file_away_and_a_new_one_is_written(
        self, staff, manager, people, files, during_the_first_chunk
    ):
        during_the_first_chunk(lambda: erase_person(people[0], by=manager))
        export = written(staff)
        assert (export.state, list(files.rglob("exports/*"))) == (State.WAITING, [])
        assert write_export(str(export.pk)).state == State.READY
        export.refresh_from_db()
        assert "ana@example.org" not in str(rows(export))

    def test_what_is_ready_cannot_be_called_off(self, staff, people):
        with pytest.raises(NotExportable):
            call_off_export(written(staff), by=staff)

    def test_a_worker_that_died_is_followed_by_another(self, staff, people):
        export = ask(staff)
        Export.objects.update(state=State.RUNNING, attempts=1)
        export.job.heartbeat_at = timezone.now()
        export.job.save()
        assert exports_left_behind() == []
        assert write_export(str(export.pk)) is None
        export.job.heartbeat_at -= timedelta(minutes=5)
        export.job.save()
        assert exports_left_behind() == [str(export.pk)]
        assert write_export(str(export.pk)).state == State.READY

    def test_the_first_rows_of_a_long_list_are_waited_for(self, staff, people):
        export = ask(staff)
        Export.objects.update(state=State.RUNNING, attempts=1)
        export.job.total, export.job.heartbeat_at = 1_000_000, timezone.now() - timedelta(minutes=5)
        export.job.save()
        assert write_export(str(export.pk)) is None
        export.job.done = 2_000
        export.job.save()
        assert write_export(str(export.pk)).state == State.READY

    def test_one_that_never_ends_is_given_up(self, staff, people):
        export = ask(staff)
        Export.objects.update(attempts=3)
        assert write_export(str(export.pk)) is None
        export.refresh_from_db()
        assert (export.state, export.job.state) == (State.FAILED, "failed")


class TestAfterwards:
    def test_old_files_are_removed_and_what_was_taken_stays_known(self, staff, people, files):
        export = written(staff, {"list": "q=peña"})
        assert len(list(files.rglob("exports/*"))) == 1
        assert remove_old_exports() == 0
        Export.objects.update(expires_at=timezone.now())
        assert remove_old_exports() == 1
        export.refresh_from_db()
        assert (export.state, export.rows, export.question, export.file.name) == (State.GONE, 1, {}, "")

    def test_the_file_itself_is_gone(self, staff, people, files, django_capture_on_commit_callbacks):
        written(staff)
        with django_capture_on_commit_callbacks(execute=True):
            remove_every_export()
        assert list(files.rglob("exports/*")) == []

    def test_an_erasure_removes_every_file_and_starts_those_at_work_anew(self, staff, people, manager):
        ready, other = written(staff), ask(staff)
        Export.objects.filter(pk=other.pk).update(state=State.RUNNING)
        erase_person(people[0], by=manager)
        ready.refresh_from_db()
        other.refresh_from_db()
        assert (ready.state, other.state) == (State.GONE, State.WAITING)

    def test_history_says_who_took_what_and_how_many_and_no_name(self, staff, people):
        written(staff, {"list": "q=peña"})
        changes = [(entry.who, change.sample) for entry in entries(kind="crm.export") for change in entry.changes]
        assert (str(staff), "People and organisations: a part found by search or filters (1 row)") in changes
        assert "peña" not in str(changes).lower()


class TestPages:
    def test_from_the_list_to_the_file(self, staff, people, client_of):
        client = client_of(staff)
        listed = client.get("/admin/contacts/stakeholder/?zip=28205").content.decode()
        assert "/exports/ask/people/?zip=28205" in listed
        asked = client.get("/exports/ask/people/?zip=28205").content.decode()
        assert "a part found by search or filters" in asked
        page = client.post("/exports/ask/people/?zip=28205", {"format": "csv"}, follow=True).content.decode()
        export = Export.objects.get()
        assert "This waits for its turn." in page
        write_export(str(export.pk))
        assert f"/exports/{export.pk}/file/" in client.get("/exports/").content.decode()

    def test_chosen_by_hand(self, staff, people, client_of):
        client = client_of(staff)
        ticked = {"action": "export_chosen", "_selected_action": [people[0].pk, people[1].pk]}
        asked = client.post("/admin/contacts/stakeholder/", ticked)
        assert "2 chosen by hand" in asked.content.decode()
        client.post("/exports/ask/people/", {"format": "xlsx", "question": asked.context["question"]})
        assert Export.objects.get().question == {"ids": [people[0].pk, people[1].pk]}

    def test_all_of_a_list_chosen(self, staff, people, client_of):
        ticked = {"action": "export_chosen", "_selected_action": [people[0].pk], "select_across": "1"}
        asked = client_of(staff).post("/admin/contacts/stakeholder/?zip=28205", ticked)
        assert asked.context["question"] == '{"list": "zip=28205"}'

    def test_from_a_segment(self, staff, client_of):
        segment = SegmentFactory(name="Neighbors")
        client = client_of(staff)
        answer = client.get(f"/admin/contacts/segment/{segment.pk}/export/", follow=True)
        assert "Segment “Neighbors”" in answer.content.decode()

    @pytest.mark.parametrize("question", ["[", "7", '{"ids": "x"}', '{"segment": "x"}', '{"ids": ["1"]}'])
    def test_nonsense_finds_nobody(self, question, staff, people, client_of):
        client_of(staff).post("/exports/ask/people/", {"format": "csv", "question": question})
        export = Export.objects.get()
        write_export(str(export.pk))
        export.refresh_from_db()
        assert export.rows == 0 if export.state == State.READY else export.state == State.FAILED

    def test_called_off_by_its_button(self, staff, people, client_of):
        export = ask(staff)
        page = client_of(staff).post(f"/exports/{export.pk}/call-off/", follow=True).content.decode()
        assert "This was called off." in page

    def test_managers_see_what_everybody_took_but_not_the_files(self, staff, manager, people, client_of):
        export = written(staff)
        page = client_of(manager).get("/exports/?all").content.decode()
        assert str(staff) in page
        assert f"/exports/{export.pk}/file/" not in page
        assert str(staff) not in client_of(staff).get("/exports/?all=1").content.decode().split("exports")[-1]
