"""Editions: a frozen variant as ready bytes, headers included, with places for what differs per person."""

import hashlib
import time
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache

from django.conf import settings

from campaigns.content.merge import Compiled, Slot, Values, compile_template
from campaigns.models import Campaign, Variant
from campaigns.sending.writing.headers import mailbox_header, text_header, wire_address
from campaigns.sending.writing.letters import compile_stencil
from campaigns.sending.writing.message_ids import mac_of
from campaigns.sending.writing.parts import Parts, compile_parts
from crm.letters import Letter, Stencil
from crm.models import Organisation

PLAIN = b'\r\nContent-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
HTML = b'\r\nContent-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'


@dataclass(slots=True)
class Personal:
    """What one recipient's message needs beside the edition: merge values and links."""

    address: str
    values: Values
    one_click_url: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One campaign in one language, compiled."""

    campaign: int
    language: str
    sender: str
    domain: str
    head: bytes
    subject: Compiled | None
    boundary: bytes
    text: Parts
    html: Parts
    uses: frozenset[str]
    """Merge fields and links that stand in it anywhere."""
    stencil: Stencil

    def message_id(self, delivery: int) -> str:
        """Derived from the delivery: the same on every attempt, and nothing anybody else could make up."""
        known = f"{self.campaign}.{delivery}"
        return f"<{known}.{mac_of(known, settings.SECRET_KEY)}@{self.domain}>"

    def letter(self, delivery: int, person: Personal) -> Letter:
        """The same for a transport that asks for letters."""
        message_id = self.message_id(delivery)
        headers = {"Message-ID": message_id, "List-Unsubscribe": f"<{person.one_click_url}>"}
        marks = {"delivery": str(delivery), "campaign": str(self.campaign)}
        return Letter(self.stencil, person.values, headers, marks, message_id.strip("<>"))

    def write(self, delivery: int, person: Personal) -> bytes:
        """The whole message for one person, lines ending as mail wants them."""
        head = (
            f"To: {person.address}\r\nMessage-ID: {self.message_id(delivery)}\r\nDate: {_date(int(time.time()))}\r\n"
            f"List-Unsubscribe: <{person.one_click_url}>\r\n"
        )
        subject = text_header("Subject", self.subject.splice(person.values)) if self.subject else b""
        start = b"\r\n--" + self.boundary
        known: dict[str, bytes] = {}
        plain, marked = self.text.fill(person.values, known), self.html.fill(person.values, known)
        pieces = (self.head, subject, head.encode(), start, PLAIN, *plain, start, HTML, *marked, start, b"--\r\n")
        return b"".join(pieces)


def compile_edition(campaign: Campaign, variant: Variant, organisation: Organisation) -> Edition:
    """Everything of a variant that is the same for everybody, encoded once."""
    boundary = "=_" + hashlib.sha256(f"{campaign.pk}.{variant.pk}".encode()).hexdigest()[:24]
    sender = wire_address(organisation.sender_email)
    subject = compile_template(variant.subject, "header")
    text, html = compile_parts(variant.text, "text"), compile_parts(variant.html, "html")
    slots = (*text.slots, *html.slots, *(part for part in subject.parts if isinstance(part, Slot)))
    head = _fixed_head(campaign, variant, organisation, boundary)
    return Edition(
        campaign=campaign.pk,
        language=variant.language,
        sender=sender,
        domain=sender.rpartition("@")[2],
        head=head,
        subject=None if _same_for_all(variant.subject) else subject,
        boundary=boundary.encode(),
        text=text,
        html=html,
        uses=frozenset(slot.name for slot in slots),
        stencil=compile_stencil(head, variant),
    )


def _fixed_head(campaign: Campaign, variant: Variant, organisation: Organisation, boundary: str) -> bytes:
    """The headers everybody gets."""
    sender = wire_address(organisation.sender_email)
    domain, topic = sender.rpartition("@")[2], campaign.topic
    head = [mailbox_header("From", organisation.sender_name, sender)]
    if organisation.reply_to:
        head.append(mailbox_header("Reply-To", "", wire_address(organisation.reply_to)))
    if _same_for_all(variant.subject):
        head.append(text_header("Subject", compile_template(variant.subject, "header").splice({})))
    head.append(mailbox_header("List-Id", topic.name_en, f"{topic.slug}.{domain}"))
    fixed = {
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
        "X-Campaign": str(campaign.pk),
        "Feedback-ID": f"{campaign.pk}:{topic.slug}:newsletter:{domain}",
        "Content-Language": variant.language,
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative;\r\n boundary="{boundary}"',
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fixed.items())
    return b"".join([*head, lines.encode()])


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return formatdate(second)


def _same_for_all(subject: str) -> bool:
    return all(isinstance(part, str) for part in compile_template(subject, "header").parts)
