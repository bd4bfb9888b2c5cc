"""What a block needs to write itself: the language, the hidden merge fields, and the events it may show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape as escape_html

from campaigns.content import markup
from campaigns.content.fields import Words, pick
from campaigns.content.merge import one_line
from campaigns.content.tokens import Tokens
from engagement.models import Event


@dataclass
class Ink:
    """One rendering in one language; every text that a user wrote passes through one of these methods."""

    language: str
    tokens: Tokens
    events: Mapping[int, Event] = field(default_factory=dict)
    event_url: Callable[[Event], str] = lambda event: ""
    time_zone: str = "America/New_York"

    def plain(self, words: Words) -> str:
        """One line of text in this language, merge fields hidden."""
        return one_line(self.tokens.hide(pick(words, self.language)))

    def line(self, words: Words) -> str:
        """The same, escaped for HTML and for attributes."""
        return escape_html(self.plain(words))

    def url(self, words: Words) -> str:
        """A link, its merge fields to be escaped as parts of a link."""
        return self.tokens.in_url(self.tokens.hide(pick(words, self.language).strip()))

    def href(self, words: Words) -> str:
        """The link, escaped for an attribute."""
        return escape_html(self.url(words))

    def markup_html(self, words: Words) -> str:
        """Light markup as clean HTML."""
        return markup.to_html(self.tokens.hide(pick(words, self.language)), self.tokens)

    def markup_text(self, words: Words) -> str:
        """Light markup as plain text."""
        return markup.to_text(self.tokens.hide(pick(words, self.language)), self.tokens)
