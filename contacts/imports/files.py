"""The file of a run: stored under our own name, opened as a table of people."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from contacts.imports.cleaning import Cleaner, Entry
from contacts.imports.cleaning.marks import default_state
from contacts.imports.errors import Unreadable
from contacts.imports.mapping import Column, OwnField, is_known, map_columns
from contacts.imports.mapping.headers import plain
from contacts.imports.models import ImportRun
from contacts.imports.reading import Table, open_table
from contacts.imports.warnings.sentences import Warning, warning
from contacts.models.taxonomy import CustomField, StakeholderType

SAMPLE_ROWS = 200


class PeopleFile:
    """The stored file of a run, its columns and what cleaning it left out."""

    def __init__(self, run: ImportRun) -> None:
        self.table: Table = open_table(Path(run.file.path), is_known)
        good = (row.cells for row in self.table.rows() if row.problem is None)
        own = own_fields()
        self.columns: list[Column] = map_columns(self.table.headers, islice(good, SAMPLE_ROWS), own.values())
        _refuse_strangers(self.columns)
        self.cleaner = Cleaner(
            self.columns,
            known_types(),
            default_state(run.original_name),
            own=own,
            system=run.system,
            blanks=run.blanks,
        )
        self.read = 0

    def entries(self) -> Iterator[Entry]:
        """Every row, cleaned; raises Unreadable when there is none."""
        for row in self.table.rows():
            self.read += 1
            yield self.cleaner(row)
        if not self.read:
            raise Unreadable(_("There are headings but no rows under them. Send the list with its people in it."))

    def warnings(self) -> list[Warning]:
        """What the sender should look at: columns and values that were left out, and why."""
        found = [warning("reading", note) for note in self.table.notes]
        unused = [column.heading for column in self.columns if not column.field and column.heading]
        if unused:
            text = _("These columns were left out: %(names)s.") % {"names": ", ".join(unused)}
            found.append(warning("columns", text, count=len(unused)))
        nameless = [str(c.at + 1) for c in self.columns if not c.heading and not c.field and c.filled]
        if nameless:
            text = _("Columns without a heading were left out: %(numbers)s.") % {"numbers": ", ".join(nameless)}
            found.append(warning("nameless_columns", text, count=len(nameless)))
        return found + self._values()

    def _values(self) -> list[Warning]:
        texts = {
            "types": _("Types nobody here knows were left out: %(values)s."),
            "language": _("Languages other than English and Spanish were left out: %(values)s."),
            "custom": _("Values that do not fit their field were left out: %(values)s."),
            "zip": _("Zip codes that are not five digits were left empty: %(values)s."),
        }
        found = []
        for field, left_out in self.cleaner.left_out.items():
            if left_out:
                text = texts[field] % {"values": _counted(left_out.most_common(8), len(left_out))}
                found.append(warning(f"left_out_{field}", text, count=left_out.total()))
        if self.cleaner.marks.unknown:
            values = ", ".join(sorted(self.cleaner.marks.unknown)[:8])
            text = _("E-mail states we do not know were taken as no yes: %(values)s.") % {"values": values}
            found.append(warning("unknown_states", text, count=len(self.cleaner.marks.unknown)))
        return found


def _counted(common: list[tuple[str, int]], different: int) -> str:
    named = ", ".join(f"{value} ({count})" for value, count in common)
    return f"{named} …" if different > len(common) else named


def _refuse_strangers(columns: list[Column]) -> None:
    """A list in which nobody has an address or a name is no list of people."""
    if not {column.field for column in columns} & {"email", "full_name", "first_name", "last_name", "organisation"}:
        headings = ", ".join(column.heading for column in columns if column.heading)[:200]
        raise Unreadable(
            _(
                "No column looks like an e-mail address or a name (found: %(headings)s). "
                "Give the columns headings such as E-mail, First name, Last name."
            )
            % {"headings": headings}
        )


def known_types() -> dict[str, tuple[int, str]]:
    """Every way to name a type: its short name and its names in both languages, as (id, kind)."""
    found: dict[str, tuple[int, str]] = {}
    for kind in StakeholderType.objects.all():
        for name in (kind.slug, kind.name_en, kind.name_es):
            if name:
                found[name] = found[plain(name)] = (kind.pk, kind.kind)
    return found


def own_fields() -> dict[str, OwnField]:
    """The fields of our own by short name."""
    return {
        field.slug: OwnField(
            field.slug, field.kind, tuple(map(str, field.choices)), (field.slug, field.name_en, field.name_es)
        )
        for field in CustomField.objects.all()
    }
