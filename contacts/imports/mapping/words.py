"""Words of a file that must mean something to us: types, tags, topics, languages, what it says about mail.

Each cell is looked up once; a file of a million rows has a few hundred different cells. What was heard is
counted, so that a person can say of each word we do not know what it means.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from contacts.imports.mapping.values import split_words

MOST_CELLS = 20_000
"""Different cells that are kept and counted; a column with more is free text."""
LONGEST = 400
"""Letters of a cell; a longer one is prose, means nothing to us and is not kept."""
MOST_WORDS = 300
"""Words of one kind that a person is shown."""
Meaning = Callable[[str], str | None]


class Heard(NamedTuple):
    """A word of the file, how many rows say it, and what it is taken for: empty is left out, None is unknown."""

    word: str
    rows: int
    target: str | None


def key_of(word: str) -> str:
    """A word as it is compared with a choice: case and blanks do not matter."""
    return " ".join(word.split()).casefold()


def one_word(cell: str) -> list[str]:
    """The whole cell as one word."""
    text = " ".join(cell.split())
    return [text] if text else []


class Said(NamedTuple):
    """What some cells say: the words, and what those we know mean, each once and in their order."""

    targets: tuple[str, ...]
    words: tuple[str, ...]


class Words:
    """The words of one kind: what somebody chose for them first, then what they mean by themselves."""

    def __init__(
        self,
        meaning: Meaning,
        chosen: Mapping[str, str] | None = None,
        split: Callable[[str], list[str]] = split_words,
    ) -> None:
        self.meaning = meaning
        self.chosen = {key_of(word): target for word, target in (chosen or {}).items()}
        self.split = split
        self.known: dict[str, Said] = {}
        self.said: Counter[tuple[str, ...]] = Counter()

    def read(self, cells: Iterable[str]) -> Said:
        """What cells mean; words that are left out or unknown give nothing. Nothing is counted yet."""
        words = tuple(dict.fromkeys(word for cell in cells for word in self.split(cell)))
        targets = (self.target(word) for word in words)
        return Said(tuple(dict.fromkeys(target for target in targets if target)), words)

    def hear(self, words: tuple[str, ...]) -> None:
        """Count a row that says these words."""
        if words and (words in self.said or len(self.said) < MOST_CELLS) and sum(map(len, words)) <= LONGEST:
            self.said[words] += 1

    def of(self, cell: str) -> tuple[str, ...]:
        """What one cell means, looked up once for cells that come again, and counted."""
        found = self.known.get(cell)
        if found is None:
            found = self.read([cell])
            if len(self.known) < MOST_CELLS and len(cell) <= LONGEST:
                self.known[cell] = found
        self.hear(found.words)
        return found.targets

    def target(self, word: str) -> str | None:
        """What one word is taken for: empty is left out, None is unknown."""
        if len(word) > LONGEST:
            return None
        chosen = self.chosen.get(key_of(word)) if self.chosen else None
        return self.meaning(word) if chosen is None else chosen

    def heard(self) -> list[Heard]:
        """The words of the file, the unknown ones first, then by how often they were said."""
        rows: Counter[str] = Counter()
        for words, count in self.said.items():
            for word in words:
                rows[word[:60]] += count
        every = [Heard(word, count, self.target(word)) for word, count in rows.items()]
        return sorted(every, key=lambda heard: (heard.target is not None, -heard.rows, heard.word))[:MOST_WORDS]

    def unknown(self) -> list[Heard]:
        """Words that mean nothing to us and of which nobody said what they mean."""
        return [heard for heard in self.heard() if heard.target is None]
