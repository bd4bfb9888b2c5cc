"""Merge fields: what may stand between `{{` and `}}`, and how a person's values are put in safely.

    what staff write   {{ first_name|neighbor }}
    what is frozen     the same, with the fallback filled in and `url:` in front where it stands in a link
    per person         `splice` puts the value in, escaped for where it stands

Templates are cut into parts once and kept; a splice is one pass over a short list.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape as escape_html
from typing import Literal
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

Escape = Literal["html", "text", "header"]
Values = Mapping[str, str]


@dataclass(frozen=True)
class MergeField:
    """Something about the reader that a newsletter may say."""

    label: str | Promise
    sample: str
    fallback: Mapping[str, str]


FIELDS: dict[str, MergeField] = {
    "first_name": MergeField(_("First name"), "Maria", {"en": "friend", "es": "amiga o amigo"}),
    "last_name": MergeField(_("Last name"), "Gonzalez", {}),
    "name": MergeField(_("Full name"), "Maria Gonzalez", {"en": "friend", "es": "amiga o amigo"}),
    "zip": MergeField(_("Zip code"), "28205", {}),
}
LINKS: dict[str, str | Promise] = {
    "browser_url": _("Link: view in browser"),
    "preferences_url": _("Link: choose what to receive"),
    "unsubscribe_url": _("Link: leave this list"),
}
BRACES = "braces"
"""Stands in frozen text for two literal braces, so that text which only looks like a field is never filled."""

WRITTEN = re.compile(r"\{\{\s*([^{}|\r\n]*?)\s*(?:\|([^{}\r\n]*))?\}\}")
FROZEN = re.compile(r"\{\{ (url:)?(\w+)(?:\|([^{}\r\n]*))? \}\}")
FOREIGN = re.compile(r"\*\|(\w+)\|\*")
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_SAID_AS_IT_IS = re.compile(r"[\w:/.-]+", re.ASCII).fullmatch
"""Letters of our own links, which mean nothing in HTML, in text or in a header."""
_ALIASES = {
    "fname": "first_name",
    "firstname": "first_name",
    "lastname": "last_name",
    "lname": "last_name",
    "fullname": "name",
    "zipcode": "zip",
    "zip_code": "zip",
    "postcode": "zip",
    "unsubscribe": "unsubscribe_url",
    "unsub": "unsubscribe_url",
    "leave": "unsubscribe_url",
    "preferences": "preferences_url",
    "archive": "browser_url",
}


def one_line(value: str) -> str:
    """`value` without line breaks, control characters and marks that turn the reading direction."""
    return _UNSEEN.sub(" ", value).strip()


# ── What staff write ─────────────────────────────────────────────────────────
def check_merge(text: str, *, links: bool = True) -> list[str]:
    """What is wrong with the merge fields in `text`, in plain words; `links` says whether link fields fit here."""
    problems = [_unknown(name.strip()) for name, _default in WRITTEN.findall(text) if not _known(name, links)]
    rest = WRITTEN.sub("", text)
    if "{{" in rest or "}}" in rest:
        problems.append(_t("A merge field is not closed. Write it like {{ first_name }}."))
    problems += [_foreign(name) for name in FOREIGN.findall(text)]
    return problems


def _known(name: str, links: bool) -> bool:
    return name in FIELDS or (links and name in LINKS)


def _unknown(name: str) -> str:
    if not name:
        return _t("A merge field is empty. Write it like {{ first_name }}.")
    if name in LINKS:
        return _t("“{{ %(name)s }}” is a link and cannot stand here.") % {"name": name}
    return _t("There is no merge field “%(name)s”. %(hint)s") % {"name": name, "hint": _hint(name)}


def _hint(name: str) -> str:
    wanted = re.sub(r"\W+", "_", name.lower()).strip("_")
    names = {name: name for name in (*FIELDS, *LINKS)} | _ALIASES
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.6)
    best = names[near[0]] if near else ""
    if best:
        return _t("Did you mean {{ %(name)s }}?") % {"name": best}
    return _t("You can use: %(names)s.") % {"names": ", ".join(FIELDS)}


def _foreign(name: str) -> str:
    hint = _hint(name)
    return _t("“*|%(name)s|*” belongs to another mail tool. %(hint)s") % {"name": name, "hint": hint}


# ── What is frozen and spliced ───────────────────────────────────────────────
@dataclass(frozen=True)
class Slot:
    """A gap in a compiled template: which value goes in, what stands there when it is empty, how it is escaped."""

    name: str
    default: str
    escape: Callable[[str], str]

    def fill(self, values: Values) -> str:
        """The escaped value, or the escaped fallback when the person has none."""
        if self.name == BRACES:
            return "{{"
        value = values.get(self.name) or self.default
        if value.isascii() and value.isalnum():
            return value  # a plain word needs no escape
        return value if self.escape is not _url and _SAID_AS_IT_IS(value) else self.escape(value)


@dataclass(frozen=True)
class Compiled:
    """A frozen text cut at its merge fields: literal strings and slots in turn."""

    parts: tuple[str | Slot, ...]

    def splice(self, values: Values) -> str:
        """The text for one person."""
        return "".join([part if type(part) is str else part.fill(values) for part in self.parts])  # type: ignore[union-attr]


def _url(value: str) -> str:
    return quote(one_line(value), safe="")


def _html(value: str) -> str:
    return escape_html(one_line(value))


ESCAPES: dict[str, Callable[[str], str]] = {"html": _html, "text": one_line, "header": one_line}


@lru_cache(maxsize=256)
def compile_template(template: str, escape: Escape) -> Compiled:
    """Cut a frozen text into literals and slots; names that are no merge fields stay as they are."""
    parts: list[str | Slot] = []
    end = 0
    for match in FROZEN.finditer(template):
        in_url, name, default = match.groups()
        if name not in FIELDS and name not in LINKS and name != BRACES:
            continue
        parts.append(template[end : match.start()])
        parts.append(Slot(name, default or "", _url if in_url else ESCAPES[escape]))
        end = match.end()
    parts.append(template[end:])
    return Compiled(tuple(part for part in parts if part != ""))


def splice(template: str, values: Values, *, escape: Escape) -> str:
    """A frozen text with one person's values; `escape` says where the text stands: html, text or header."""
    return compile_template(template, escape).splice(values)


def sample_values(language: str = "en") -> dict[str, str]:
    """Values of an invented reader, for previews and tests; link fields lead nowhere."""
    links = dict.fromkeys(LINKS, "https://example.org/")
    return {name: field.sample for name, field in FIELDS.items()} | links
