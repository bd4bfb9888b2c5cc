"""What we know of the exports of one tool."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contacts.imports.mapping.headers import plain


def headings(text: str) -> tuple[str, ...]:
    """Headings written one after the other with semicolons, in the form `plain()` gives them."""
    return tuple(plain(part) for part in text.split(";") if part.strip())


def fields(**named: str) -> dict[str, str]:
    """Headings by the field they mean, as heading → field; `left_out` names those that mean nothing to us.

    The name of a field of the second person is written with two underscores: `second__email`.
    """
    found = {}
    for name, text in named.items():
        target = "" if name == "left_out" else name.replace("__", ":")
        found.update(dict.fromkeys(headings(text), target))
    return found


@dataclass(frozen=True)
class Export:
    """A file that a tool writes: how it is known again and what its headings and words mean."""

    key: str
    name: str
    signs: tuple[tuple[str, ...], ...]
    """Sets of headings; a file that has all of one set is of this tool."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Heading → field; what is not named here is taken for what it says."""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Words of the tool by kind, where they mean something else than everywhere."""
    system: str = ""
    """Whose the numbers of its people are; empty when it has none."""
    presence: str = ""
    """What being in the file means for the occasion, such as registered."""

    def fits(self, found: set[str]) -> int:
        """How many headings of its fullest set of signs the file has, 0 when no set is whole."""
        return max((len(signs) for signs in self.signs if found.issuperset(signs)), default=0)
