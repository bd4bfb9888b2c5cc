"""When two organisations of the book may be one: by the words of their names, their domain, number and place."""

from rapidfuzz.distance import JaroWinkler

from contacts.identity.rules.evidence import Book
from contacts.identity.rules.names import slip
from contacts.identity.rules.traits import Traits

_FREE = """
    gmail.com yahoo.com hotmail.com outlook.com aol.com icloud.com live.com msn.com comcast.net bellsouth.net
    att.net me.com mail.com protonmail.com
"""
FREE_MAIL = frozenset(_FREE.split())
SAME_WORDS, SPELLED, BEGINS, PART_OF, LETTERS = 70, 62, 45, 30, 45
"""What the name alone is worth; a town is left out at its end, and what is left out elsewhere often tells two apart."""
NAMESAKES = 24
"""What it is worth less where three or more bear it and nothing else is shared, such as “First Baptist Church”."""


def domains(one: Traits) -> frozenset[str]:
    """The domains of an organisation's own addresses."""
    return frozenset(address.rpartition("@")[2] for address in one.emails) - FREE_MAIL


def weigh_organisations(one: Traits, other: Traits, book: Book) -> tuple[int, tuple[str, ...]]:
    """The score of two organisations and the reasons; a different place or number of a branch speaks against it."""
    score, reason = _by_name(one.lasts, other.lasts)
    signs = _signs(one, other)
    if not score:
        return (0, ())
    score += sum(worth for worth, _code in signs)
    if min(one.namesakes, other.namesakes) > 2 and not any(worth > 0 for worth, _code in signs):
        score -= NAMESAKES
    codes = [reason, *(code for _worth, code in signs if code)]
    return max(0, min(99, score)), tuple(codes)


def _signs(one: Traits, other: Traits) -> list[tuple[int, str]]:
    signs: list[tuple[int, str]] = []
    if set(one.emails) & set(other.emails):
        signs.append((28, "email"))
    elif domains(one) & domains(other):
        signs.append((22, "domain"))
    elif domains(one) and domains(other):
        signs.append((-16, ""))
    if one.phones and other.phones:
        signs.append((26, "phone") if set(one.phones) & set(other.phones) else (-14, ""))
    if set(one.streets) & set(other.streets):
        signs.append((24, "address"))
    elif one.zip and other.zip:
        signs.append((16, "zip") if one.zip == other.zip else (-30, ""))
    return signs


def _by_name(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[int, str]:
    if sorted(one) == sorted(other) or "".join(one) == "".join(other):
        return SAME_WORDS, "same_name"
    if _numbers(one) != _numbers(other):
        return 0, ""
    if len(one) == len(other) and all(
        mine == theirs or slip(mine, theirs) for mine, theirs in zip(one, other, strict=True)
    ):
        return SPELLED, "spelling"
    short, long = sorted((one, other), key=len)
    if len(short) > 1 and set(short) <= set(long):
        return (BEGINS if long[: len(short)] == short else PART_OF), "part_of_name"
    if len(short) == 1 and len(long) > 2 and short[0] == "".join(word[0] for word in long):
        return LETTERS, "letters"
    alike = JaroWinkler.normalized_similarity(" ".join(one), " ".join(other))
    return (SPELLED - 10, "spelling") if alike >= 0.95 and one[-1] == other[-1] else (0, "")


def _numbers(words: tuple[str, ...]) -> list[str]:
    """Numbers in a name tell branches apart: School 12 is not School 21."""
    return sorted(word for word in words if any(map(str.isdigit, word)))
