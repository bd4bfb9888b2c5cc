"""When two spellings may be one person's name."""

import unicodedata


def fold(text: str) -> str:
    """Lower case without accents: “José” and “jose” compare equal."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def plain(name: str) -> str:
    """A name reduced to its letters, for comparison only."""
    return "".join(filter(str.isalnum, fold(name)))


def same_name(first: str, last: str, other_first: str, other_last: str) -> bool:
    """Both names are there and equal but for case, accents and punctuation."""
    return (plain(first), plain(last)) == (plain(other_first), plain(other_last)) and bool(plain(first + last))


def compatible(first: str, last: str, other_first: str, other_last: str) -> bool:
    """The two may be one person: last names agree, first names agree as far as both go (“R.” and “Robert”).

    A part that is missing on one side says nothing against it.
    """
    return _agree(plain(last), plain(other_last), prefix=False) and _agree(
        plain(first), plain(other_first), prefix=True
    )


def _agree(one: str, other: str, *, prefix: bool) -> bool:
    if not one or not other or one == other:
        return True
    return prefix and (one.startswith(other) or other.startswith(one))


def full_name(first: str, last: str) -> str:
    """First and last name as one, without stray blanks."""
    return " ".join(f"{first} {last}".split())
