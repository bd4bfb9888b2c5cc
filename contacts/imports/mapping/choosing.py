"""The verb with which somebody says what the columns and words of a file mean."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from contacts.imports.errors import BadMapping, NotReady
from contacts.imports.files import look_at
from contacts.imports.house import House, this_house
from contacts.imports.mapping.columns import REPEATABLE, Column
from contacts.imports.mapping.deciding import KINDS, Decided
from contacts.imports.mapping.fields import FIELD_NAMES, name_of
from contacts.imports.mapping.headers import OWN, plain
from contacts.imports.mapping.telling import WHO
from contacts.imports.mapping.values import FORBIDDING, LANGUAGES, STATES, email_state
from contacts.imports.models import ImportRun
from contacts.models.taxonomy import StakeholderType
from crm.errors import Refused

State = ImportRun.State
MAPPABLE = frozenset({State.RECEIVED, State.ASKING, State.CHECKED, State.REFUSED, State.FAILED})
NEW = "+"
"""Instead of a type: make one of this name."""
Targets = Mapping[str, str]


@transaction.atomic
def map_import(
    run: ImportRun,
    *,
    columns: Mapping[int | str, str],
    values: Mapping[str, Targets] | None = None,
    by=None,
) -> ImportRun:
    """Take columns (by position or heading) for fields and words for what they mean; the file must be checked anew.

    An empty field leaves a column out, an empty target a word; `+` makes a type of the word's name. Columns and
    kinds of words that are not named stay as they are. Raises BadMapping, NotReady or Unreadable.
    """
    ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    run.refresh_from_db()
    if run.state not in MAPPABLE or run.reached:
        raise NotReady(_("The columns of this file cannot be changed any more."))
    _table, decided = look_at(run)
    house = this_house()
    chosen = _positions(decided.columns, columns, house)
    _check_columns(decided, chosen)
    words = {kind: {**decided.values[kind], **_words(kind, (values or {}).get(kind, {}), house)} for kind in KINDS}
    _refuse_other_kinds(values or {})
    for column in decided.columns:
        if column.at in chosen:
            column.field, column.by = chosen[column.at], "person"
        elif _gives_way(column, chosen):
            column.field, column.by = "", ""
    run.mapping = {
        **run.mapping,
        "columns": [column.as_dict() for column in decided.columns],
        "values": words,
        "by": "person",
        "export": decided.export.key if decided.export else "",
    }
    run.state, run.refusal = State.RECEIVED, ""
    run.save(update_fields=["mapping", "state", "refusal"])
    return run


def map_received(run: ImportRun, columns: Mapping[int | str, str], values: Mapping[str, Targets]) -> ImportRun:
    """Map a file that was received together with its mapping; one that does not fit refuses the file."""
    try:
        return map_import(run, columns=columns, values=values)
    except Refused as refusal:
        ImportRun.objects.filter(pk=run.pk).update(state=State.REFUSED, refusal=str(refusal))
        raise


def read_mapping_file(path: Path) -> tuple[dict[int | str, str], dict[str, dict[str, str]]]:
    """Columns and words of a mapping kept as JSON; raises BadMapping.

    The file is `{"columns": {heading: field}, "values": {"types": {word: short name}, …}}`; both may be missing.
    """
    try:
        said: Any = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise BadMapping(_("There is no mapping file %(path)s.") % {"path": path}) from error
    except ValueError as error:
        raise BadMapping(_("The mapping file is no JSON: %(why)s.") % {"why": error}) from error
    if not isinstance(said, dict) or not set(said) <= {"columns", "values"}:
        raise BadMapping(_("A mapping file holds “columns” and “values”, and nothing else."))
    columns, values = said.get("columns", {}), said.get("values", {})
    if not _is_texts(columns):
        raise BadMapping(_("“columns” of a mapping file names a field for each heading."))
    if not isinstance(values, dict) or not all(map(_is_texts, values.values())):
        raise BadMapping(
            _("“values” of a mapping file says for types, tags, topics, language and states what words mean.")
        )
    return columns, values


def _is_texts(said: object) -> bool:
    return isinstance(said, dict) and all(isinstance(text, str) for text in said.values())


def _positions(columns: list[Column], wanted: Mapping[int | str, str], house: House) -> dict[int, str]:
    """What is wanted by position; a heading means every column that has it."""
    found: dict[int, str] = {}
    for key, field in wanted.items():
        _check_field(field, house)
        places = [c.at for c in columns if (c.at == key if isinstance(key, int) else plain(c.heading) == plain(key))]
        if not places:
            headings = ", ".join(column.heading for column in columns if column.heading)[:300]
            raise BadMapping(
                _("The file has no column “%(heading)s”. It has: %(headings)s.")
                % {"heading": key, "headings": headings}
            )
        found.update(dict.fromkeys(places, field))
    return found


def _check_field(field: str, house: House) -> None:
    if field and field not in FIELD_NAMES and field.removeprefix(OWN) not in house.own:
        known = ", ".join([*FIELD_NAMES, *(OWN + slug for slug in house.own)])
        raise BadMapping(_("There is no field “%(field)s”. Fields: %(known)s.") % {"field": field, "known": known})


def _check_columns(decided: Decided, chosen: Mapping[int, str]) -> None:
    """One column for what can be said once; one at least that says who it is."""
    of: dict[str, list[str]] = {}
    for column in decided.columns:
        field = chosen.get(column.at, "" if _gives_way(column, chosen) else column.field)
        if field:
            of.setdefault(field, []).append(column.heading or str(column.at + 1))
    for field, headings in of.items():
        if len(headings) > 1 and field not in REPEATABLE:
            raise BadMapping(
                _("Only one column can be “%(field)s”, these are several: %(headings)s.")
                % {"field": name_of(field), "headings": ", ".join(headings)}
            )
    if not of.keys() & WHO:
        raise BadMapping(_("One column must be the e-mail address or a name: else nobody can be told."))


def _gives_way(column: Column, chosen: Mapping[int, str]) -> bool:
    """A column we took for something by ourselves does not stand against one that a person chose."""
    return column.by != "person" and column.field not in REPEATABLE and column.field in chosen.values()


def _refuse_other_kinds(values: Mapping[str, Targets]) -> None:
    for kind in values:
        if kind not in KINDS:
            raise BadMapping(
                _("There are no words of the kind “%(kind)s”. Kinds: %(known)s.")
                % {"kind": kind, "known": ", ".join(KINDS)}
            )


def _words(kind: str, said: Targets, house: House) -> dict[str, str]:
    """The targets of words, each of them something that is there; new types are made."""
    read = _TARGETS[kind]
    return {word: read(word, target.strip(), house) if target.strip() else "" for word, target in said.items()}


def _type(word: str, target: str, house: House) -> str:
    if target == NEW:
        return _new_type(word, house)
    found = house.types.get(target) or house.types.get(plain(target))
    return found.slug if found else _no(target, {known.slug for known in house.types.values()})


def _new_type(word: str, house: House) -> str:
    name = " ".join(word.split())[:120]
    known = house.types.get(plain(name))
    if known:
        return known.slug
    slug = slugify(name)[:50] or f"type-{StakeholderType.objects.count() + 1}"
    made, _new = StakeholderType.objects.get_or_create(slug=slug, defaults={"name_en": name})
    return made.slug


def _topic(_word: str, target: str, house: House) -> str:
    found = house.topics.get(target) or house.topics.get(plain(target))
    return found.slug if found else _no(target, {known.slug for known in house.topics.values()})


def _tag(word: str, target: str, _house: House) -> str:
    return " ".join((word if target == NEW else target).split())[:100]


def _language(_word: str, target: str, _house: House) -> str:
    return target if target in LANGUAGES else _no(target, set(LANGUAGES))


def _state(word: str, target: str, _house: House) -> str:
    """A word that says no stays a no, whatever is chosen for it."""
    if target not in STATES:
        return _no(target, set(STATES))
    if email_state(word) in FORBIDDING and target not in FORBIDDING:
        raise BadMapping(_("“%(word)s” says no to mail; it cannot be taken for anything else.") % {"word": word})
    return target


def _no(target: str, known: set[str]) -> str:
    raise BadMapping(
        _("“%(target)s” is not one of these: %(known)s.") % {"target": target, "known": ", ".join(sorted(known))}
    )


_TARGETS: dict[str, Callable[[str, str, House], str]] = {
    "types": _type,
    "tags": _tag,
    "topics": _topic,
    "language": _language,
    "states": _state,
}
