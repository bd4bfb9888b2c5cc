"""What the sender should know about columns and words: what was left out, and what is missing."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from contacts.imports.errors import Unreadable
from contacts.imports.mapping.columns import MARKS, Column
from contacts.imports.mapping.deciding import Decided
from contacts.imports.mapping.headers import field_of
from contacts.imports.mapping.words import Heard
from contacts.imports.warnings.sentences import Warning, warning

WHO = frozenset({"email", "full_name", "first_name", "last_name", "organisation"})
"""Fields by which somebody can be told; a list has at least one of them."""
NAMED_WORDS = 8
NAMED_COLUMNS = 12


def refuse_strangers(columns: list[Column]) -> None:
    """A list in which nobody has an address or a name is no list of people; raises Unreadable."""
    if {column.field for column in columns} & WHO:
        return
    headings = ", ".join(column.heading for column in columns if column.heading)[:200]
    raise Unreadable(
        _(
            "No column looks like an e-mail address or a name (found: %(headings)s). "
            "Give the columns headings such as E-mail, First name, Last name."
        )
        % {"headings": headings}
    )


def report_headings() -> list[str]:
    """What a list of rejected rows says beside the sender's own columns."""
    return [_("Line"), _("Column"), _("Why it was not taken")]


def about_columns(decided: Decided) -> list[Warning]:
    """Columns that were left out; columns about mail that were taken away or are not there any more."""
    found = []
    if decided.export:
        text = _("This looks like an export of %(tool)s and is read as one.") % {"tool": decided.export.name}
        found.append(warning("export", text))
    unused = [column for column in decided.columns if not column.field]
    ours = report_headings() if [c.heading for c in decided.columns][-3:] == report_headings() else []
    guessed = [
        column.heading
        for column in unused
        if column.heading and column.heading not in ours and column.by not in {"person", "export"}
    ]
    if guessed:
        text = _("These columns were left out: %(names)s.") % {"names": _some(guessed)}
        found.append(warning("columns", text, count=len(guessed)))
    nameless = [
        str(column.at + 1) for column in unused if not column.heading and column.filled and column.by != "person"
    ]
    if nameless:
        text = _("Columns without a heading were left out: %(numbers)s.") % {"numbers": _some(nameless)}
        found.append(warning("nameless_columns", text, count=len(nameless)))
    return found + _about_mail(decided, unused)


def _some(names: list[str]) -> str:
    """The first of them, and how many more there are: a file may have hundreds of columns."""
    shown, more = ", ".join(names[:NAMED_COLUMNS]), len(names) - NAMED_COLUMNS
    return shown if more <= 0 else _("%(names)s and %(more)d more") % {"names": shown, "more": more}


def _about_mail(decided: Decided, unused: list[Column]) -> list[Warning]:
    """A no to mail that is not heard must be known to whoever saves the file."""
    found = []
    silenced = [c.heading for c in unused if c.by in {"person", "partner"} and field_of(c.heading) in MARKS]
    if silenced:
        text = _("These columns say who may be mailed, and you left them out: %(names)s.")
        found.append(warning("marks_left_out", text % {"names": ", ".join(silenced)}, count=len(silenced), must=True))
    if decided.missing:
        text = _(
            "The last file of this partner said who may be mailed in columns that this one does not have: %(names)s."
        )
        found.append(
            warning(
                "marks_missing", text % {"names": ", ".join(decided.missing)}, count=len(decided.missing), must=True
            )
        )
    return found


def about_values(left_out: Mapping[str, list[Heard]]) -> list[Warning]:
    """Words that mean nothing to us, by kind, with how often they were said."""
    texts = {
        "types": _("Types nobody here knows were left out: %(values)s."),
        "topics": _("Topics nobody here knows were left out: %(values)s."),
        "language": _("Languages other than English and Spanish were left out: %(values)s."),
        "custom": _("Values that do not fit their field were left out: %(values)s."),
        "zip": _("Zip codes that are not five digits were left empty: %(values)s."),
        "second": _("Second people of whom only the name is known were left out: %(values)s."),
        "states": _("E-mail states we do not know were taken as no yes: %(values)s."),
    }
    return [
        warning(
            f"left_out_{kind}", text % {"values": _counted(left_out[kind])}, count=sum(w.rows for w in left_out[kind])
        )
        for kind, text in texts.items()
        if left_out.get(kind)
    ]


def _counted(words: list[Heard]) -> str:
    named = ", ".join(f"{heard.word} ({heard.rows})" for heard in words[:NAMED_WORDS])
    return f"{named} …" if len(words) > NAMED_WORDS else named
