"""The score of a pair: how likely it is that two of the book are one, from 0 to 100, and why."""

from typing import NamedTuple

from contacts.identity.rules import evidence
from contacts.identity.rules.evidence import Book, Sign
from contacts.identity.rules.names import Level, first_names, last_names, middle_names, swapped
from contacts.identity.rules.organisations import weigh_organisations
from contacts.identity.rules.traits import Traits

VERSION = 4
"""Raised when the rule changes, so that the next scan looks at everybody again."""
LIKELY = 50
"""From this score a pair is shown without being asked for: it is more likely one than two."""
POSSIBLE = 30
"""From this score a pair is kept."""
TWICE, HOUSEMATES = 0.6, 1.0
"""How many other entries of themselves, and how many others of their household, somebody has in the book."""
TURNED = 0.01
"""How often first and last name are written into each other's place."""
RELATED, FEW = 2.5, 8
"""First and last names go together (García and María), so two chances multiplied are too small; where more than FEW
have a name, it is counted instead."""


class Verdict(NamedTuple):
    """0 to 100, and the codes of what speaks for it."""

    score: int
    reasons: tuple[str, ...] = ()


NOT_ONE = Verdict(0)


def weigh(one: Traits, other: Traits, book: Book, *, sharing: int = 2) -> Verdict:
    """How likely `one` and `other` are the same; `sharing` is how many have the number or address they share."""
    if one.kind != other.kind:
        return NOT_ONE
    if one.kind == "organisation":
        return Verdict(*weigh_organisations(one, other, book))
    same_name, names = _names(one, other, book)
    signs = [
        *names,
        evidence.middle_sign(middle_names(one.firsts, other.firsts)),
        evidence.generation_sign(one.suffix, other.suffix),
        evidence.email_sign(one, other, book),
        evidence.phone_sign(one, other, book),
        evidence.street_sign(one, other, book),
        evidence.organisation_sign(one, other),
        evidence.language_sign(one.language, other.language),
    ]
    return Verdict(_score(signs, book, sharing), _reasons(signs, same_name, one, other))


def _score(signs: list[Sign], book: Book, sharing: int) -> int:
    people = max(book.people, 50)
    same, house, stranger = TWICE / people, HOUSEMATES * max(2, sharing) / 2 / people, 1.0
    for sign in signs:
        same *= sign.same
        house *= sign.house
        stranger *= sign.stranger
    return int(100 * same / (same + house + stranger))


def _names(one: Traits, other: Traits, book: Book) -> tuple[bool, list[Sign]]:
    """Whether the names are the same, and what they say together."""
    if swapped(one, other):
        chance = max(book.first(side.first) * book.last(side.lasts[-1]) for side in (one, other))
        return False, [Sign(TURNED, TURNED * 0.01, TURNED * RELATED * chance, "swapped")]
    first, last = first_names(one.firsts, other.firsts), last_names(one.lasts, other.lasts)
    same_last = last in (Level.SAME, Level.PART, Level.SPELLING)
    said: tuple[Sign, ...] = (
        evidence.first_sign(first, one.first, other.first, book, same_last=same_last),
        evidence.last_sign(last, one, other, book),
    )
    if last in (Level.OTHER, Level.PART, Level.TAIL, Level.TORN):
        said = (*said, evidence.former_name_sign(one, other))
    if Level.OTHER in (first, last) or Level.MISSING in (first, last):
        return False, list(said)
    chance = RELATED * said[0].stranger * said[1].stranger
    namesakes = min(one.namesakes, other.namesakes)
    if first == last == Level.SAME and namesakes > FEW:
        chance = max(chance, namesakes / (book.people + 1000))
    reason = said[0].reason or said[1].reason
    together = Sign(said[0].same * said[1].same, said[0].house * said[1].house, chance, reason)
    return first == last == Level.SAME, [together, Sign(1, 1, 1, said[1].reason), *said[2:]]


def _reasons(signs: list[Sign], same_name: bool, one: Traits, other: Traits) -> tuple[str, ...]:
    found = dict.fromkeys(sign.reason for sign in signs if sign.reason)
    codes = ["same_name", *found] if same_name else list(found)
    if same_name and max(one.namesakes, other.namesakes) <= 2 and not {"email", "phone", "address"} & found.keys():
        codes.append("rare_name")
    return tuple(codes)
