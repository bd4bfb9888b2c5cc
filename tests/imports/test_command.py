"""The operator's door: what the command prints, what it writes, and how it refuses."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from contacts.models import Consent, ConsentEvent, ImportRun, Partner, Stakeholder, Suppression
from tests.commands import in_a_fork
from tests.workers import database_url

pytestmark = pytest.mark.django_db(transaction=True)

KEYS = {"run", "occasion", "rows", "created", "updated", "unchanged", "rejected", "ambiguous", "warnings", "errors"}
OUTCOMES = ("created", "updated", "unchanged", "rejected", "ambiguous")
FILE = """E-mail,First name,Last name,Zip
ana@example.org,Ana,Ruiz,28205
not an address,Bo,Lee,28202
ana@example.org,Ana,Ruiz,28205
"""


def run(path: Path, *options: str) -> dict:
    answer = StringIO()
    call_command(
        "import_stakeholders", str(path), "--partner", "Neighbors", "--json", *options, stdout=answer, stderr=StringIO()
    )
    report = json.loads(answer.getvalue())
    assert set(report) == KEYS
    assert report["rows"] == sum(report[outcome] for outcome in OUTCOMES)
    return report


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(FILE)
    return path


def refusal(path: Path, *options: str) -> subprocess.CompletedProcess:
    """The command as an operator runs it, in a process that has everything loaded."""
    return in_a_fork("import_stakeholders", str(path), "--partner", "Neighbors", *options)


def test_without_commit_it_says_what_would_happen_and_writes_no_person(file):
    report = run(file)
    assert (report["rows"], report["created"], report["unchanged"], report["rejected"]) == (3, 1, 1, 1)
    assert [(error["line"], error["column"]) for error in report["errors"]] == [(3, "E-mail")]
    assert report["errors"][0]["message"]
    assert not Stakeholder.objects.exists()


def test_the_commit_writes_what_was_said_and_makes_the_partner(file):
    assert run(file, "--commit", "--topic", "newsletter")["created"] == 1
    assert Stakeholder.objects.get().name == "Ana Ruiz"
    assert Partner.objects.get().name == "Neighbors"
    assert Consent.objects.get().state == "given"


def test_the_same_file_again_changes_nothing(file):
    run(file, "--commit")
    again = run(file, "--commit")
    assert (again["created"], again["updated"], again["unchanged"], again["rejected"]) == (0, 0, 2, 1)
    assert Stakeholder.objects.count() == 1


def test_who_left_is_not_turned_back_on_and_a_suppression_stays(file):
    run(file, "--commit", "--topic", "newsletter")
    consent = Consent.objects.get()
    ConsentEvent.objects.create(
        stakeholder=consent.stakeholder, topic=consent.topic, action="withdrawn", source="unsubscribe link"
    )
    Suppression.objects.create(address="ana@example.org", reason="unsubscribed")
    run(file, "--commit", "--topic", "newsletter")
    assert Consent.objects.get().state == "withdrawn"
    assert Suppression.objects.count() == 1


def test_a_file_that_cannot_be_people_is_refused_in_one_line(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(b"\x7fELF\x00\x01\x02" * 100)
    words = ["manage.py", "import_stakeholders", str(path), "--partner", "Neighbors", "--commit", "--json"]
    answer = subprocess.run(
        [sys.executable, *words],
        cwd=settings.ROOT,
        env={"PATH": "", "DATABASE_URL": database_url()},
        capture_output=True,
        text=True,
    )
    assert (answer.returncode, answer.stdout) == (2, "")
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "Traceback" not in answer.stderr


def test_an_unknown_topic_is_refused_by_name(file):
    answer = refusal(file, "--topic", "shoes")
    assert answer.returncode == 2
    assert "shoes" in answer.stderr
    assert not ImportRun.objects.filter(state="committed").exists()


def test_a_mapping_file_says_what_columns_and_words_mean(tmp_path):
    people = tmp_path / "people.csv"
    people.write_text("Contact,Who,Group\nana@example.org,Ana Ruiz,Marcher\n")
    mapping = tmp_path / "mapping.json"
    mapping.write_text(
        json.dumps({"columns": {"Who": "full_name", "Group": "types"}, "values": {"types": {"Marcher": "activist"}}})
    )
    run(people, "--commit", "--mapping", str(mapping))
    person = Stakeholder.objects.get()
    assert (person.first_name, [kind.slug for kind in person.types.all()]) == ("Ana", ["activist"])
    assert Partner.objects.get().mapping["columns"] == {"who": "full_name", "group": "types"}


@pytest.mark.parametrize(
    ("mapping", "why"),
    [
        ("{", "The mapping file is no JSON"),
        ('{"headings": {}}', "holds “columns” and “values”"),
        ('{"columns": ["E-mail"]}', "names a field for each heading"),
        ('{"values": {"types": ["Clergy"]}}', "says for types, tags, topics"),
        ('{"columns": {"Shoe size": "tags"}}', "The file has no column “Shoe size”"),
        ('{"columns": {"Zip": "shoes"}}', "There is no field “shoes”"),
        (None, "There is no mapping file"),
    ],
)
def test_a_mapping_file_that_does_not_fit_is_refused_with_one_line(file, tmp_path, mapping, why):
    path = tmp_path / "mapping.json"
    if mapping is not None:
        path.write_text(mapping)
    answer = refusal(file, "--mapping", str(path))
    assert (answer.returncode, answer.stdout) == (2, "")
    assert why in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_policy_says_what_is_done_with_people_in_the_book(file, tmp_path):
    run(file, "--commit", "--tag", "2026")
    path = tmp_path / "again.csv"
    path.write_text(FILE.replace("28205", "28210"))
    assert run(path, "--policy", "skip")["unchanged"] == 2
    assert run(path, "--policy", "fill")["unchanged"] == 2
    assert run(path, "--policy", "update", "--commit")["updated"] == 1
    person = Stakeholder.objects.get()
    assert (person.zip, [tag.name for tag in person.tags.all()]) == ("28210", ["2026"])
