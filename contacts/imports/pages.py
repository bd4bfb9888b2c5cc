"""What the page of a run shows, put into plain words and figures."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.imports.mapping.fields import name_of
from contacts.imports.models import ImportRow, ImportRun

OUTCOMES = {
    "created": gettext_lazy("new"),
    "updated": gettext_lazy("changed"),
    "unchanged": gettext_lazy("unchanged"),
    "rejected": gettext_lazy("rejected"),
    "ambiguous": gettext_lazy("could be several people"),
}
CHANGE_NAMES = {
    "name": gettext_lazy("Name"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "zip": gettext_lazy("Zip code"),
    "notes": gettext_lazy("Notes"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "type": gettext_lazy("Type"),
    "tag": gettext_lazy("Tag"),
    "organisation": gettext_lazy("Organisation"),
    "given": gettext_lazy("Agrees to"),
    "withdrawn": gettext_lazy("Leaves"),
    "suppressed": gettext_lazy("Never mail"),
}
SHOWN_ROWS = 50


@dataclass(frozen=True)
class Slice:
    """One outcome of a run in the picture of its counts."""

    key: str
    label: str
    count: int
    share: float


def slices(run: ImportRun) -> list[Slice]:
    """The outcomes in their order with their share of the rows in percent."""
    rows = sum(run.counts.values()) or 1
    return [
        Slice(key, str(label), run.counts.get(key, 0), round(100 * run.counts.get(key, 0) / rows, 2))
        for key, label in OUTCOMES.items()
    ]


def columns_of(run: ImportRun) -> list[dict[str, object]]:
    """The columns of the file with what each was taken for; those that were left out last."""
    columns = [
        {
            "heading": column["heading"] or _("(no heading)"),
            "meaning": name_of(column["field"]),
            "samples": column["samples"],
        }
        for column in run.mapping.get("columns", [])
    ]
    return sorted(columns, key=lambda column: not column["meaning"])


def changes_of(run: ImportRun) -> list[dict[str, object]]:
    """The first people that would change: who, and each thing old → new."""
    rows = run.rows.filter(outcome="updated").exclude(data={}).order_by("line")[:20]
    return [
        {
            "line": row.line,
            "who": row.data["who"],
            "id": row.data["id"],
            "changes": [(CHANGE_NAMES.get(what, what), was, new) for what, was, new in row.data["changes"]],
        }
        for row in rows
    ]


def troubled_rows(run: ImportRun) -> list[ImportRow]:
    """The first rows that were rejected or could be several people."""
    return list(run.rows.filter(outcome__in=["rejected", "ambiguous"]).order_by("line")[:SHOWN_ROWS])


def twin_of(run: ImportRun, seen: object) -> ImportRun | None:
    """The latest other run of the very same file among those the reader may see (`seen`)."""
    return seen.filter(sha256=run.sha256, partner=run.partner).exclude(pk=run.pk).first()  # type: ignore[attr-defined]
