"""What this house knows that cells of a file may name: types, topics, fields of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from contacts.imports.mapping.columns import OwnField
from contacts.imports.mapping.headers import plain
from contacts.models.taxonomy import CustomField, StakeholderType, Topic


class Known(NamedTuple):
    """A type or a topic: short name, number, and for a type whether people or organisations are of it."""

    slug: str
    pk: int
    kind: str = ""


@dataclass(frozen=True)
class House:
    """Types and topics by every name they go by, fields of our own by short name."""

    types: Mapping[str, Known] = field(default_factory=dict)
    topics: Mapping[str, Known] = field(default_factory=dict)
    own: Mapping[str, OwnField] = field(default_factory=dict)


def this_house() -> House:
    """The types, topics and fields of our own as they are now."""
    types = {kind: Known(kind.slug, kind.pk, kind.kind) for kind in StakeholderType.objects.all()}
    topics = {topic: Known(topic.slug, topic.pk) for topic in Topic.objects.all()}
    own = [
        OwnField(made.slug, made.kind, tuple(map(str, made.choices)), (made.slug, made.name_en, made.name_es))
        for made in CustomField.objects.all()
    ]
    return House(
        {name: known for kind, known in types.items() for name in _names(kind.slug, kind.name_en, kind.name_es)},
        {name: known for topic, known in topics.items() for name in _names(topic.slug, topic.name_en, topic.name_es)},
        {made.slug: made for made in own},
    )


def _names(slug: str, *names: str) -> Iterable[str]:
    """Every way to write it that we know again."""
    return {slug, *(plain(name) for name in (slug, *names) if name)}
