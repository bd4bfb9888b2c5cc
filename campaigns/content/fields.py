"""The kinds of field a block is made of: each knows how it is checked; the editor draws them from `describe`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext as _t

from campaigns.content.markup import links_in
from campaigns.content.merge import LINKS, WRITTEN, check_merge
from campaigns.content.tokens import Tokens

LANGUAGES = ("en", "es")
Words = str | dict[str, str]
"""A text in one language for all, or one for each language."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def shown(value: object) -> str:
    """What cannot be read, short enough and fit to be quoted on a page."""
    return _CONTROL.sub("�", str(value)[:40])


def pick(words: Words, language: str) -> str:
    """The text in `language`, in English where it is not written in that language, else in any other."""
    if isinstance(words, str):
        return words
    return words.get(language) or words.get("en") or next((text for text in words.values() if text), "")


def check_url(url: str) -> str | None:
    """Why `url` cannot be a link in a newsletter, or None when it can."""
    if url.strip() in {f"{{{{ {name} }}}}" for name in LINKS}:
        return None
    if re.search(r"[\s<>\"\\^`]", WRITTEN.sub("", url)):
        return _t("“%(url)s” is not a web address: it has a blank or quotation mark in it.") % {"url": url[:80]}
    try:
        parts = urlsplit(url)
    except ValueError:
        return _t("“%(url)s” is not a web address.") % {"url": url[:80]}
    if parts.scheme == "mailto":
        return None if "@" in parts.path else _t("“%(url)s” has no e-mail address in it.") % {"url": url[:80]}
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return _t("“%(url)s” is not a full address. It must start with https:// or mailto:.") % {"url": url[:80]}
    if "{{" in parts.netloc:
        return _t("A merge field cannot be part of the website's name.")
    if not re.fullmatch(r"[\w.:-]+", parts.hostname):
        return _t("“%(url)s” is not a web address.") % {"url": url[:80]}
    return None


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing to fill in; `problems` yields (language or "", what is wrong)."""

    name: str
    label: str | Promise
    required: bool = False
    translated: bool = False
    max: int = 300
    help: str | Promise = ""
    widget: ClassVar[str] = "line"

    def problems(self, value: Any) -> Iterator[tuple[str, str]]:
        """What is wrong with `value`, text by text."""
        texts = self._texts(value)
        if texts is None:
            yield "", _t("This is not text.")
            return
        if self.required and not any(text.strip() for text in texts.values()):
            yield "", _t("Fill in “%(label)s”.") % {"label": self.label}
        for language, text in texts.items():
            yield from ((language, problem) for problem in self._text_problems(text))

    def describe(self) -> dict[str, Any]:
        """What the editor needs to draw this field."""
        described = {"name": self.name, "label": str(self.label), "widget": self.widget, "help": str(self.help)}
        return described | {"required": self.required, "translated": self.translated, "max": self.max}

    def _texts(self, value: Any) -> dict[str, str] | None:
        if isinstance(value, str):
            return {"": value}
        if not self.translated or not isinstance(value, dict) or not set(value) <= set(LANGUAGES):
            return None
        return value if all(isinstance(text, str) for text in value.values()) else None

    def _text_problems(self, text: str) -> Iterator[str]:
        if len(text) > self.max:
            yield _t("This is too long: %(count)s characters of at most %(max)s.") % {
                "count": len(text),
                "max": self.max,
            }
        if _CONTROL.search(text):
            yield _t("There is an invisible character in this text. Type it again.")
            return
        yield from self._meaning(text)

    def _meaning(self, text: str) -> Iterator[str]:
        yield from check_merge(text, links=False)


@dataclass(frozen=True, kw_only=True)
class Line(Field):
    """One line of text with merge fields."""


@dataclass(frozen=True, kw_only=True)
class Markup(Field):
    """Paragraphs with light markup and merge fields."""

    max: int = 20000
    widget: ClassVar[str] = "markup"

    def _meaning(self, text: str) -> Iterator[str]:
        yield from check_merge(text)
        tokens = Tokens("en")
        for url in links_in(tokens.hide(text)):
            if problem := check_url(tokens.restore(url)):
                yield problem


@dataclass(frozen=True, kw_only=True)
class Url(Field):
    """A full web or mail address."""

    max: int = 2000
    widget: ClassVar[str] = "url"

    def _meaning(self, text: str) -> Iterator[str]:
        problems = check_merge(text)
        if text and not problems and (problem := check_url(text)):
            problems = [problem]
        yield from problems


@dataclass(frozen=True, kw_only=True)
class Picture(Url):
    """The address of a picture on the web."""

    def _meaning(self, text: str) -> Iterator[str]:
        if text and not re.match(r"https?://", text):
            yield _t("A picture's address must start with https://.")
        elif "{{" in text:
            yield _t("A picture's address cannot have merge fields.")
        else:
            yield from super()._meaning(text)


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of a few words; the first is taken when nothing is chosen."""

    choices: tuple[tuple[str, str | Promise], ...] = field(default=())
    widget: ClassVar[str] = "choice"

    def problems(self, value: Any) -> Iterator[tuple[str, str]]:
        """Anything but one of the choices is refused by name."""
        if value not in [key for key, _label in self.choices]:
            yield "", _t("“%(value)s” is not one of the choices.") % {"value": shown(value)}

    def describe(self) -> dict[str, Any]:
        """The field with its choices."""
        return super().describe() | {"choices": [[key, str(label)] for key, label in self.choices]}


@dataclass(frozen=True, kw_only=True)
class EventChoice(Field):
    """One of the organisation's events."""

    widget: ClassVar[str] = "event"

    def problems(self, value: Any) -> Iterator[tuple[str, str]]:
        """Whether an event is chosen; that it exists and is public is asked for all blocks together."""
        if value in (None, ""):
            yield "", _t("Choose an event.")
        elif not isinstance(value, int) or isinstance(value, bool):
            yield "", _t("“%(value)s” is not an event.") % {"value": shown(value)}
