"""The blocks a newsletter is made of. A block is a dataclass: its fields, its MJML, its plain text.

    [{"kind": "heading", "text": {"en": "Come to the table", "es": "Venga a la mesa"}},
     {"kind": "text", "text": "Hi {{ first_name|neighbor }}, **thank you** for …"},
     {"kind": "image", "src": "https://…/table.jpg", "alt": "Neighbors at a table", "link": "https://…"},
     {"kind": "button", "label": "Save my seat", "url": "https://…"},
     {"kind": "divider"},
     {"kind": "event", "event": 12}]

A text is one string for all readers or one string for each language. To add a block, read
docs/recipes/add-a-content-block.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from campaigns.content.fields import Choice, EventChoice, Field, Line, Markup, Picture, Url, Words, shown
from campaigns.content.ink import Ink
from campaigns.content.look import DEEP, LINE, SERIF, TEAL
from campaigns.content.paper import event_card, event_text, wrap
from crm.registries import Registry
from engagement.models import Event

BLOCKS: Registry[type["Block"]] = Registry("Block")
Kind = TypeVar("Kind", bound=type["Block"])


class Block:
    """One piece of a newsletter; subclasses are frozen dataclasses whose fields are named in `schema`."""

    kind: ClassVar[str]
    title: ClassVar[str | Promise]
    schema: ClassVar[tuple[Field, ...]] = ()

    def as_mjml(self, ink: Ink) -> str:
        """The block as MJML components of one column."""
        raise NotImplementedError

    def as_text(self, ink: Ink) -> str:
        """The block as plain text, lines of at most 76 characters where words allow it."""
        raise NotImplementedError

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """What the editor needs to draw this block."""
        return {"kind": cls.kind, "title": str(cls.title), "fields": [field.describe() for field in cls.schema]}


def block(cls: Kind) -> Kind:
    """Offer the class to the editor, the checks and the renderer."""
    BLOCKS.add(cls.kind, cls)
    return cls


@block
@dataclass(frozen=True)
class Heading(Block):
    """A line that says what follows."""

    kind = "heading"
    title = _("Heading")
    schema = (
        Line(name="text", label=_("Heading"), required=True, translated=True, max=200),
        Choice(name="size", label=_("Size"), choices=(("large", _("Large")), ("small", _("Small")))),
    )
    text: Words = ""
    size: str = "large"

    def as_mjml(self, ink: Ink) -> str:
        """A heading that screen readers know as one."""
        tag, size = ("h1", "28px") if self.size == "large" else ("h2", "20px")
        style = f"margin:0;font-family:{SERIF};font-size:{size};line-height:1.25;font-weight:bold;color:{DEEP}"
        return f'<mj-text padding="14px 32px 6px"><{tag} style="{style}">{ink.line(self.text)}</{tag}></mj-text>'

    def as_text(self, ink: Ink) -> str:
        """Capitals are hard to read aloud, so a heading is underlined."""
        words = wrap(ink.plain(self.text))
        mark = "=" if self.size == "large" else "-"
        return f"{words}\n{mark * min(40, max(map(len, words.splitlines()), default=0))}"


@block
@dataclass(frozen=True)
class Text(Block):
    """Paragraphs with bold, italics, lists and links."""

    kind = "text"
    title = _("Text")
    schema = (
        Markup(
            name="text",
            label=_("Text"),
            required=True,
            translated=True,
            help=_("**bold**, _italics_, [words](https://link), and “- ” at the start of a line for a list."),
        ),
    )
    text: Words = ""

    def as_mjml(self, ink: Ink) -> str:
        """Clean HTML in the house's type."""
        return f'<mj-text padding="8px 32px 2px">{ink.markup_html(self.text)}</mj-text>'

    def as_text(self, ink: Ink) -> str:
        """The same words without markup, wrapped."""
        return wrap(ink.markup_text(self.text))


@block
@dataclass(frozen=True)
class Image(Block):
    """A picture with a description for those who do not see it."""

    kind = "image"
    title = _("Picture")
    schema = (
        Picture(name="src", label=_("Address of the picture"), required=True),
        Line(
            name="alt",
            label=_("What the picture shows"),
            required=True,
            translated=True,
            help=_("Read aloud to people who do not see the picture, and shown while it is not loaded."),
        ),
        Url(name="link", label=_("Leads to"), translated=True, help=_("Optional.")),
    )
    src: str = ""
    alt: Words = ""
    link: Words = ""

    def as_mjml(self, ink: Ink) -> str:
        """The picture as wide as the column."""
        href = ink.href(self.link)
        link = f' href="{href}"' if href else ""
        look = 'padding="12px 32px" border-radius="10px" css-class="picture"'
        return f'<mj-image src="{ink.href(self.src)}" alt="{ink.line(self.alt)}"{link} {look} />'

    def as_text(self, ink: Ink) -> str:
        """What it shows, and where it leads."""
        return "\n".join(filter(None, [wrap(f"[{ink.plain(self.alt)}]"), ink.url(self.link)]))


@block
@dataclass(frozen=True)
class Button(Block):
    """The one thing the reader should do."""

    kind = "button"
    title = _("Button")
    schema = (
        Line(name="label", label=_("Words on the button"), required=True, translated=True, max=60),
        Url(name="url", label=_("Leads to"), required=True, translated=True),
    )
    label: Words = ""
    url: Words = ""

    def as_mjml(self, ink: Ink) -> str:
        """A button large enough for a thumb."""
        look = f'background-color="{TEAL}" color="#ffffff" border-radius="10px" font-size="16px" font-weight="bold"'
        room = 'padding="12px 32px 16px" inner-padding="14px 28px" align="left" css-class="go"'
        return f'<mj-button href="{ink.href(self.url)}" {look} {room}>{ink.line(self.label)}</mj-button>'

    def as_text(self, ink: Ink) -> str:
        """The words, then the link on a line of its own."""
        return f"{wrap(ink.plain(self.label))}:\n{ink.url(self.url)}"


@block
@dataclass(frozen=True)
class Divider(Block):
    """A thin line between two parts."""

    kind = "divider"
    title = _("Line")

    def as_mjml(self, ink: Ink) -> str:
        """A hairline."""
        return f'<mj-divider border-width="1px" border-color="{LINE}" padding="18px 32px" css-class="rule" />'

    def as_text(self, ink: Ink) -> str:
        """A row of dashes."""
        return "-" * 40


@block
@dataclass(frozen=True)
class EventCard(Block):
    """An event as it stands in the calendar when the newsletter is sent."""

    kind = "event"
    title = _("Event")
    schema = (EventChoice(name="event", label=_("Event")),)
    event: int = 0

    def as_mjml(self, ink: Ink) -> str:
        """Date, title, place and a link to the public page."""
        return event_card(ink.events[self.event], ink)

    def as_text(self, ink: Ink) -> str:
        """The same facts, a line each."""
        return event_text(ink.events[self.event], ink)


@dataclass(frozen=True)
class Problem:
    """What is wrong with one text of one block, in plain words."""

    index: int
    """Place of the block, from 0."""
    field: str
    language: str
    message: str
    place: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def check(blocks: Any) -> list[Problem]:
    """Everything that keeps `blocks` from being sent, place by place; an empty list when all is well."""
    if not isinstance(blocks, list):
        return [Problem(0, "", "", _t("The content is not a list of blocks."), _t("Content"))]
    public = set(Event.objects.published().filter(pk__in=events_in(blocks)).values_list("pk", flat=True))
    return [problem for index, raw in enumerate(blocks) for problem in _check_one(index, raw, public)]


def _check_one(index: int, raw: Any, public: set[int]) -> Iterator[Problem]:
    kind = raw.get("kind") if isinstance(raw, dict) else None
    cls = BLOCKS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        message = _t("There is no block “%(kind)s”. You can use: %(kinds)s.")
        words = {"kind": shown(kind), "kinds": ", ".join(BLOCKS.keys())}
        yield Problem(index, "", "", message % words, _t("Block %(number)s") % {"number": index + 1})
        return
    for name, language, message in _faults(cls, raw, public):
        place = _t("Block %(number)s (%(title)s)") % {"number": index + 1, "title": cls.title}
        yield Problem(index, name, language, message, place)


def _faults(cls: type[Block], raw: dict[str, Any], public: set[int]) -> Iterator[tuple[str, str, str]]:
    for name in sorted(set(raw) - {field.name for field in cls.schema} - {"kind", "id"}):
        yield "", "", _t("There is no field “%(name)s” in this block.") % {"name": shown(name)}
    for field in cls.schema:
        value = raw.get(field.name, getattr(cls, field.name))
        faults = [(field.name, language, message) for language, message in field.problems(value)]
        if not faults and isinstance(field, EventChoice) and value not in public:
            faults = [(field.name, "", _t("This event is gone or not public yet. Choose another one."))]
        yield from faults


def make(raw: dict[str, Any]) -> Block:
    """The block that checked JSON describes."""
    cls = BLOCKS.get(raw["kind"])
    if cls is None:
        raise KeyError(raw["kind"])
    return cls(**{field.name: raw[field.name] for field in cls.schema if field.name in raw})


def events_in(blocks: Iterable[Any]) -> set[int]:
    """Ids of the events that blocks ask for, whatever else is wrong with them."""
    cards = (raw for raw in blocks if isinstance(raw, dict) and raw.get("kind") == "event")
    return {raw["event"] for raw in cards if type(raw.get("event")) is int}
