"""The one search box: each app says how its things are found, and by whom.

@SEARCHES.register("events")
def events(words, user) -> list[Hit]:
    ...  # at most PER_SEARCH, only what `user` may open
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from crm.models import User
from crm.registries import Registry

PER_SEARCH = 8
SHORTEST = 2


@dataclass(frozen=True)
class Hit:
    """Something that was found."""

    title: str
    kind: str
    url: str
    note: str = ""
    icon: str = "search"


SEARCHES: Registry[Callable[[str, User], list[Hit]]] = Registry("search")


def search_everything(words: str, user: User) -> list[Hit]:
    """What `user` may see that matches `words`, at most PER_SEARCH of each kind."""
    words = words.strip()
    if len(words) < SHORTEST:
        return []
    return [hit for search in SEARCHES for hit in islice(search(words, user), PER_SEARCH)]
