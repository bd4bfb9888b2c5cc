"""The file of a run: stored under our own name, opened as a table of people."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from contacts.imports.cleaning import Cleaner, Entry
from contacts.imports.cleaning.couples import Couples
from contacts.imports.cleaning.marks import default_state
from contacts.imports.errors import FileGone, Unreadable
from contacts.imports.house import this_house
from contacts.imports.keeping.periods import why_gone
from contacts.imports.mapping import Column, is_known
from contacts.imports.mapping.deciding import Decided, decide
from contacts.imports.mapping.exports import recognise
from contacts.imports.mapping.headers import plain
from contacts.imports.mapping.telling import about_columns, about_values, refuse_strangers
from contacts.imports.mapping.words import Heard
from contacts.imports.models import ImportRun
from contacts.imports.reading import Row, Table, open_table
from contacts.imports.warnings.sentences import Warning, warning

SAMPLE_ROWS = 200


def opened_file(run: ImportRun) -> Table:
    """The file of a run as a table; its headings may mean something to its partner only. Raises Unreadable."""
    if not run.file:
        raise FileGone(why_gone(run))
    known = {plain(heading) for heading in run.partner.mapping.get("columns", {})}
    known |= {plain(column["heading"]) for column in run.mapping.get("columns", []) if column["field"]}
    try:
        return open_table(Path(run.file.path), lambda head: is_known(head) or plain(head) in known, run.answers)
    except FileNotFoundError as error:  # it went since the run was read
        run.refresh_from_db(fields=["state", "file", "file_gone_at", "file_gone_because"])
        if run.file:
            raise Unreadable(_("The stored file cannot be found. Send it again.")) from error
        raise FileGone(why_gone(run)) from error


def look_at(run: ImportRun) -> tuple[Table, Decided]:
    """The file of a run with what its columns are taken for."""
    table = opened_file(run)
    good = (row.cells for row in table.rows() if row.problem is None)
    return table, decide(run, table.headers, islice(good, SAMPLE_ROWS), this_house().own.values())


def as_checked(run: ImportRun) -> Couples:
    """What reads a row of the run as it was checked; the file need not be there any more."""
    kept = run.mapping.get("columns", [])
    columns = [Column(one["at"], one["heading"], one["field"], by=one.get("by", "")) for one in kept]
    export = recognise([column.heading for column in columns])
    return _reader(run, Decided(columns, run.mapping.get("values", {}), export, []))


def _system_of(run: ImportRun, decided: Decided) -> str:
    return run.system or (decided.export.system if decided.export else "")


def _reader(run: ImportRun, decided: Decided) -> Couples:
    """Makes entries of rows by what was decided about their columns and words."""
    house, export = this_house(), decided.export

    def cleaner(columns: list[Column]) -> Cleaner:
        return Cleaner(
            columns,
            house,
            values=decided.meanings,
            default_state=default_state(run.original_name),
            presence=export.presence if export else "",
            system=_system_of(run, decided),
            blanks=run.blanks,
        )

    return Couples(decided.columns, cleaner)


class PeopleFile:
    """The stored file of a run, its columns and what cleaning it left out."""

    def __init__(self, run: ImportRun) -> None:
        self.table, self.decided = look_at(run)
        self.columns: list[Column] = self.decided.columns
        refuse_strangers(self.columns)
        self.system = _system_of(run, self.decided)
        self.people = _reader(run, self.decided)
        self.cleaner = self.people.first
        self.read = 0

    def entries(self) -> Iterator[Entry]:
        """Every row, cleaned; raises Unreadable when there is none."""
        read = self.people if self.people.second else self._alone
        for row in self.table.rows():
            self.read += 1
            yield from read(row)
        if not self.read:
            raise Unreadable(_("There are headings but no rows under them. Send the list with its people in it."))

    def _alone(self, row: Row) -> tuple[Entry]:
        return (self.cleaner(row),)

    def mapping(self, *, forget: bool) -> dict[str, object]:
        """What was decided, as the run keeps it; with `forget` nothing of what stands in the file."""
        columns = [column.as_dict() for column in self.columns]
        export = self.decided.export
        return {
            "columns": [{**column, "samples": []} for column in columns] if forget else columns,
            "values": self.decided.values,
            "by": self.decided.by,
            "export": export.key if export else "",
            "heard": {} if forget else {kind: words.heard() for kind, words in self.cleaner.words.kinds().items()},
        }

    def warnings(self) -> list[Warning]:
        """What the sender should look at: columns and values that were left out, and why."""
        notes = (*self.table.notes, *self.table.met())
        return [*(warning("reading", note) for note in notes), *about_columns(self.decided), *self._values()]

    def _values(self) -> list[Warning]:
        left_out = {
            **{kind: words.unknown() for kind, words in self.cleaner.words.kinds().items()},
            **{field: _most(counter) for field, counter in self.cleaner.left_out.items()},
            "second": _most(self.people.left_out),
        }
        return about_values(left_out)


def _most(counter: Counter[str]) -> list[Heard]:
    return [Heard(word, rows, None) for word, rows in counter.most_common()]
