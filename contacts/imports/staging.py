"""Staging: the entries of a file in tables of the database, loaded by COPY.

Each run has a schema of its own, `import_<number>`. Its tables are unlogged, so that they cost no more than
temporary ones, and outlive the worker: a check leaves them for the review and for the commit. They can be made
anew from the file at any time. They hold what the file says about people: whoever erases a person, and the
clock after some days, drops them.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from django.db import connection

from contacts.imports.cleaning.entries import Entry
from contacts.imports.models import ImportRun

BLOCK_ROWS = 2_000


@dataclass(frozen=True)
class Tables:
    """How the tables of matching and planning are made: kept with the run, or for this transaction only."""

    kind: str

    def made(self, query: str) -> str:
        """The query with every `CREATE TABLE` of this kind."""
        return query.replace("CREATE TABLE", f"CREATE {self.kind} TABLE")


KEPT, PASSING = Tables("UNLOGGED"), Tables("TEMP")

STAGE = """
CREATE TABLE stage (
    line int NOT NULL, kind text, name text, first_name text, last_name text, first_key text, last_key text,
    language text, zip text, notes text, organisation text, role text,
    emails text, prints text, phones text, numbers text, types text, tags text,
    state text, external text, custom text, street text, city text, region text, blanked text, attendance text,
    topics text, problem_column text, problem text
)
"""
COPY_STAGE = "COPY stage FROM STDIN"
ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
"""Letters that mean something to COPY."""

ADDRESSES = """
CREATE TABLE stage_email AS
SELECT line, emails AS email, prints AS print, 1 AS at, state FROM stage
WHERE emails <> '' AND problem = '' AND strpos(emails, chr(31)) = 0
UNION ALL
SELECT line, a.email, a.print, a.at::int, state FROM stage,
    unnest(string_to_array(emails, chr(31)), string_to_array(prints, chr(31)))
    WITH ORDINALITY AS a(email, print, at)
WHERE problem = '' AND strpos(emails, chr(31)) > 0;
ANALYZE stage_email;
CREATE TABLE stage_phone AS
SELECT line, phones AS phone, numbers AS number, 1 AS at FROM stage
WHERE phones <> '' AND problem = '' AND strpos(phones, chr(31)) = 0
UNION ALL
SELECT line, a.phone, a.number, a.at::int FROM stage,
    unnest(string_to_array(phones, chr(31)), string_to_array(numbers, chr(31)))
    WITH ORDINALITY AS a(phone, number, at)
WHERE problem = '' AND strpos(phones, chr(31)) > 0;
ANALYZE stage_phone;
"""
"""Nearly every row has one address and one number: those need not be taken apart."""

HOLDS = {
    "fate": "SELECT EXISTS (SELECT FROM {schema}.fate WHERE person = %s)",
    "todo": "SELECT EXISTS (SELECT FROM {schema}.todo WHERE person = %s)",
    "stage": "SELECT EXISTS (SELECT FROM {schema}.stage WHERE stage::text ~* ANY(%s::text[]))",
}
"""Where a person stands in a staging: by their number, or with an address."""


@contextmanager
def staging_of(run: ImportRun) -> Iterator[None]:
    """Within this, names of tables mean those of the run first; needs an open transaction, ends with it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL search_path = {_schema(run)}, public")
        yield
        cursor.execute("SET LOCAL search_path TO DEFAULT")


def new_staging(run: ImportRun) -> None:
    """An empty staging, known by our own name of the file it is for."""
    drop_staging(run)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {_schema(run)}")
        cursor.execute(f"CREATE TABLE {_schema(run)}.source AS SELECT %s AS file", [run.file.name])


def has_staging(run: ImportRun) -> bool:
    """Whether there is a staging for the file of this run, whatever is left in it."""
    if not has_table(run, "source"):
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {_schema(run)}.source WHERE file = %s)", [run.file.name])  # noqa: S608
        return cursor.fetchone()[0]


def is_whole(run: ImportRun) -> bool:
    """Whether the rows are still there: a crash of the database empties all that is not logged, or nothing of it."""
    if not has_table(run, "stage"):
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {_schema(run)}.stage)")  # noqa: S608
        return cursor.fetchone()[0]


def has_table(run: ImportRun, name: str) -> bool:
    """Whether the staging of a run has a table of this name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{_schema(run)}.{name}"])
        return cursor.fetchone()[0]


def stage(entries: Iterable[Entry], told=None, *, tables: Tables = KEPT) -> None:
    """Load the entries of a file; `told(rows)` is called now and then. Needs `staging_of(run)`, or PASSING tables."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS stage, stage_email, stage_phone, cell")
        cursor.execute(tables.made(STAGE))
        with cursor.copy(COPY_STAGE) as copy:
            for done, block in _blocks(entries):
                copy.write(block)
                if told:
                    told(done)
        cursor.execute("CREATE UNIQUE INDEX ON stage (line)")
        cursor.execute("ANALYZE stage (line, kind, first_key, last_key, zip, problem)")
        cursor.execute(tables.made(ADDRESSES))


def drop_staging(run: ImportRun) -> None:
    """Forget what was staged of a file; the file itself stays and can be staged again."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {_schema(run)} CASCADE")


def runs_that_hold(person: int, addresses: Iterable[str]) -> list[int]:
    """Numbers of the runs in whose staging a person stands, found by their number or an address."""
    wanted = [standing_alone(address) for address in addresses]
    sought: dict[str, int | list[str]] = {"fate": person, "todo": person, "stage": wanted}
    return [number for number in staged_runs() if any(_holds(number, *one) for one in sought.items())]


def staged_runs() -> list[int]:
    """Numbers of the runs that have a staging."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT substr(nspname, 8)::bigint FROM pg_namespace WHERE nspname ~ '^import_[0-9]+$'")
        return sorted(number for (number,) in cursor.fetchall())


def _holds(number: int, table: str, sought: int | list[str]) -> bool:
    schema = f"import_{number}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{schema}.{table}"])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(HOLDS[table].format(schema=schema), [sought])
        return cursor.fetchone()[0]


def standing_alone(text: str, *, joints: str = r"[.+\-]") -> str:
    """A pattern by which PostgreSQL finds an address where it does not go on on either side: not ana@ in mariana@.

    Letters go on beyond a joint, too; with no `joints` only a letter right beside it counts, as with words. In the
    text of JSON a line break is the two signs “\\n”, which is no letter before it.
    """
    sides = ("(?<!\\w)", "(?!\\w)")
    if joints:
        sides = (rf"{sides[0]}(?<!\w{joints})", rf"{sides[1]}(?!{joints}\w)")
    return rf"({sides[0]}|(?<=\\[nrtbf]))" + re.sub(r"(\W)", r"\\\1", text) + sides[1]


def _schema(run: ImportRun) -> str:
    return f"import_{int(run.pk)}"


def _blocks(entries: Iterable[Entry]) -> Iterator[tuple[int, str]]:
    """The entries as text for COPY, some thousand rows at a time."""
    walk = iter(entries)
    done = 0
    while block := [_as_line(entry) for entry in islice(walk, BLOCK_ROWS)]:
        done += len(block)
        yield done, "".join(block)


def _as_line(entry: Entry) -> str:
    """An entry in the text form of COPY: tabs between the values, a line break at the end."""
    line = "\t".join((str(entry[0]), *entry[1:]))
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") != len(entry) - 1:
        line = "\t".join(str(value).translate(ESCAPED) for value in entry)
    return line + "\n"
