"""What each likeness is worth: how often it is seen between two entries of one person, of one household, of strangers.

Three explanations compete, because a household shares its last name, its phone, its address and often its
inbox without being one person. The odds are of everyday life; how rare a name is comes from the book itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from rapidfuzz.distance import OSA

from contacts.identity.rules.names import Level
from contacts.identity.rules.nicknames import called, whole
from contacts.identity.rules.traits import Traits

_MARKS = str.maketrans("", "", "._-")
_ROLES = """
    info office contact admin hello hola mail staff support team secretary church news media
"""
ROLE_INBOXES = frozenset(_ROLES.split())


class Sign(NamedTuple):
    """The odds of one likeness under the three explanations, and the reason it is told by (or none)."""

    same: float
    house: float
    stranger: float
    reason: str = ""


NOTHING = Sign(1.0, 1.0, 1.0)
AT_HOME = 0.25
"""How much rarer two of one home have the same first name than two strangers: it would not tell them apart."""
JUNIORS = 0.003
"""How many of those who live together are called after one another."""
NEIGHBOURS = 100
"""How many numbers are one digit from a number."""
SLIPS = 40
"""How many ways there are to misspell a name: a name nobody else has, one letter from a common one, is a slip."""


@dataclass(frozen=True)
class Book:
    """How many there are, and how often each name and zip code occurs."""

    people: int = 1000
    firsts: Mapping[str, int] = field(default_factory=dict)
    lasts: Mapping[str, int] = field(default_factory=dict)
    zips: Mapping[str, int] = field(default_factory=dict)
    crowded_phones: float = 0.0
    """How likely two have the same number because crowds do: a switchboard, or numbers that were made up."""

    def first(self, name: str) -> float:
        """How common a first name is; a small book says little, so no name is rarer than one in a thousand there."""
        return (self.firsts.get(whole(name), 0) + 1) / (self.people + 1000)

    def last(self, name: str) -> float:
        """How common a last name is."""
        return (self.lasts.get(name, 0) + 1) / (self.people + 1000)

    @property
    def phone(self) -> float:
        """How likely two strangers have the same phone number."""
        return max(0.3 / (self.people + 1000), self.crowded_phones)

    def zip(self, code: str) -> float:
        """How many live in a zip code, as a share."""
        return (self.zips.get(code, 0) + 10) / (self.people + 200)


def first_sign(level: Level, one: str, other: str, book: Book, *, same_last: bool) -> Sign:
    """What the given names say; at home only a father and his son share one, and then their last name, too."""
    if level is Level.MISSING:
        return NOTHING
    if level is Level.OTHER:
        return Sign(0.02, 0.97, 0.97)
    if level is Level.INITIAL:
        return Sign(0.05, 0.004, 0.004, "initial")
    often, seldom = max(book.first(one), book.first(other)), min(book.first(one), book.first(other))
    at_home = AT_HOME * often
    if level is Level.SAME:
        return Sign(0.80, at_home + (JUNIORS if same_last else 0), often)
    if level is Level.NICKNAME:
        return Sign(0.08, at_home + 0.001, often, "nickname")
    if level is Level.SPELLING:
        chance = min(2 * often, SLIPS * seldom)
        return Sign(0.05, chance + 0.001, chance, "spelling")
    return Sign(0.03, 2 * often, 2 * often, "second_name")


def last_sign(level: Level, one: Traits, other: Traits, book: Book) -> Sign:
    """What the last names say: a household shares them, a marriage changes them."""
    if level is Level.MISSING:
        return NOTHING
    if level is Level.OTHER:
        return Sign(0.05, 0.20, 0.97, "other_last_name")
    if level is Level.INITIAL:
        return Sign(0.02, 0.02, 0.002, "initial")
    shared = [name for name in one.lasts if name in other.lasts] or [one.lasts[0], other.lasts[0]]
    often, seldom = max(map(book.last, shared)), min(map(book.last, shared))
    return {
        Level.SAME: Sign(0.78, 0.70, often),
        Level.PART: Sign(0.07, 0.03, 0.3 * often, "double_last_name"),
        Level.TAIL: Sign(0.03, 0.04, 0.3 * often, "double_last_name"),
        Level.TORN: Sign(0.004, 0.08, 0.2 * often, "double_last_name"),
    }.get(level, Sign(0.05, 0.004, min(2 * often, SLIPS * seldom), "spelling"))


def middle_sign(level: Level) -> Sign:
    """What second given names say."""
    if level is Level.MISSING:
        return NOTHING
    if level is Level.OTHER:
        return Sign(0.06, 0.95, 0.95)
    return Sign(0.9, 0.1, 0.1) if level is Level.INITIAL else Sign(0.9, 0.03, 0.03)


def generation_sign(one: str, other: str) -> Sign:
    """What Jr and Sr say: a father and his son share everything but this."""
    if one == other:
        return NOTHING if not one else Sign(0.9, 0.3, 0.02)
    return Sign(0.002, 0.9, 0.9) if one and other else Sign(0.012, 0.3, 0.05)


def phone_sign(one: Traits, other: Traits, book: Book) -> Sign:
    """What phone numbers say: the same one is one person's or one household's."""
    if not one.phones or not other.phones:
        return NOTHING
    if any(number in other.phones for number in one.phones):
        return Sign(0.55, 0.40, book.phone, "phone")
    if any(OSA.distance(mine, its, score_cutoff=1) <= 1 for mine in one.phones for its in other.phones):
        return Sign(0.02, 0.01, min(1.0, NEIGHBOURS * book.phone), "phone_spelling")
    return Sign(0.45, 0.60, 1.0)


def street_sign(one: Traits, other: Traits, book: Book) -> Sign:
    """What postal addresses say, or the zip code where no two are the same."""
    if any(address in other.streets for address in one.streets):
        return Sign(0.55, 0.92, 3 / (book.people + 1000), "address")
    if one.streets and other.streets:
        zips = zip_sign(one.zip, other.zip, book)
        return Sign(0.6 * zips.same, 0.1 * zips.house, zips.stranger, zips.reason)
    return zip_sign(one.zip, other.zip, book)


def zip_sign(one: str, other: str, book: Book) -> Sign:
    """What zip codes say; people move."""
    if not one or not other:
        return NOTHING
    if one == other:
        often = book.zip(one)
        return Sign(0.75, 0.95, often, "zip")
    return Sign(0.25, 0.05, 0.96, "moved")


def organisation_sign(one: Traits, other: Traits) -> Sign:
    """What belonging to the same organisation says."""
    if not one.organisations or not other.organisations:
        return NOTHING
    if any(pk in other.organisations for pk in one.organisations):
        return Sign(0.5, 0.1, 0.002, "organisation")
    return Sign(0.5, 0.9, 0.99)


def language_sign(one: str, other: str) -> Sign:
    """What the language they want says: little."""
    return NOTHING if one == other or not one or not other else Sign(0.3, 0.5, 0.7)


def email_sign(one: Traits, other: Traits, book: Book) -> Sign:
    """What e-mail addresses say: the same one, the same name at another provider, a slip of the pen."""
    if not one.emails or not other.emails:
        return NOTHING
    same = [address for address in one.emails if address in other.emails]
    if same:
        if all(local(address) in ROLE_INBOXES for address in same):
            return Sign(0.02, 0.9, 0.001, "shared_inbox")
        return Sign(0.5, 0.12, 0.1 / (book.people + 1000), "email")
    found = [_close(mine, theirs, one, other, book) for mine in one.emails for theirs in other.emails]
    best = max(found, key=lambda sign: sign.same / max(sign.house, sign.stranger))
    return best


def former_name_sign(one: Traits, other: Traits) -> Sign:
    """Whether an address of one bears a last name that only the other has: of before a marriage, or the second."""
    if one.emails == other.emails:
        return NOTHING
    for mine, theirs in ((one, other), (other, one)):
        left = [name for name in theirs.lasts if len(name) > 3 and name not in mine.lasts]
        if any(name in local(address) for address in mine.emails if address not in theirs.emails for name in left):
            return Sign(0.15, 0.03, 0.002, "former_name")
    return NOTHING


def local(address: str) -> str:
    """What stands before the @, without what some providers ignore."""
    return address.partition("@")[0].partition("+")[0].translate(_MARKS)


def without_names(part: str, person: Traits) -> str:
    """What is left of the part before the @ without the person's names; with nothing left, any namesake may have it."""
    for word in sorted((*person.firsts, *person.lasts, *called(whole(person.first))), key=len, reverse=True):
        part = part.replace(word, "", 1)
    return "".join(filter(str.isalnum, part))


def _close(mine: str, theirs: str, one: Traits, other: Traits, book: Book) -> Sign:
    part, its = local(mine), local(theirs)
    if part == its and len(part) >= 5 and part not in ROLE_INBOXES:
        left = min(without_names(part, one), without_names(part, other), key=len)
        if len(left) < 2:
            return Sign(0.10, 0.03, 0.03, "local_part")
        if left.isdigit() or left[1:].isdigit():
            return Sign(0.12, 0.003, 0.03 * 0.1 ** min(3, len(digits(left))), "local_part")
        return Sign(0.12, 0.003, 5 / (book.people + 1000), "local_part")
    if len(mine) >= 8 and OSA.distance(mine, theirs, score_cutoff=1) <= 1 and not _other_number(mine, theirs):
        return Sign(0.05, 0.001, 0.001, "email_spelling")
    number = digits(part)
    if len(number) > 1 and number == digits(its):
        return Sign(0.08, 0.02, 0.015, "email_number")
    return Sign(0.35, 0.85, 0.97)


def digits(part: str) -> str:
    """The digits of an address: a year of birth is often taken along to the next one."""
    return "".join(filter(str.isdigit, part))


def _other_number(mine: str, theirs: str) -> bool:
    """Whether two addresses differ in their digits: `ana1@` and `ana2@` are two people."""
    return sorted(digits(mine)) != sorted(digits(theirs))
