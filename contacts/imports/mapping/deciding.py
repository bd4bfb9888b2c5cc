"""What the columns and words of one file are taken for, and what is remembered of it.

    a person's choice for this file  >  what the partner's last files were taken for
    >  a known export  >  headings  >  values

The run keeps what was decided with the reasons, so that saving reads the file as it was checked.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from contacts.imports.mapping.columns import MARKS, Choices, Column, OwnField, map_columns
from contacts.imports.mapping.exports import Export, recognise
from contacts.imports.mapping.headers import OWN, plain
from contacts.imports.models import ImportRun, Partner

KINDS = ("types", "tags", "topics", "language", "states")
"""Kinds of words that are mapped one by one."""
Values = dict[str, dict[str, str]]
CHOSEN = frozenset({"person", "partner"})


@dataclass(frozen=True)
class Decided:
    """The columns of a file, what its words mean, and the tool it was exported from if we know it."""

    columns: list[Column]
    values: Values
    export: Export | None
    missing: list[str]
    """Headings about mail that the partner's last file had and this one has not."""

    @property
    def by(self) -> str:
        """Who had the last word."""
        deciders = {column.by for column in self.columns}
        return next((name for name in ("person", "partner") if name in deciders), "guess")

    @property
    def meanings(self) -> Values:
        """What words mean: chosen ones, then those of the tool."""
        theirs = self.export.values if self.export else {}
        return {kind: {**theirs.get(kind, {}), **self.values.get(kind, {})} for kind in KINDS}


def decide(run: ImportRun, headers: list[str], samples: Iterable[list[str]], own: Iterable[OwnField]) -> Decided:
    """Work out what the columns of the run's file are; a file that is being saved stays as it was checked."""
    fields = list(own)
    export = recognise(headers)
    saved = run.partner.mapping
    choices = Choices(
        file=_of_file(run, headers),
        partner=_still_there(saved.get("columns", {}), fields),
        export=export.columns if export else {},
    )
    columns = map_columns(headers, samples, fields, choices)
    values = {
        kind: {**saved.get("values", {}).get(kind, {}), **run.mapping.get("values", {}).get(kind, {})} for kind in KINDS
    }
    return Decided(columns, values, export, _missing(saved, columns) if export is None else [])


def remember_mapping(run: ImportRun) -> None:
    """Keep with the partner what people chose for a file that was saved; their next one is read the same way."""
    partner = Partner.objects.select_for_update().get(pk=run.partner_id)
    columns = run.mapping.get("columns", [])
    chosen = {
        plain(column["heading"]): column["field"]
        for column in columns
        if column.get("by") in CHOSEN and plain(column["heading"])
    }
    words = partner.mapping.get("values", {})
    partner.mapping = {
        "columns": {**partner.mapping.get("columns", {}), **chosen},
        "values": {kind: {**words.get(kind, {}), **run.mapping.get("values", {}).get(kind, {})} for kind in KINDS},
        "marks": {column["heading"]: column["field"] for column in columns if column["field"] in MARKS},
    }
    partner.save(update_fields=["mapping"])


def _of_file(run: ImportRun, headers: list[str]) -> dict[int, tuple[str, str]]:
    """What a person chose for this file, by position; once it is being saved, everything that was checked."""
    whole = run.state == ImportRun.State.COMMITTING
    return {
        column["at"]: (column["field"], column.get("by", ""))
        for column in run.mapping.get("columns", [])
        if (whole or column.get("by") == "person")
        and column["at"] < len(headers)
        and headers[column["at"]] == column["heading"]
    }


def _still_there(columns: dict[str, str], own: list[OwnField]) -> dict[str, str]:
    """Without fields of our own that were removed since."""
    known = {OWN + field.slug for field in own}
    return {heading: field for heading, field in columns.items() if not field.startswith(OWN) or field in known}


def _missing(saved: dict, columns: list[Column]) -> list[str]:
    """Columns about mail that the last file had and this one has not, nor another that says the same."""
    marked = {column.field for column in columns}
    return [heading for heading, field in saved.get("marks", {}).items() if field not in marked]
