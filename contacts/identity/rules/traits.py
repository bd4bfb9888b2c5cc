"""What of somebody the broad rule compares, taken from the book and written so that two spellings are equal."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from contacts.names import bare, split_full_name

_PARTICLES = "de del la las los lo y e da do dos das di du le van von der den ter bin al el"
PARTICLES = frozenset(_PARTICLES.split())
_TITLES = "mr mrs ms miss dr rev pastor sr sra srta prof hon fr sister brother don dona"
TITLES = frozenset(_TITLES.split())
SUFFIXES = {"jr": "jr", "junior": "jr", "ii": "jr", "2nd": "jr", "sr": "sr", "senior": "sr", "iii": "iii", "iv": "iv"}
"""Generations: the son may sign as Jr or II."""
DEGREES = frozenset(("phd", "md", "esq", "cpa", "rn", "dds", "jd", "mba", "edd"))
_LEGAL = "inc incorporated llc ltd co corp corporation company the of and for in at a an de del la el los las y"
LEGAL = frozenset(_LEGAL.split())
_SHORT = {
    "st": "saint", "mt": "mount", "ctr": "center", "centre": "center", "assoc": "association", "assn": "association",
    "dept": "department", "univ": "university", "svcs": "services", "elem": "elementary", "fdn": "foundation",
    "ch": "church", "intl": "international", "natl": "national", "org": "organization", "organisation": "organization",
    "comm": "community", "neighbourhood": "neighborhood", "meck": "mecklenburg", "clt": "charlotte",
}  # fmt: skip
_STREET_WORDS = {
    "street": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "lane": "ln", "court": "ct",
    "boulevard": "blvd", "place": "pl", "circle": "cir", "terrace": "ter", "parkway": "pkwy", "highway": "hwy",
    "north": "n", "south": "s", "east": "e", "west": "w", "apartment": "apt", "unit": "apt", "suite": "ste",
    "trail": "trl", "way": "wy",
}  # fmt: skip
STREET_KINDS = frozenset(("st", "ave", "rd", "dr", "ln", "ct", "blvd", "pl", "cir", "ter", "pkwy", "hwy", "trl", "wy"))
SIDES = frozenset(("nw", "ne", "sw", "se"))
ZIP = re.compile(r"\b(\d{5})(?:-\d{4})?$")
WORD = re.compile(r"[\s\-/]+")


class Traits(NamedTuple):
    """One of the book as the rule sees them; an organisation keeps the words of its name in `lasts`."""

    pk: int = 0
    kind: str = "person"
    firsts: tuple[str, ...] = ()
    lasts: tuple[str, ...] = ()
    suffix: str = ""
    zip: str = ""
    language: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    namesakes: int = 0

    @property
    def first(self) -> str:
        """The name they are called by."""
        return self.firsts[0] if self.firsts else ""


def traits_of(
    *,
    pk: int = 0,
    kind: str = "person",
    first: str = "",
    last: str = "",
    name: str = "",
    zip: str = "",
    language: str = "",
    emails: Iterable[str] = (),
    phones: Iterable[str] = (),
    streets: Iterable[str] = (),
    organisations: Iterable[str] = (),
) -> Traits:
    """The traits of a stakeholder; e-mail and phone as ContactPoint normalises them, `streets` as they are written."""
    reach = tuple(emails), tuple(phones), tuple(map(street, streets)), tuple(organisations)
    zip = zip or next((found[1] for address in reach[2] if (found := ZIP.search(address))), "")
    if kind == "organisation":
        return Traits(pk, kind, (), organisation_words(name), "", zip, language, *reach)
    if not first and not last and "@" not in name:
        first, last = split_full_name(name)
    firsts, lasts, suffix = person_words(first, last)
    return Traits(pk, kind, firsts, lasts, suffix, zip, language, *reach)


@lru_cache(maxsize=4096)
def person_words(first: str, last: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Given names, last names without “de la”, and the generation: `María José`, `García-López Jr.`."""
    given = [word for word in _words(first) if word not in TITLES]
    family = _words(last)
    suffix = next((SUFFIXES[word] for word in reversed(family[1:] or given[1:]) if word in SUFFIXES), "")
    kept = [word for place, word in enumerate(family) if not (place and (word in SUFFIXES or word in DEGREES))]
    lasts = tuple(word for word in kept if word not in PARTICLES) or tuple(kept)
    firsts = tuple(word for place, word in enumerate(given) if not (place and word in SUFFIXES))
    return firsts, lasts, suffix


def _words(text: str) -> list[str]:
    return [word for word in (bare(part).replace(" ", "") for part in WORD.split(text.replace(".", " "))) if word]


@lru_cache(maxsize=4096)
def organisation_words(name: str) -> tuple[str, ...]:
    """The words of an organisation's name that tell it from others, short forms made whole."""
    words = [_SHORT.get(word, word) for word in _words(name.replace("&", " ").replace("'s", "s").replace("’s", "s"))]
    return tuple(word for word in words if word not in LEGAL) or tuple(words)


@lru_cache(maxsize=4096)
def street(address: str) -> str:
    """A postal address as two spellings of it compare equal: number, street, and what tells homes there apart.

    `12 N Main Street, Apt. 4, Charlotte NC 28205` is `12 n main st 4 28205`.
    """
    words = [_STREET_WORDS.get(word, word) for word in re.sub(r"[.,#]", " ", address.lower()).split()]
    end = next((place for place, word in enumerate(words) if place > 1 and word in STREET_KINDS), None)
    if end is None:
        return " ".join(words).replace("p o box", "po box")
    told_apart = (word for word in words[end + 1 :] if word in SIDES or any(map(str.isdigit, word)) or len(word) == 1)
    return " ".join([*words[: end + 1], *told_apart])
