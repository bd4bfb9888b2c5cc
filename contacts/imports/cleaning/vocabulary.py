"""The words of one file and what each means: chosen by a person first, then as everybody says them."""

from collections.abc import Mapping

from contacts.imports.house import House
from contacts.imports.mapping.headers import plain
from contacts.imports.mapping.values import email_state, language_code, type_slug
from contacts.imports.mapping.words import Words, one_word

Values = Mapping[str, Mapping[str, str]]
"""By kind (types, tags, topics, language, states): what a word of the file is taken for; empty is left out."""


class Vocabulary:
    """Types and topics by short name, tags as they are written, languages and states by code."""

    def __init__(self, house: House, values: Values) -> None:
        self.house = house
        self.type_of = {known.slug: known for known in house.types.values()}
        self.topic_of = {known.slug: known for known in house.topics.values()}
        self.types = Words(self._type, _only(values.get("types"), self.type_of))
        self.topics = Words(self._topic, _only(values.get("topics"), self.topic_of))
        self.tags = Words(str, values.get("tags"))
        self.language = Words(_language, values.get("language"))
        self.states = Words(_state, values.get("states"), one_word)

    def kinds(self) -> dict[str, Words]:
        """Each kind of word under the name by which choices are kept."""
        return {
            "types": self.types,
            "tags": self.tags,
            "topics": self.topics,
            "language": self.language,
            "states": self.states,
        }

    def _type(self, word: str) -> str | None:
        found = self.house.types.get(plain(word)) or self.house.types.get(type_slug(word))
        return found.slug if found else None

    def _topic(self, word: str) -> str | None:
        found = self.house.topics.get(plain(word)) or self.house.topics.get(word.strip().lower())
        return found.slug if found else None


def _language(word: str) -> str | None:
    return language_code(word) or None


def _state(word: str) -> str | None:
    return email_state(word) or None


def _only(chosen: Mapping[str, str] | None, known: Mapping[str, object]) -> dict[str, str]:
    """Choices that still mean something: a type that was removed since is unknown again."""
    return {word: target for word, target in (chosen or {}).items() if not target or target in known}
