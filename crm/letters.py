"""Letters: a mail as texts with gaps, for transports that hand over texts and not ready bytes.

    stencil   what everybody gets: sender, headers, and texts that are literal strings and gaps in turn
    letter    one person's part of it: what goes into the gaps, headers and marks of their own

A gap knows how a value is escaped for where it stands; what may be read as a placeholder by a provider is that
provider's affair (`crm/provider/filling.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class Gap(Protocol):
    """Where a person's value goes; two that put in the same are equal."""

    def fill(self, values: Mapping[str, str], /) -> str:
        """The value, escaped for where it stands."""


Text = Sequence[str | Gap]


class Attachment(NamedTuple):
    """A small file that travels along."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, eq=False)
class Stencil:
    """What is the same for everybody who gets a mail; `sender` and `reply_to` are as they stand in a header."""

    sender: str
    subject: Text
    text: Text
    html: Text
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()


class Letter(NamedTuple):
    """One person's part: `marks` come back with every event about it, `key` is the same on every attempt."""

    stencil: Stencil
    values: Mapping[str, str]
    headers: Mapping[str, str]
    marks: Mapping[str, str]
    key: str
