"""What browsers and programs say, read without trusting that it makes sense."""

import json
import re
from typing import Any

DEEPEST = 50
"""Lists and objects inside of each other; nothing of ours goes half as deep, and readers fail at hundreds."""
_UNWRITABLE = re.compile(r"[\x00\ud800-\udfff]")


def whole(text: object) -> int | None:
    """The number that a text names, as keys of rows are written; None for what is none.

    Python calls "²" a digit, reads "١" as one, and PostgreSQL knows no key of more than 18 digits for sure.
    """
    said = str(text)
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else None


def tree(text: str, *, any_sign: bool = False) -> Any:
    """What JSON says; raises ValueError for what is none, and for what is too deep to be looked at.

    So are texts that nothing can hold, unless whoever asks looks for them and says where they are (`any_sign`).
    """
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("too deep") from None
    level, depth = [found], 0
    while level:
        if depth > DEEPEST:
            raise ValueError("too deep")
        if not any_sign and not all(is_writable(one) for one in level if isinstance(one, str)):
            raise ValueError("a sign that no text can hold")
        level, depth = [one for node in level for one in _inside(node)], depth + 1
    return found


def is_writable(text: str) -> bool:
    """Whether PostgreSQL, pages and mails can hold it: no NUL, and no half of a character."""
    return not _UNWRITABLE.search(text)


def _inside(node: object) -> list[Any]:
    if isinstance(node, dict):
        return [*node, *node.values()]
    return node if isinstance(node, list) else []
