"""An erasure finds everything an import keeps of somebody: rows, words, stagings, and stored files of every kind."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django.core.files.base import ContentFile

from contacts.actions import erase_person
from contacts.imports.actions import check_import, commit_import, partner_named, receive_file
from contacts.imports.asking import ask_for_check, ask_for_commit
from contacts.imports.committing import chunks, saving
from contacts.imports.errors import FileGone, Unreadable
from contacts.imports.feeds.letters import tell_owner
from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.keeping.holding import may_hold, sought
from contacts.imports.mapping.choosing import map_import
from contacts.imports.models import ImportRow, ImportRun
from contacts.imports.reverting import revert_import
from contacts.imports.settling import settle_row
from contacts.imports.staging import drop_staging, staged_runs
from contacts.models import ContactPoint, Stakeholder
from crm.actions.exports import ask_for_export, write_export
from crm.actions.jobs import fail_job
from tests.factories import ContactPointFactory, StakeholderFactory
from tests.imports.conftest import csv_of
from tests.imports.workers import Worker, until
from tests.leftovers import files_that_hold, tables_that_hold

pytestmark = pytest.mark.django_db

NAME, EMAIL, PHONE = "Zoraida Quintanilla", "zoraida@example.org", "+17045550142"
WORDS = ("zoraida", "quintanilla", "7045550142", "555-0142")
HEAD = ("E-mail", "Full name", "Type", "Zip", "Phone", "Spouse", "Spouse E-mail")
HER_ROW = (EMAIL, NAME, NAME, "Quintanilla", "(704) 555-0142", NAME, "")
OTHERS = [(f"ann{at}@example.org", f"Ann{at} Lee", "", "28205", "", "", "") for at in range(9)]
LIST = csv_of(HEAD, *OTHERS, HER_ROW)


@pytest.fixture
def zoraida(db):
    """In the book, with an address and a number of her own."""
    person = StakeholderFactory(first_name="Zoraida", last_name="Quintanilla", email=EMAIL)
    ContactPointFactory(stakeholder=person, kind="phone", value=PHONE)
    return person


@pytest.fixture
def erase(manager, django_capture_on_commit_callbacks):
    """Erase somebody, with what follows once it is committed."""

    def erased(person: Stakeholder) -> dict[str, int]:
        with django_capture_on_commit_callbacks(execute=True):
            return erase_person(person, by=manager)

    return erased


def known_nowhere(folder: Path) -> bool:
    """Whether nothing in the house says who she was."""
    assert tables_that_hold(WORDS) == []
    assert files_that_hold(WORDS, folder) == []
    return True


def test_nothing_of_anybody_is_left_wherever_an_import_keeps_text(zoraida, receive, erase, staff, manager, uploads):
    saved = commit_import(receive(LIST, name="Zoraida Quintanilla.csv", by=staff))
    assert set(saved.mapping["heard"]) == set()
    checked = receive(csv_of(HEAD, *OTHERS, HER_ROW, ("zoraida at example", NAME, "", "", "", "", "")), by=staff)
    ask_for_check(checked, by=staff)
    check_import(checked)
    map_import(checked, columns={}, values={"types": {NAME: ""}, "tags": {}})
    check_import(checked)
    fail_job(checked.job, f"{EMAIL} is not read")
    vague(checked)
    feed = PartnerFeed.objects.create(partner=saved.partner, by=staff, stopped_because=f"Left out: {NAME}")
    feed.asks_about = checked
    feed.save()
    tell_owner(feed, checked)
    remembered = saved.partner
    remembered.mapping = {"columns": {}, "values": {"types": {NAME: "", "Activist": "activist"}}, "marks": {}}
    remembered.save()
    write_export(str(ask_for_export("people", question={"list": ""}, format="csv", by=manager).pk))

    tables = {table for table, _row in tables_that_hold(WORDS)}
    assert tables >= {
        "contacts_importrun", "contacts_importrow", "contacts_partner", "contacts_partnerfeed", "crm_job",
        "crm_outboxmail", "stage", "stage_email", "cell",
    }  # fmt: skip
    texts = [one["text"] for one in checked.warnings if one["code"].startswith("left_out_")]
    assert any(NAME in text for text in texts)
    assert any(NAME in word for kind in checked.mapping["heard"].values() for word, _rows, _target in kind)
    assert len(files_that_hold(WORDS, uploads)) == 3

    erase(zoraida)
    assert known_nowhere(uploads)
    saved.refresh_from_db()
    checked.refresh_from_db()
    assert (saved.state, sum(saved.counts.values()), saved.rows.count()) == ("committed", 10, 10)
    assert (checked.state, sum(checked.counts.values()), checked.rows.count()) == ("removed", 11, 0)
    remembered.refresh_from_db()
    assert remembered.mapping["values"] == {"types": {"Activist": "activist"}}


def vague(run: ImportRun) -> None:
    """A row of the run that could be her, and one that was kept because it would change her."""
    her = ContactPoint.objects.get(normalized=EMAIL).stakeholder_id
    ImportRow.objects.create(run=run, line=90, outcome="ambiguous", cells=["", NAME])
    ImportRow.objects.create(run=run, line=91, outcome="updated", data={"who": NAME, "id": her, "changes": []})


def received(content: bytes) -> ImportRun:
    return receive_file(ContentFile(content, name="list.csv"), partner=partner_named("Community House"))


def waits_unread() -> ImportRun:
    return received(LIST)


def was_checked_days_ago() -> ImportRun:
    run = check_import(received(LIST))
    drop_staging(run)
    return run


def was_refused() -> ImportRun:
    run = received(csv_of(("City", "Remark"), ("Charlotte", f"ask {EMAIL}")))
    with pytest.raises(Unreadable):
        check_import(run)
    return run


def has_a_question() -> ImportRun:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("Members")):
        for row in (HEAD, *OTHERS, HER_ROW):
            sheet.append(row)
    run = check_import(received(written(book)))
    assert run.state == "asking"
    return run


def was_taken_back() -> ImportRun:
    return revert_import(commit_import(received(LIST)))


def names_her_where_nobody_reads() -> ImportRun:
    return commit_import(received(csv_of(("E-mail", "Remark"), ("ann@example.org", f"cousin of {EMAIL}"))))


def written(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "kept",
    [
        waits_unread,
        was_checked_days_ago,
        was_refused,
        has_a_question,
        was_taken_back,
        names_her_where_nobody_reads,
    ],
)
def test_a_stored_file_is_found_however_far_it_came(kept, zoraida, erase, uploads):
    others = check_import(received(csv_of(HEAD, *OTHERS)))
    run = kept()
    path = Path(run.file.path)
    erase(zoraida)
    run.refresh_from_db()
    others.refresh_from_db()
    assert (run.file.name, run.file_gone_because, path.exists()) == ("", "erased", False)
    assert (others.state, Path(others.file.path).exists()) == ("checked", True)
    assert known_nowhere(uploads)


def test_a_later_check_says_why_the_file_is_gone(zoraida, erase):
    run = received(LIST)
    erase(zoraida)
    with pytest.raises(FileGone, match="asked to be forgotten"):
        check_import(run)


def test_rows_of_others_keep_their_words(zoraida, erase, commit):
    mariana = ("mariana@example.org, nobody", "Mariana", "", "", "", "", "")
    StakeholderFactory(first_name="Ana", email="ana@example.org")
    run = commit(csv_of(HEAD, HER_ROW, mariana, ("nowhere", "Bo Lee", "", "", "", "", "")))
    erase(zoraida)
    erase(Stakeholder.objects.get(first_name="Ana"))
    cells = dict(run.rows.filter(outcome="rejected").values_list("line", "cells"))
    assert [row[1] for row in cells.values()] == ["Mariana", "Bo Lee"]


def test_somebody_without_an_address_is_found_by_all_words_of_their_name(erase):
    nora = StakeholderFactory(first_name="Nora", last_name="Zapata", email="")
    nora.contact_points.all().delete()
    named, half = (
        received(csv_of(HEAD, ("", "Zapata, NORA", *[""] * 5))),
        received(csv_of(HEAD, ("", "Nora", *[""] * 5))),
    )
    erase(nora)
    for run, there in ((named, False), (half, True)):
        run.refresh_from_db()
        assert bool(run.file) is there


def test_a_shared_address_is_no_reason_to_remove_the_file_of_the_other(erase):
    lee, kim = (StakeholderFactory(first_name=name, email="home@example.org") for name in ("Lee", "Kim"))
    run = received(csv_of(("E-mail", "First name"), (kim.contact_points.get().value, "Kim")))
    erase(lee)
    run.refresh_from_db()
    assert run.file


HERS = sought([EMAIL], [PHONE], NAME)


def packed(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def second_sheet() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["E-mail"])
    book.create_sheet("Archive").append([EMAIL])
    return written(book)


def a_note() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "E-mail"
    book.active["A1"].comment = openpyxl.comments.Comment(f"ask {EMAIL}", "Ann")
    return written(book)


@pytest.mark.parametrize(
    "content",
    [
        f"E-mail\n{EMAIL}\n".encode(),
        b"E-mail\nZORAIDA@Example.ORG",
        f"E-mail\n{EMAIL}\n".encode("utf-16"),
        f"E-mail\n{EMAIL}\n".encode("utf-16-be"),
        b"Phone\n704.555.0142\n",
        "Phone\n(704) 555 - 0142\n".encode("utf-16"),
        b"x" * ((1 << 20) - 7) + b" " + EMAIL.encode() + b" " + b"x" * (1 << 20),
        packed(list=f"E-mail\n{EMAIL}\n".encode()),
        packed(**{"zoraida@example.org": b"x"}),
        second_sheet(),
        a_note(),
        packed(inner=packed(list=b"E-mail")),
        b"%PDF-1.7 \x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        packed(list=b"E-mail\n" * 900)[:-90],
    ],
    ids=[  # of their own: a packed file holds the moment it was packed at, and processes must collect the same names
        "utf-8", "capitals", "utf-16", "utf-16-be", "phone", "phone in utf-16", "far inside", "packed",
        "name of a part", "second sheet", "note", "packed twice", "pdf", "old office", "cut off",
    ],
)  # fmt: skip
def test_it_is_found_in_whatever_it_is_written_and_what_is_closed_may_hold_it(content, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert may_hold(path, HERS)


@pytest.mark.parametrize(
    "content",
    [
        b"E-mail\nmzoraida@example.org\nx.zoraida@example.org\nzoraida@example.org.mx\n",
        b"E-mail\nx-zoraida@example.org\n".decode().encode("utf-16"),
        b"Phone\n17045550143\n",
        b"Zoraida Quintanilla, another one",
        packed(list=b"E-mail\nann@example.org\n"),
        b"",
    ],
)
def test_others_are_not_taken_for_them(content, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert not may_hold(path, HERS)
    assert not may_hold(tmp_path / "gone", HERS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.fault
class TestWhileAWorkerIsOnTheFile:
    """An erasure does not wait for it, and nothing of them comes back with what it does."""

    def test_a_check_that_is_under_way_leaves_nothing(self, zoraida, manager, receive, uploads, tmp_path, monkeypatch):
        from contacts.imports import actions

        run = receive(LIST)
        ready, go_on = tmp_path / "ready", tmp_path / "go-on"
        check_file = actions.check_file

        def slowly(run: ImportRun, told) -> None:
            check_file(run, told)
            ready.touch()
            until(go_on.exists)

        monkeypatch.setattr(actions, "check_file", slowly)
        worker = Worker(run, check_import)
        until(ready.exists)
        erase_person(zoraida, by=manager)
        go_on.touch()
        assert worker.wait() == 1
        run.refresh_from_db()
        assert (run.state, run.file_gone_because, staged_runs()) == ("removed", "erased", [])
        assert known_nowhere(uploads)

    def test_a_save_that_has_not_begun_ends_and_says_why(self, zoraida, manager, staff, check, uploads):
        run = check(LIST)
        ask_for_commit(run, by=staff)
        erase_person(zoraida, by=manager)
        assert Worker(run, commit_import).wait() == 1
        run.refresh_from_db()
        assert run.state == "removed"
        assert not Stakeholder.objects.filter(first_name__startswith="Ann").exists()
        assert known_nowhere(uploads)


@pytest.mark.django_db(transaction=True)
@pytest.mark.fault
def test_a_save_that_is_half_way_ends_and_what_is_saved_stays(
    zoraida, manager, receive, uploads, tmp_path, monkeypatch
):
    many = [(f"ann{at}@example.org", f"Ann{at} Lee", "", "28205", "", "", "") for at in range(200)]
    run = check_import(receive(csv_of(HEAD, *many, HER_ROW)))
    go_on, begun = tmp_path / "go-on", saving.next_chunk

    def waits(run: ImportRun, *, after: int) -> tuple[int | None, int]:
        until(lambda: not run.marks or go_on.exists())
        return begun(run, after=after)

    monkeypatch.setattr(chunks, "CHUNK_ROWS", 20)
    monkeypatch.setattr(saving, "next_chunk", waits)
    worker = Worker(run, commit_import)
    until(lambda: ImportRun.objects.get(pk=run.pk).reached)
    erase_person(zoraida, by=manager)
    go_on.touch()
    assert worker.wait() == 1
    run.refresh_from_db()
    assert (run.state, run.file.name, staged_runs()) == ("failed", "", [])
    assert "asked to be forgotten" in run.refusal
    assert 0 < Stakeholder.objects.filter(first_name__startswith="Ann").count() < 200
    assert known_nowhere(uploads)
    assert revert_import(run).state == "reverted"
    assert not Stakeholder.objects.exists()


def test_what_was_said_about_their_rows_goes_too(zoraida, erase, check, staff):
    other = StakeholderFactory(first_name="Zora", last_name="Quintanilla")
    ContactPointFactory(stakeholder=other, kind="email", value="zq@example.org")
    ContactPointFactory(stakeholder=zoraida, kind="email", value="zq@example.org")
    run = check(csv_of(("E-mail", "First name", "Last name"), ("zq@example.org", "Z.", "Quintanilla"), (EMAIL, "", "")))
    assert run.counts["ambiguous"] == 1
    settle_row(run, 2, choice="person", stakeholder=zoraida, by=staff)
    erase(zoraida)
    assert not run.decisions.exists()
