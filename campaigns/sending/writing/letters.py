"""What a transport gets that asks for letters: the same headers and texts as the ready bytes, still with their gaps."""

from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from typing import cast

from campaigns.content.merge import compile_template
from campaigns.models import Variant
from crm.letters import Stencil

MADE_BY_THE_PROVIDER = {"from", "reply-to", "subject", "mime-version", "content-type"}
"""Told in words of their own, or of the provider's making."""


def compile_stencil(head: bytes, variant: Variant) -> Stencil:
    """A frozen variant as a stencil; `head` is the edition's own, so that no header is written twice."""
    headers = cast(EmailMessage, BytesHeaderParser(policy=default).parsebytes(head))
    return Stencil(
        sender=str(headers["From"]),
        reply_to=str(headers["Reply-To"] or ""),
        headers={name: str(value) for name, value in headers.items() if name.lower() not in MADE_BY_THE_PROVIDER},
        subject=compile_template(variant.subject, "header").parts,
        text=compile_template(variant.text, "text").parts,
        html=compile_template(variant.html, "html").parts,
    )
