"""Cells that come again: what was made of them is kept for a while, as lists of people repeat themselves."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import TypeVar

MOST = 8192
"""Values kept for one field; the memory of a long file is as small as that of a short one."""
LONGEST = 400
"""Characters; a longer cell hardly comes twice."""

Result = TypeVar("Result")


def remembered(at: Sequence[int], read: Callable[[Sequence[str]], Result]) -> Callable[[list[str]], Result]:
    """`read` as a question to a whole row: it gets the cells of the columns `at`, once for those that come again.

    It must say the same whenever it is asked the same, and never None.
    """
    if not at:
        nothing = read(())
        return lambda cells: nothing
    pick, alone = itemgetter(*at), len(at) == 1
    kept: dict[object, Result] = {}

    def of(cells: list[str]) -> Result:
        key = pick(cells)
        found = kept.get(key)
        if found is None:
            values = (key,) if alone else key
            found = read(values)
            if sum(map(len, values)) <= LONGEST:
                if len(kept) >= MOST:
                    kept.clear()
                kept[key] = found
        return found

    return of
