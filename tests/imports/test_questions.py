"""Where a file leaves open how it is meant, a person is asked with a preview, and the answer is obeyed."""

import json
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from contacts.imports.actions import check_import, commit_import, partner_named
from contacts.imports.errors import BadAnswer, NotReady, Unreadable
from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.models import ImportRun
from contacts.imports.questions import answer_import, questions_of
from contacts.models import Stakeholder
from tests.imports.test_bad_files import workbook

State = ImportRun.State
HEAD = "E-mail,First name,Last name\r\n"
OLD_MAC = (HEAD + "ann@example.org,Ana,Núñez\r\nbo@example.org,José,Peña\r\n").encode("mac-roman")
ROWS = [["E-mail", "First name", "Last name"], ["ann@example.org", "Ann", "Lee"], ["bo@example.org", "Bo", "Lee"]]
OTHERS = [["E-mail", "First name", "Last name"], ["cy@example.org", "Cy", "King"]]
TWO_SHEETS = workbook(ROWS, name="Members", before=[("Guests", OTHERS)])


def names() -> list[str]:
    return sorted(Stakeholder.objects.values_list("name", flat=True))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Núñez", "utf-8"),
        ("Núñez", "utf-8-sig"),
        ("Núñez", "utf-16"),
        ("Núñez", "utf-16-le"),
        ("Núñez", "cp1252"),
        ("NÚÑEZ", "cp1252"),
        ("O’Neil – “Peña”", "cp1252"),
        ("Núñez", "latin-1"),
        ("Lee", "ascii"),
    ],
)
def test_nobody_is_asked_when_the_letters_are_clear(check, text, encoding):
    run = check((HEAD + f"ann@example.org,Ana,{text}\r\n").encode(encoding))
    assert (run.state, run.counts["created"]) == (State.CHECKED, 1)
    assert questions_of(run) == []


def test_old_mac_letters_are_asked_about_with_each_way_to_read_them(check):
    run = check(OLD_MAC)
    assert run.state == State.ASKING
    (question,) = questions_of(run)
    assert (question.key, question.options[0].value) == ("encoding", "mac-roman")
    assert {"mac-roman", "cp1252"} <= {option.value for option in question.options}
    assert question.options[0].lines[0] == "ann@example.org,Ana,Núñez"
    assert not Stakeholder.objects.exists()
    assert not run.rows.exists()


def test_the_answer_is_obeyed_by_check_and_commit(receive):
    run = check_import(receive(OLD_MAC))
    run = answer_import(run, {"encoding": "mac-roman"}, by=None)
    assert (run.state, run.answers) == (State.RECEIVED, {"encoding": "mac-roman"})
    assert questions_of(run) == []
    run = commit_import(check_import(run))
    assert run.state == State.COMMITTED
    assert names() == ["Ana Núñez", "José Peña"]
    assert not any("letters were read" in warning["text"] for warning in run.warnings)


def test_a_wrong_answer_can_be_changed_and_taken_back(receive):
    run = answer_import(check_import(receive(OLD_MAC)), {"encoding": "cp850"}, by=None)
    assert answer_import(run, {"encoding": ""}, by=None).answers == {}
    assert check_import(run).state == State.ASKING


@pytest.mark.parametrize("answers", [{"colour": "red"}, {"encoding": "klingon"}, {"encoding": "zlib"}, {"sheet": "X"}])
def test_what_the_file_cannot_be_read_by_is_no_answer(receive, answers):
    run = receive(OLD_MAC if "encoding" in answers else TWO_SHEETS)
    with pytest.raises((BadAnswer, Unreadable)):
        answer_import(run, answers, by=None)
    run.refresh_from_db()
    assert run.answers == {}


def test_half_broken_utf_8_is_asked_about(check):
    mixed = HEAD.encode() + "a@x.org,José,Peña\r\n".encode() + "b@x.org,José,Peña\r\n".encode("cp1252")
    run = check(mixed)
    assert run.state == State.ASKING
    assert [option.value for option in questions_of(run)[0].options] == ["utf-8", "cp1252"]


def test_two_sheets_of_people_are_asked_about_with_their_first_rows(check):
    run = check(TWO_SHEETS)
    assert run.state == State.ASKING
    (question,) = questions_of(run)
    assert question.key == "sheet"
    assert [option.value for option in question.options] == ["Guests", "Members"]
    assert question.options[0].lines == ["E-mail · First name · Last name", "cy@example.org · Cy · King"]
    run = commit_import(check_import(answer_import(run, {"sheet": "Members"}, by=None)))
    assert names() == ["Ann Lee", "Bo Lee"]


@pytest.mark.parametrize("before", [[("Cover", [["Read me"]])], [("Totals", [["E-mail", "Count"], ["x.org", 2]])]])
def test_a_sheet_that_is_not_about_people_is_no_question(check, before):
    run = check(workbook(ROWS, before=before))
    assert (run.state, run.counts["created"]) == (State.CHECKED, 2)


FULL = [[*ROWS[0], "Zip", "Phone"], *([*row, "28205", "704-555-0100"] for row in ROWS[1:])]
SURER = workbook([["E-mail", "Name"], ["di@example.org", "Di Ray"]], name="Donors", before=[("Members", FULL)])


def asked_again(client, run: ImportRun, button: str) -> ImportRun:
    """Press the button that asks after a guess was taken; the file has a question then."""
    page = client.get(reverse("admin:contacts_importrun_change", args=[run.pk])).content.decode()
    assert button in page
    key = re.search(r'<input type="hidden" name="(sheet|encoding)" value="\?">', page)
    assert key
    client.post(reverse("admin:contacts_importrun_answer", args=[run.pk]), {key[1]: "?"})
    run.refresh_from_db()
    assert run.state == State.ASKING
    return run


def test_a_sheet_that_was_guessed_can_be_another_one(check, staff, client_of):
    run = check(SURER)
    assert (run.state, run.counts["created"]) == (State.CHECKED, 2)
    run = asked_again(client_of(staff), run, "Another sheet of the workbook is meant")
    assert [option.value for option in questions_of(run)[0].options] == ["Members", "Donors"]
    commit_import(check_import(answer_import(run, {"sheet": "Donors"}, by=None)))
    assert names() == ["Di Ray"]


def test_letters_that_were_guessed_can_be_others(check, staff, client_of):
    run = check((HEAD + "ann@example.org,Ana,Núñez\r\n").encode("cp1252"))
    run = asked_again(client_of(staff), run, "The letters are not right")
    options = {option.value: option.lines[0] for option in questions_of(run)[0].options}
    assert next(iter(options)) == "cp1252"
    assert options["cp1252"].endswith("Núñez")
    assert {"utf-8", "mac-roman", "cp850"} < options.keys()
    again = check_import(answer_import(run, {"encoding": "cp1252"}, by=None))
    asked_again(client_of(staff), again, "The letters are not right")


def test_a_file_of_the_command_is_asked_about_when_somebody_wants_to_be(check, staff, client_of):
    run = check(SURER)
    run.door = ImportRun.Door.COMMAND
    run.save()
    asked_again(client_of(staff), run, "Another sheet of the workbook is meant")


@pytest.mark.parametrize("content", [(HEAD + "ann@example.org,Ana,Núñez\r\n").encode(), workbook(ROWS)])
def test_what_was_sure_is_not_asked_about(check, staff, client_of, content):
    page = client_of(staff).get(reverse("admin:contacts_importrun_change", args=[check(content).pk])).content.decode()
    assert "The letters are not right" not in page
    assert "Another sheet" not in page


def test_a_saved_file_takes_no_answer(commit):
    with pytest.raises(NotReady):
        answer_import(commit(TWO_SHEETS), {"sheet": "Guests"}, by=None)


def test_the_command_line_takes_the_best_guess_and_says_so(db, tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(OLD_MAC)
    report = told(path, "--commit")
    assert names() == ["Ana Núñez", "José Peña"]
    assert any("old Mac" in warning for warning in report["warnings"])


def test_the_command_line_may_be_told(db, tmp_path):
    path = tmp_path / "list.xlsx"
    path.write_bytes(TWO_SHEETS)
    assert told(path, "--commit", "--sheet", "Members")["created"] == 2
    assert names() == ["Ann Lee", "Bo Lee"]
    path.write_bytes(OLD_MAC)
    told(path, "--commit", "--encoding", "cp1252")
    assert "Ana Nœ–ez" in names()


def told(path, *options: str) -> dict:
    answer = StringIO()
    call_command(
        "import_stakeholders", str(path), "--partner", "Neighbors", "--json", *options, stdout=answer, stderr=StringIO()
    )
    return json.loads(answer.getvalue())


def test_the_next_file_of_a_feed_is_read_as_the_last_one(receive):
    feed = PartnerFeed.objects.create(partner=partner_named("Community House"), location="https://example.org/list.csv")
    first = receive(OLD_MAC)
    ImportRun.objects.filter(pk=first.pk).update(feed=feed, door=ImportRun.Door.FEED)
    first.refresh_from_db()
    assert check_import(first).state == State.ASKING
    commit_import(check_import(answer_import(first, {"encoding": "mac-roman"}, by=None)))
    second = receive(OLD_MAC.replace(b"ann@", b"dan@"))
    ImportRun.objects.filter(pk=second.pk).update(feed=feed, door=ImportRun.Door.FEED)
    second.refresh_from_db()
    assert check_import(second).state == State.CHECKED
    second.refresh_from_db()
    assert second.answers == {"encoding": "mac-roman"}
