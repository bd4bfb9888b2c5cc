"""Occasions: what the people of a file came to, such as an event. Higher storeys offer them; an import lands them.

    file (Eventbrite, Zoom …) → stage.attendance → presence → the occasion makes registrations of it, in one set

An occasion notes what it did in `noted` (contacts/imports/writing/before.py) as [number, was, now]; taking the
import back hands the notes to it again. `run.occasion` names it, such as engagement.event:12.
"""

from datetime import datetime
from typing import NamedTuple, Protocol

from django.db import connection
from django.utils.translation import gettext as _

from contacts.imports.cleaning.presence import STRONGEST
from contacts.imports.errors import UnknownOccasion
from contacts.imports.models import ImportRun
from crm.registries import Registry
from crm.said import whole

NOTE = "occasion"
"""Under this word stands in a before-image what landed: `[[number, was or null, now], …]`."""

PRESENCE = """
DROP TABLE IF EXISTS pg_temp.presence;
CREATE TEMP TABLE presence ON COMMIT DROP AS
SELECT DISTINCT ON (h.id) h.leader AS line, h.id AS stakeholder_id, s.attendance AS state,
    coalesce(nullif(s.language, ''), 'en') AS language
FROM stage s JOIN fate f USING (line) JOIN home h ON h.leader = f.leader
WHERE s.attendance <> '' AND NOT f.vague
ORDER BY h.id, array_position(%s::text[], s.attendance), s.line;
ANALYZE presence;
"""
"""Each person of the file once, with the strongest thing it says about the occasion."""

EXPECTED = """
DROP TABLE IF EXISTS pg_temp.expected;
CREATE TEMP TABLE expected ON COMMIT DROP AS
SELECT DISTINCT ON (f.leader) f.person AS stakeholder_id, s.attendance AS state
FROM stage s JOIN fate f USING (line)
WHERE s.attendance <> '' AND NOT f.vague
ORDER BY f.leader, array_position(%s::text[], s.attendance), s.line;
ANALYZE expected;
"""
"""The same before anything is written: who is new has no number yet."""

TAKEN_BACK = """
DROP TABLE IF EXISTS pg_temp.landed;
CREATE TEMP TABLE landed ON COMMIT DROP AS
SELECT u.line, (note.item ->> 0)::bigint AS id, note.item ->> 1 AS was, note.item ->> 2 AS now
FROM undo u, jsonb_array_elements(u.image -> 'occasion') AS note(item) WHERE u.image ? 'occasion';
"""


class Landing(NamedTuple):
    """What an occasion is told: which one it is, which import it is from, and when the file came."""

    number: int
    source: str
    received: datetime


class Crowd(NamedTuple):
    """What a file would do to the seats of an occasion: how many people it says something of, how many would need a
    seat, how many are free (None where there is no limit), and whether those without one wait."""

    said: int
    wanting: int
    free: int | None
    waits: bool

    @property
    def over(self) -> int:
        """How many would get no seat."""
        return 0 if self.free is None else max(0, self.wanting - self.free)


class Occasion(Protocol):
    """Something people register for and come to."""

    def choices(self) -> list[tuple[int, str]]:
        """Numbers and names of those a file can be about, the latest first."""

    def short_names(self) -> list[tuple[int, str]]:
        """Numbers and short names of the latest few, for somebody who types one."""

    def number_of(self, text: str) -> int | None:
        """The number of the one that is named by its number or its short name."""

    def name_of(self, number: int) -> str:
        """Its name, empty when it is gone."""

    def crowd(self, number: int) -> Crowd | None:
        """What landing `expected` (stakeholder_id, state) would do to its seats; nothing when it is gone."""

    def land(self, landing: Landing) -> None:
        """Make what `presence` (line, stakeholder_id, state, language) says true, and note it in `noted`."""

    def take_back(self) -> int:
        """Undo what `landed` (line, id, was, now) says where nobody changed it; the rest goes to `remains`."""


OCCASIONS: Registry[Occasion] = Registry("occasion")
"""Sorts of occasions by the word before the colon of `run.occasion`."""


def occasion_of(run: ImportRun) -> tuple[Occasion, int] | None:
    """The sort and the number of the occasion of a run; nothing for one that nobody knows."""
    sort, _colon, number = run.occasion.partition(":")
    occasion = OCCASIONS.get(sort)
    pk = whole(number)
    return (occasion, pk) if occasion and pk is not None else None


def occasion_choices(chosen: str = "") -> list[tuple[str, str]]:
    """The latest occasions a file can be about, and the one that is `chosen` already, however long ago it was."""
    offered = [(f"{sort}:{number}", name) for sort, what in OCCASIONS.items() for number, name in what.choices()]
    if chosen and chosen not in dict(offered) and (name := name_of_occasion(ImportRun(occasion=chosen))):
        offered.append((chosen, name))
    return offered


def occasion_named(text: str) -> str:
    """`run.occasion` of what is named by number, by short name or as it stands there; raises UnknownOccasion."""
    for sort, what in OCCASIONS.items():
        number = what.number_of(text.strip().removeprefix(f"{sort}:"))
        if number is not None:
            return f"{sort}:{number}"
    latest = [f"{number} ({name})" for _sort, what in OCCASIONS.items() for number, name in what.short_names()]
    if not latest:
        raise UnknownOccasion(_("There is no event “%(name)s”, nor any other yet.") % {"name": text[:80]})
    raise UnknownOccasion(
        _("There is no event “%(name)s”. Name one by its number or short name; the latest are %(latest)s.")
        % {"name": text[:80], "latest": ", ".join(latest)}
    )


def name_of_occasion(run: ImportRun) -> str:
    """The name of the occasion of a run, empty when it has none."""
    found = occasion_of(run)
    return found[0].name_of(found[1]) if found else ""


def crowd_of(run: ImportRun) -> Crowd | None:
    """What a matched file would do to the seats of its occasion; within its staging."""
    found = occasion_of(run)
    if found is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(EXPECTED, [list(STRONGEST)])
    return found[0].crowd(found[1])


def land_occasion(run: ImportRun) -> None:
    """Register and mark the people of this chunk; called in the transaction that writes it, after `home` is there."""
    found = occasion_of(run)
    if found is None:
        return
    occasion, number = found
    with connection.cursor() as cursor:
        cursor.execute(PRESENCE, [list(STRONGEST)])
    occasion.land(Landing(number, f"import {run.pk}", run.created_at))


def take_back_occasion(run: ImportRun) -> int:
    """Undo what landed for the rows of `undo`; how many registrations and marks that were."""
    found = occasion_of(run)
    if found is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(TAKEN_BACK)
    return found[0].take_back()
