"""Letters as one provider wants them: whole texts, or placeholders and the values that go into them.

A value is put in once and never read again: what would open a placeholder of that provider, in our own words or in
somebody's name, is written so that it looks the same and opens nothing. Placeholders of ours carry letters made up anew
in every process, so that nobody can write one.
"""

import re
import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from crm.letters import Gap, Letter, Stencil, Text
from crm.provider.known import Batch, Provider

Place = Literal["subject", "text", "html"]
PLACES: tuple[Place, ...] = ("subject", "text", "html")
UNSEEN = "\N{WORD JOINER}"
"""Takes no room and breaks no word."""


class Texts(NamedTuple):
    """What a mail says, in the three places where it says something."""

    subject: str
    text: str
    html: str


class Form(NamedTuple):
    """The texts of a stencil with placeholders, and which gap each placeholder stands for."""

    texts: Texts
    gaps: Mapping[str, tuple[Gap, Place]]

    def values(self, provider: Provider, letter: Letter) -> dict[str, str]:
        """What goes into the placeholders for one person."""
        return {name: harmless(provider, gap.fill(letter.values), place) for name, (gap, place) in self.gaps.items()}


def whole(provider: Provider, letter: Letter) -> Texts:
    """The texts for one person, with nothing left to put in."""
    return Texts(*(_whole(provider, letter, place) for place in PLACES))


def _whole(provider: Provider, letter: Letter, place: Place) -> str:
    parts: Text = getattr(letter.stencil, place)
    said = "".join([part if isinstance(part, str) else part.fill(letter.values) for part in parts])
    return harmless(provider, said, place)


@lru_cache(maxsize=16)
def form(provider: Provider, batch: Batch, stencil: Stencil) -> Form:
    """The stencil with this provider's placeholders, made once."""
    nonce = secrets.token_hex(4)
    names: dict[tuple[Gap, Place], str] = {}

    def filled(place: Place) -> str:
        said = []
        for part in getattr(stencil, place):
            if isinstance(part, str):
                said.append(harmless(provider, part, place))
            else:
                name = names.setdefault((part, place), f"g{len(names)}x{nonce}")
                said.append(batch.placeholder.format(name))
        return "".join(said)

    texts = Texts(*map(filled, PLACES))
    return Form(texts, {name: gap for gap, name in names.items()})


def harmless(provider: Provider, said: str, place: Place) -> str:
    """The same to look at, with nothing that this provider would fill in."""
    if provider.means is None:
        return said
    return provider.means.sub(_as_entity if place == "html" else _set_apart, said)


def _as_entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _set_apart(found: re.Match[str]) -> str:
    return found[0] + UNSEEN
