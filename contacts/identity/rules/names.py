"""How two names go together: the level of each part, from the same to another one."""

from enum import StrEnum

from rapidfuzz.distance import OSA, JaroWinkler

from contacts.identity.rules.nicknames import called, may_be_called
from contacts.identity.rules.traits import Traits

ALIKE = 0.93
"""Jaro-Winkler from which two long names count as one with a slip of the pen."""


class Level(StrEnum):
    """How alike two names, or two parts of names, are."""

    SAME = "same"
    NICKNAME = "nickname"
    SPELLING = "spelling"
    SECOND = "second"
    INITIAL = "initial"
    PART = "part"
    TAIL = "tail"
    TORN = "torn"
    SWAPPED = "swapped"
    MISSING = "missing"
    OTHER = "other"


def slip(one: str, other: str) -> bool:
    """Whether two words differ by a slip of the pen: one letter, two that changed places, more in long ones."""
    if min(len(one), len(other)) < 3 or len(one) + len(other) < 7 or (one[0] != other[0] and one[-1] != other[-1]):
        return False
    if OSA.distance(one, other, score_cutoff=1) <= 1:
        return True
    return min(len(one), len(other)) >= 6 and JaroWinkler.normalized_similarity(one, other) >= ALIKE


def is_initial(word: str) -> bool:
    """Whether a word is one Latin letter; 王 is a whole name."""
    return len(word) == 1 and word < "\u0250"


def first_names(one: tuple[str, ...], other: tuple[str, ...]) -> Level:
    """How the given names of two people go together; `María José` goes with `José` by the second of them."""
    if not one or not other:
        return Level.MISSING
    mine, theirs = one[0], other[0]
    if mine == theirs:
        return Level.INITIAL if is_initial(mine) else Level.SAME
    if is_initial(mine) or is_initial(theirs):
        return Level.INITIAL if mine[0] == theirs[0] else _by_second(one, other)
    if may_be_called(mine, theirs):
        return Level.NICKNAME
    if any(slip(a, b) for a in called(mine) for b in called(theirs)) or "".join(one) == "".join(other):
        return Level.SPELLING
    return _by_second(one, other)


def _by_second(one: tuple[str, ...], other: tuple[str, ...]) -> Level:
    seconds = [(one[1:2], other[:1]), (one[:1], other[1:2])]
    return Level.SECOND if any(a and a == b and len(a[0]) > 1 for a, b in seconds) else Level.OTHER


def last_names(one: tuple[str, ...], other: tuple[str, ...]) -> Level:
    """How the last names of two people go together; with two of them, the first one counts for more."""
    if not one or not other:
        return Level.MISSING
    if one == other:
        return Level.INITIAL if is_initial(one[0]) else Level.SAME
    shared = set(one) & set(other)
    if shared:
        return _in_part(one, other, shared)
    if "".join(one) == "".join(other):
        return Level.SAME
    if is_initial(one[0]) or is_initial(other[0]):
        return Level.INITIAL if one[0][0] == other[0][0] else Level.OTHER
    if any(slip(mine, theirs) for mine in one for theirs in other):
        return Level.SPELLING
    return Level.OTHER


def _in_part(one: tuple[str, ...], other: tuple[str, ...], shared: set[str]) -> Level:
    """`García López` and `García` are one in part; `García López` and `García Ruiz` are two families."""
    if len(one) > 1 and len(other) > 1 and len(shared) == 1:
        left = [word for word in one if word not in shared], [word for word in other if word not in shared]
        if not (left[0] and left[1]):
            return Level.PART
        return Level.SAME if _alike(left[0][0], left[1][0]) else Level.TORN
    return Level.PART if one[0] in shared and one[0] == other[0] else Level.TAIL


def _alike(one: str, other: str) -> bool:
    return slip(one, other) or (one[0] == other[0] and 1 in (len(one), len(other)))


def swapped(one: Traits, other: Traits) -> bool:
    """Whether first and last name changed places between two people."""
    if not (one.firsts and other.firsts and one.lasts and other.lasts) or one.firsts[0] == other.firsts[0]:
        return False
    crossed = [(one.firsts[0], other.lasts), (other.firsts[0], one.lasts)]
    equal = [name in lasts for name, lasts in crossed]
    likely = (any(may_be_called(name, last) for last in lasts) for name, lasts in crossed)
    return all(equal) or (any(equal) and all(likely))


def middle_names(one: tuple[str, ...], other: tuple[str, ...]) -> Level:
    """How second given names go together; nothing is said where one has none."""
    if len(one) < 2 or len(other) < 2:
        return Level.MISSING
    mine, theirs = one[1], other[1]
    if mine == theirs:
        return Level.SAME if len(mine) > 1 else Level.INITIAL
    if mine[0] == theirs[0] and 1 in (len(mine), len(theirs)):
        return Level.INITIAL
    return Level.SPELLING if slip(mine, theirs) else Level.OTHER
