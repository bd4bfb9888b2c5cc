"""Who is who among those that share an address, a number or a name: pure rules, no database."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from contacts.imports.cleaning.names import Name, compatible, is_full

CROWD = 500
"""People behind one address beyond which a row without a full name is not compared with each."""


class Member(NamedTuple):
    """Somebody in a group: of the book (`person`), settled before (`person` or `leader`), or a row to settle."""

    line: int | None
    person: int | None
    leader: int | None
    kind: str
    name: Name
    zip: str = ""
    phone: bool = False


class Tie(NamedTuple):
    """What became known of a row: it is this person, or the same as that line, or it could be several."""

    line: int
    person: int | None = None
    leader: int | None = None
    vague: bool = False


Rule = Callable[[Member, Member], bool]


def goes_with(one: Member, other: Member) -> bool:
    """On one e-mail address: names that may be one person's; a row without a name goes with whoever is there."""
    if one.kind == other.kind == "organisation":
        return one.name == other.name
    if one.kind != other.kind:
        return one.name == Name()
    return compatible(one.name, other.name)


def same_name(one: Member, other: Member) -> bool:
    """On one phone number: the same name, not a likely one."""
    return one.kind == other.kind and one.name == other.name


def same_name_and_no_other_phone(one: Member, other: Member) -> bool:
    """In one zip code: the same full name, and not two numbers that differ."""
    return same_name(one, other) and is_full(one.name) and not (one.phone and other.phone)


def same_organisation(one: Member, other: Member) -> bool:
    """Of one name: organisations in the same place, as far as places are known."""
    return one.kind == other.kind and one.name == other.name and (not one.zip or not other.zip or one.zip == other.zip)


def settle_group(members: Iterable[Member], rule: Rule) -> Iterator[Tie]:
    """Tie each row of a group to the one it agrees with; two that agree make it vague, none makes it the first.

    What says more goes first, so that `J. Smith` finds the Smiths it could be, and whoever is found is known by
    all that was said of them: the same file again must find the same people.
    """
    known: list[Member] = []
    rows: list[Member] = []
    for member in members:
        (known if member.person or member.leader else rows).append(member)
    identities = _Identities(known)
    for row in sorted(rows, key=lambda row: (-_says(row), row.line)):
        found = identities.of(row, rule)
        if not found:
            identities.add(row._replace(leader=row.line))
        elif len(found) > 1:
            yield Tie(row.line or 0, vague=True)
        else:
            identities.learn(found[0], row)
            yield Tie(row.line or 0, person=found[0].person, leader=None if found[0].person else found[0].leader)


def _says(member: Member) -> int:
    """How much a name tells: 3 for a full one, 0 for none."""
    return 3 if _says_all(member) else (len(member.name.first) > 1) + bool(member.name.first) + bool(member.name.last)


def _says_all(member: Member) -> bool:
    return member.kind == "organisation" or is_full(member.name)


class _Identities:
    """Those of a group who are told apart so far."""

    def __init__(self, known: list[Member]) -> None:
        self.all: dict[tuple[int | None, int | None], Member] = {}
        self.names: dict[tuple[int | None, int | None], set[Name]] = {}
        self.by_name: dict[tuple[str, Name], list[Member]] = {}
        self.partial: list[Member] = []
        for member in known:
            self.add(member)

    def add(self, member: Member) -> None:
        """Keep one more; the same person under two rows is one, whom the book may know by two names."""
        who = self._who(member)
        if who in self.all and (member.line or member.name in self.names[who]):
            return
        self.all.setdefault(who, member)
        self.names.setdefault(who, set()).add(member.name)
        self.by_name.setdefault((member.kind, member.name), []).append(member)
        if not _says_all(member):
            self.partial.append(member)

    def learn(self, member: Member, row: Member) -> None:
        """A row fills what was blank in somebody's name; the next rows are compared with that."""
        fuller = Name(member.name.first or row.name.first, member.name.last or row.name.last)
        if member.kind == row.kind and fuller != member.name:
            self.by_name[member.kind, member.name].remove(member)
            if member in self.partial:
                self.partial.remove(member)
            self.names[self._who(member)].discard(member.name)
            self.add(member._replace(name=fuller, line=None))

    def of(self, row: Member, rule: Rule) -> list[Member]:
        """Those whom `row` may be: an equal name goes before a likely one."""
        equal = [member for member in self.by_name.get((row.kind, row.name), ()) if rule(row, member)]
        if equal and _says_all(row):
            return equal
        if _says_all(row):
            return self._each_once(member for member in self.partial if rule(row, member))
        if len(self.all) > CROWD:
            return list(self.all.values())[:2]
        return self._each_once(member for members in self.by_name.values() for member in members if rule(row, member))

    def _each_once(self, members: Iterable[Member]) -> list[Member]:
        return list({self._who(member): member for member in members}.values())

    @staticmethod
    def _who(member: Member) -> tuple[int | None, int | None]:
        return member.person, None if member.person else member.leader
