"""Phone numbers, without asking the slow library about the ordinary ones."""

import re
from functools import lru_cache

from contacts.addresses import normalize_phone

ORDINARY = re.compile(r"(?:\+?1[\s.-]*)?\(?([2-9]\d\d)\)?[\s.-]*(\d{3})[\s.-]*(\d{4})")
"""A North American number; `normalize_phone` gives the same for it."""
TIDY = re.compile(r"(?:\+?1[ .-]?)?\(?([2-9]\d\d)\)?[ .-]?(\d{3})[ .-]?(\d{4})")
"""An ordinary number that needs no tidying before it is kept as written."""
NOTHING = frozenset(("", "-", "n/a", "na", "none", "null", "nan", "unknown", "0"))
BETWEEN = re.compile(r":::|[;|\n/]|,| or | o ")


def ordinary_phone(cell: str) -> str:
    """The number of a cell that holds nothing but an ordinary one, as compared; empty for any other cell."""
    found = TIDY.fullmatch(cell)
    return f"+1{found[1]}{found[2]}{found[3]}" if found else ""


def split_phones(cell: str) -> list[tuple[str, str]]:
    """The numbers of a cell as (as written, as compared); what has fewer than seven digits is no number."""
    text = cell.strip()
    if text.lower() in NOTHING:
        return []
    found = ORDINARY.fullmatch(text)
    if found:
        return [(text, "+1" + "".join(found.groups()))]
    parts = (part.strip().strip("'") for part in BETWEEN.split(text))
    pairs = ((part[:60], _compared(part[:200])) for part in parts if sum(map(str.isdigit, part)) >= 7)
    return list({compared: (written, compared) for written, compared in pairs}.values())


@lru_cache(maxsize=4096)
def _compared(written: str) -> str:
    return normalize_phone(written)[:60]
