"""The Message-ID of a newsletter's message, as the engine writes it."""

from types import SimpleNamespace
from typing import Any

from campaigns.sending.writing.editions import Edition


def message_id(campaign: int, delivery: int, domain: str = "example.org") -> str:
    """Without compiling an edition."""
    edition: Any = SimpleNamespace(campaign=campaign, domain=domain)
    return Edition.message_id(edition, delivery)
