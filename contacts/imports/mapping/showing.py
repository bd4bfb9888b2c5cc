"""The page on which columns and words are mapped, as data for its template."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.imports.files import look_at
from contacts.imports.house import House, this_house
from contacts.imports.mapping.choosing import MAPPABLE, NEW
from contacts.imports.mapping.deciding import KINDS
from contacts.imports.mapping.exports import named
from contacts.imports.mapping.fields import Choice, choices, name_of
from contacts.imports.mapping.values import FORBIDDING, email_state
from contacts.imports.models import ImportRun
from contacts.models.taxonomy import StakeholderType, Topic

WHY = {
    "person": gettext_lazy("chosen for this file"),
    "partner": gettext_lazy("as in this partner's last file"),
    "export": gettext_lazy("as %(tool)s writes it"),
    "heading": gettext_lazy("by its heading"),
    "values": gettext_lazy("by what stands in it"),
    "": gettext_lazy("we do not know this column"),
}
KIND_NAMES = {
    "types": gettext_lazy("Types"),
    "tags": gettext_lazy("Tags"),
    "topics": gettext_lazy("Topics"),
    "language": gettext_lazy("Languages"),
    "states": gettext_lazy("What they say about mail"),
}
STATE_NAMES = {
    "subscribed": gettext_lazy("yes to mail"),
    "none": gettext_lazy("neither yes nor no"),
    "unsubscribed": gettext_lazy("no: left the list"),
    "bounced": gettext_lazy("no: the address does not work"),
    "complained": gettext_lazy("no: complained about mail"),
    "no_contact": gettext_lazy("no: never contact"),
}
UNKNOWN = "?"
"""Instead of a target: nobody said yet what the word means."""
MOST_TAGS = 60
"""Tags shown one by one; the others of a file are kept as they are."""


@dataclass(frozen=True)
class Card:
    """One column of the file as a person sees it."""

    at: int
    heading: str
    field: str
    why: str
    samples: list[str]
    meaning: str = ""


@dataclass(frozen=True)
class Word:
    """A word of the file: what it is taken for and what it could be taken for."""

    key: str
    word: str
    rows: int
    target: str
    choices: list[Choice] = field(default_factory=list)
    """Empty for a tag, which is written as one likes."""


@dataclass(frozen=True)
class Kind:
    """The words of one kind; `unknown` of them mean nothing to us yet."""

    key: str
    name: str
    words: list[Word]
    unknown: int
    more: int = 0


def may_be_mapped(run: ImportRun) -> bool:
    """Whether columns and words of a file can still be chosen."""
    return run.state in MAPPABLE and not run.reached and bool(run.file)


def cards_of(run: ImportRun) -> list[Card]:
    """The columns in the order of the file; raises Unreadable."""
    if may_be_mapped(run):
        _table, decided = look_at(run)
        columns: Iterable[dict] = [column.as_dict() for column in decided.columns]
        tool = decided.export.name if decided.export else ""
    else:
        columns = run.mapping.get("columns", [])
        export = named(run.mapping.get("export", ""))
        tool = export.name if export else ""
    return [_card(column, tool) for column in columns]


def _card(column: dict, tool: str) -> Card:
    why = str(WHY.get(column.get("by", ""), WHY[""]))
    return Card(
        column["at"],
        column["heading"] or _("(no heading)"),
        column["field"],
        why % {"tool": tool} if column.get("by") == "export" else why,
        column["samples"],
        name_of(column["field"]),
    )


def field_choices() -> list[tuple[str, list[Choice]]]:
    """What a column can be taken for, in groups."""
    return choices()


def kinds_of(run: ImportRun, *, may_make: bool) -> list[Kind]:
    """The words of the last check by kind; with `may_make` a word can become a type."""
    heard = run.mapping.get("heard", {})
    house = this_house()
    offered = _offered(may_make)
    return [_kind(kind, heard[kind], offered.get(kind, []), house) for kind in KINDS if heard.get(kind)]


def _kind(kind: str, heard: list, offered: list[Choice], house: House) -> Kind:
    shown = heard[:MOST_TAGS] if kind == "tags" else heard
    words = [
        Word(f"{kind}-{at}", word, rows, UNKNOWN if target is None else target, _for(kind, word, target, offered))
        for at, (word, rows, target) in enumerate(shown)
    ]
    unknown = sum(1 for _word, _rows, target in heard if target is None)
    return Kind(kind, str(KIND_NAMES[kind]), words, unknown, len(heard) - len(shown))


def _for(kind: str, word: str, target: str | None, offered: list[Choice]) -> list[Choice]:
    """A word that says no to mail can be taken for another no only."""
    if kind == "tags":
        return []
    if kind == "states" and email_state(word) in FORBIDDING:
        return [(state, name) for state, name in offered if state in FORBIDDING]
    undecided = [(UNKNOWN, _("not known to us: left out"))] if target is None else []
    return [*undecided, ("", _("leave out")), *offered]


def _offered(may_make: bool) -> dict[str, list[Choice]]:
    new = [(NEW, _("make it a new type"))] if may_make else []
    return {
        "types": [*((kind.slug, str(kind)) for kind in StakeholderType.objects.all()), *new],
        "topics": [(topic.slug, str(topic)) for topic in Topic.objects.all()],
        "language": [("en", _("English")), ("es", _("Spanish"))],
        "states": [(state, str(name)) for state, name in STATE_NAMES.items()],
    }
