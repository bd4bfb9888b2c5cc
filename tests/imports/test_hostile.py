"""Hostile and unlucky files: no traceback, no wrong row, and no more memory or time than a good file of their size."""

import os
import subprocess
import sys
from itertools import product
from typing import NamedTuple

import pytest
from django.conf import settings

from contacts.imports.actions import check_import, commit_import
from contacts.imports.errors import Unreadable
from contacts.imports.models import ImportRun
from contacts.models import ContactPoint, Stakeholder
from tests.imports.hostile import Read, Refused, every_kind
from tests.imports.hostile.making import cells, ods, ods_row, packed, xlsx

KINDS = every_kind()
REFUSED = [name for name, kind in KINDS.items() if isinstance(kind, Refused)]
READ = [name for name, kind in KINDS.items() if isinstance(kind, Read)]


def content_of(kind) -> bytes:
    return kind.content() if callable(kind.content) else kind.content


def test_there_are_more_than_a_hundred_kinds():
    assert len(KINDS) > 100


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_one_sentence(receive, name):
    kind = KINDS[name]
    run = receive(content_of(kind), name=kind.name)
    with pytest.raises(Unreadable, match=kind.words):
        check_import(run)
    run.refresh_from_db()
    assert (run.state, "\n" in run.refusal) == (ImportRun.State.REFUSED, False)
    assert not Stakeholder.objects.exists()


@pytest.mark.parametrize("name", READ)
def test_the_right_people_come_of_it(receive, name):
    kind = KINDS[name]
    run = commit_import(receive(content_of(kind), name=kind.name))
    addresses = ContactPoint.objects.filter(kind="email", is_primary=True)
    people = dict(addresses.values_list("stakeholder__name", "value"))
    assert {name: people.get(name) for name in kind.people} == kind.people
    assert Stakeholder.objects.filter(kind="person").count() == len(set(addresses.values_list("stakeholder")))
    if kind.rejected >= 0:
        assert run.counts["rejected"] == kind.rejected, list(run.rows.values_list("line", "message"))


MEASURE = """
import os, resource, sys, time
from pathlib import Path
import django
django.setup()
from contacts.imports.errors import Unreadable
from contacts.imports.mapping import is_known
from contacts.imports.reading import open_table

def measure(path):
    begun, rows = time.process_time(), 0
    try:
        for _row in open_table(path, is_known).rows():
            rows += 1
    except Unreadable:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(rows, peak, round(time.process_time() - begun, 2), flush=True)

for path in sys.argv[1:]:
    child = os.fork()
    if not child:
        measure(Path(path))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""


class Measured(NamedTuple):
    """What reading one file in a process of its own came to."""

    rows: int
    megabytes: int
    seconds: float


def measured(*paths) -> list[Measured]:
    """Rows, megabytes at the peak and seconds of the processor for each file, each in a process of its own."""
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, paths)],
        cwd=settings.ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line.split() for line in answer.stdout.splitlines())
    return [Measured(int(rows), int(megabytes), float(seconds)) for rows, megabytes, seconds in lines]


HARMFUL = [
    "quotes that open on every other page",
    "a bomb",
    "zip of a bomb",
    "zip that lies about its size",
    "zip of zips of zips",
    "xlsx with an outside entity",
    "xlsx of a billion laughs",
    "ods of a billion laughs",
    "ods with a billion full rows",
    "ods with a billion empty rows",
    "ods with a billion full columns",
    "xlsx that says it has a million columns",
    "xlsx with a cell far away",
    "a cell of a megabyte with line breaks",
]


def test_harm_is_turned_away_within_two_seconds_and_300_megabytes(tmp_path):
    paths = [tmp_path / str(number) for number in range(len(HARMFUL))]
    for path, name in zip(paths, HARMFUL, strict=True):
        path.write_bytes(content_of(KINDS[name]))
    for name, found in zip(HARMFUL, measured(*paths), strict=True):
        assert found.megabytes < 300, name
        assert found.seconds < 2, name


def list_of(kind: str, rows: int) -> bytes:
    """A long list in this format."""
    lines = [("E-mail", "First name", "Last name"), *((f"p{n}@example.org", f"Ann{n}", "Lee") for n in range(rows))]
    if kind == "csv":
        return "".join(",".join(line) + "\r\n" for line in lines).encode()
    if kind == "zip":
        return packed({"list.csv": list_of("csv", rows)})
    return xlsx(*(cells(*line) for line in lines)) if kind == "xlsx" else ods(*(ods_row(*line) for line in lines))


FORMATS = ["csv", "zip", "xlsx", "ods"]


@pytest.fixture(scope="module")
def short_and_long(tmp_path_factory) -> dict[str, tuple[Measured, Measured]]:
    """What a short and a long list came to, by format."""
    paths = []
    for kind, rows in product(FORMATS, (1_000, 40_000)):
        paths.append(tmp_path_factory.mktemp("lists") / f"{rows}.{kind}")
        paths[-1].write_bytes(list_of(kind, rows))
    return dict(zip(FORMATS, zip(*[iter(measured(*paths))] * 2, strict=True), strict=True))


@pytest.mark.parametrize("kind", FORMATS)
def test_memory_is_flat_in_the_number_of_rows(short_and_long, kind):
    short, long = short_and_long[kind]
    assert (short.rows, long.rows) == (1_000, 40_000)
    assert long.megabytes - short.megabytes < 12
