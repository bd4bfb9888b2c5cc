"""Registries: how a lower storey learns of a higher one without importing it.

A higher app registers what it offers when its `apps.ready()` imports the room (`cards.py`,
`panels.py`, `privacy.py`); the lower app asks the registry.
"""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Entry = TypeVar("Entry")


class AlreadyRegistered(ValueError):
    """Two rooms offered something under one key."""


class Registry(Generic[Entry]):
    """Named entries in the order of their registration; a second entry under one key is refused."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._entries: dict[str, Entry] = {}

    def add(self, key: str, entry: Entry) -> Entry:
        """Keep `entry` under `key`; raises AlreadyRegistered when the key is taken."""
        if key in self._entries:
            raise AlreadyRegistered(f"{self.what} “{key}” is registered already")
        self._entries[key] = entry
        return entry

    def register(self, key: str) -> Callable[[Entry], Entry]:
        """Decorate a function or class to keep it under `key`."""
        return lambda entry: self.add(key, entry)

    def get(self, key: str) -> Entry | None:
        """The entry under `key`, or None when nobody registered one."""
        return self._entries.get(key)

    def keys(self) -> list[str]:
        """Every key, in the order of registration."""
        return list(self._entries)

    def items(self) -> list[tuple[str, Entry]]:
        """Every key with its entry, in the order of registration."""
        return list(self._entries.items())

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __contains__(self, key: str) -> bool:
        return key in self._entries
