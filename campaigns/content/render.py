"""Blocks → MJML → HTML, and blocks → plain text, with merge fields left as frozen tokens.

render(campaign, "es") → Rendered(subject, html, text)   once per language
merge.splice(rendered.html, values, escape="html")         once per person
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import mjml
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _t

from campaigns.content.blocks import Block, Problem, check, events_in, make
from campaigns.content.ink import Ink
from campaigns.content.layout import Frame, document, plain_document
from campaigns.content.merge import check_merge
from campaigns.content.tokens import Tokens
from contacts.models import Topic
from crm.errors import Refused
from crm.links import public_url
from crm.models import Organisation
from engagement.models import Event

CLIP = 102 * 1024
"""Gmail hides what comes after this many bytes of HTML behind a link; the footer would be hidden too."""


class Says(Protocol):
    """What has a subject, a preview line and blocks: a campaign, saved or not."""

    subject: str
    subject_es: str
    preheader: str
    preheader_es: str
    blocks: Any
    topic: Topic


class BrokenContent(Refused):
    """A newsletter that cannot be sent as it is; `problems` says what to mend, place by place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


@dataclass(frozen=True)
class Rendered:
    """A newsletter in one language, its merge fields in frozen form."""

    subject: str
    html: str
    text: str
    problems: list[Problem] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of the HTML."""
        return len(self.html.encode())

    @property
    def is_clipped(self) -> bool:
        """Whether Gmail would cut the mail."""
        return self.size > CLIP


def check_content(says: Says) -> list[Problem]:
    """Everything that keeps the subject, the preview line and the blocks from being sent."""
    return [*_check_lines(says), *check(says.blocks)]


def render(says: Says, language: str) -> Rendered:
    """The newsletter in `language`; raises BrokenContent when something in it cannot be sent."""
    if problems := check_content(says):
        raise BrokenContent(problems)
    return _render(says, language, [make(raw) for raw in says.blocks], [])


def preview(says: Says, language: str) -> Rendered:
    """The newsletter as far as it is written; blocks with problems are left out and named in `problems`."""
    problems = check_content(says)
    broken = {problem.index for problem in problems}
    raws = says.blocks if isinstance(says.blocks, list) else []
    return _render(says, language, [make(raw) for index, raw in enumerate(raws) if index not in broken], problems)


def _check_lines(says: Says) -> list[Problem]:
    places = {
        "subject": _t("Subject"),
        "subject_es": _t("Subject in Spanish"),
        "preheader": _t("Preview line"),
        "preheader_es": _t("Preview line in Spanish"),
    }
    return [
        Problem(-1, name, "", message, place)
        for name, place in places.items()
        for message in check_merge(getattr(says, name), links=False)
    ]


def _render(says: Says, language: str, blocks: list[Block], problems: list[Problem]) -> Rendered:
    organisation = Organisation.load()
    tokens = Tokens(language)
    events = Event.objects.in_bulk(events_in(says.blocks if isinstance(says.blocks, list) else []))
    ink = Ink(language, tokens, events, event_url, organisation.time_zone)
    with translation.override(language):
        topic = says.topic.name
    subject = ink.plain({"en": says.subject, "es": says.subject_es})
    preheader = ink.plain({"en": says.preheader, "es": says.preheader_es})
    frame = Frame(language, subject, preheader, topic, organisation, tokens)
    html = mjml.mjml2html(document(frame, [block.as_mjml(ink) for block in blocks]))
    text = plain_document(frame, [block.as_text(ink) for block in blocks])
    return Rendered(tokens.reveal(subject), tokens.reveal(html), tokens.reveal(text), problems)


def event_url(event: Event) -> str:
    """The event's page on the public site."""
    return public_url(reverse("engagement:event", args=[event.slug]))
