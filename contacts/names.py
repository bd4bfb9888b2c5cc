"""Names: the whole one taken apart and put together, and when two spellings may be one person's.

The narrow rule (`compatible`) is what imports and the join form act on alone; the broad one, which only
proposes, is in contacts/identity/rules/.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from nameparser import HumanName

TWO_WORDS = re.compile(r"([^\W\d_]{2,})\s+([^\W\d_]{2,}(?:-[^\W\d_]{2,})?)")
_NOT_SIMPLE = """
    dr mr mrs ms miss rev prof sr sra jr ii iii iv de la del van von st hon sen rep phd md esq
"""
NOT_SIMPLE = frozenset(_NOT_SIMPLE.split())
NICKNAMES = """robert:bob bobby rob robbie bert; william:bill billy will willie liam; richard:rick ricky dick rich;
    michael:mike mikey mick; james:jim jimmy jamie; john:johnny jack jon; joseph:joe joey; thomas:tom tommy;
    charles:charlie chuck chas; christopher:chris kit; daniel:dan danny; david:dave davey; edward:ed eddie ted ned;
    anthony:tony; andrew:andy drew; matthew:matt; steven:steve stephen; kenneth:ken kenny; ronald:ron ronnie;
    donald:don donnie; timothy:tim timmy; gregory:greg; jeffrey:jeff geoffrey geoff; lawrence:larry; benjamin:ben;
    samuel:sam sammy; alexander:alex; nicholas:nick nicky; patrick:pat paddy; raymond:ray; gerald:jerry;
        philip:phil phillip;
    elizabeth:liz beth betty eliza lizzie betsy; margaret:maggie meg peggy marge; katherine:kate kathy katie
        catherine cathy
    kathryn; jennifer:jen jenny; susan:sue susie; deborah:deb debbie debra; barbara:barb barbie; patricia:patty
        trish tricia;
    rebecca:becky becca; victoria:vicky vicki tori; jessica:jess jessie; kimberly:kim; cynthia:cindy;
        pamela:pam; sandra:sandy;
    theresa:terry teresa tess; francisco:paco pancho; jose:pepe; ignacio:nacho; guadalupe:lupe; eduardo:lalo;
        jesus:chuy;
    enrique:kike quique; manuel:manolo; roberto:beto; dolores:lola; rosario:charo; concepcion:concha"""
CANONICAL = {nick: full.split(":")[0].strip() for full in NICKNAMES.split(";") for nick in full.split(":")[1].split()}


def fold(text: str) -> str:
    """Lower case without accents: “José” and “jose” compare equal."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def plain(name: str) -> str:
    """A name reduced to its letters, for comparison only."""
    return "".join(filter(str.isalnum, fold(name)))


class Name(NamedTuple):
    """A name as two words that can be compared; either may be empty."""

    first: str = ""
    last: str = ""


@lru_cache(maxsize=8192)
def split_full_name(full: str) -> tuple[str, str]:
    """First and last name of a whole one: `Lee, Ann` and `Dr. Ann Lee` are Ann, Lee."""
    found = TWO_WORDS.fullmatch(full)
    if found and found[1].lower() not in NOT_SIMPLE and found[2].lower() not in NOT_SIMPLE:
        return found[1], found[2]
    parsed = HumanName(full)
    first = " ".join(part for part in (parsed.first, parsed.middle) if part)
    last = " ".join(part for part in (parsed.last, parsed.suffix.replace(",", "")) if part)
    return (first, last) if first or last else (full, "")


@lru_cache(maxsize=65536)
def bare(word: str) -> str:
    """A word without accents, case and punctuation, in any script."""
    if word.isascii() and word.isalpha():
        return word.lower()
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if letter.isalnum() or letter == " ").strip()


@lru_cache(maxsize=65536)
def compared(first: str, last: str) -> Name:
    """The form of a name that rules compare: the first word of the first name, nicknames made whole."""
    return key_of_name(first, last)


def key_of_name(first: str, last: str) -> Name:
    """The same as `compared`, for names that are asked about once."""
    if first.isascii() and first.isalpha() and last.isascii() and last.isalpha():
        start = first.lower()
        return Name(CANONICAL.get(start, start), last.lower())
    start = bare(first.replace("-", " ").replace(".", " ")).split(" ")[0]
    return Name(CANONICAL.get(start, start), bare(last).replace(" ", ""))


def compatible(one: Name, other: Name) -> bool:
    """The narrow rule: whether two names on one address may be one person, equal or one saying less than the other.

    `J. Smith` goes with `John Smith`, `Bob` with `Robert`, no name with any; `Paul` and `Paula` are two.
    """
    return _agree(one.last, other.last) and (_agree(one.first, other.first) or _initial(one.first, other.first))


def _agree(one: str, other: str) -> bool:
    return not one or not other or one == other


def _initial(one: str, other: str) -> bool:
    return one[0] == other[0] and (len(one) == 1 or len(other) == 1)


def is_full(name: Name) -> bool:
    """Whether a name has a first name that is no initial, and a last name."""
    return len(name.first) > 1 and bool(name.last)


def same_name(first: str, last: str, other_first: str, other_last: str) -> bool:
    """Both names are there and equal but for case, accents and punctuation."""
    return (plain(first), plain(last)) == (plain(other_first), plain(other_last)) and bool(plain(first + last))


def full_name(first: str, last: str) -> str:
    """First and last name as one, without stray blanks."""
    return " ".join(f"{first} {last}".split())


def in_order(first: str, last: str, full: str) -> str:
    """`Núñez, Ana` as Ana Núñez; a whole name that says more than its two parts is left as it was written."""
    turned = full_name(first, last)
    return turned if sorted(full.replace(",", " ").split()) == sorted(turned.split()) else full
