"""Mailtrap."""

from typing import Any

from tests.campaigns.providers.about import FULL, NOBODY, About, uid


def mailtrap(kind: str, about: About) -> Any:
    """A batch of one event."""
    told: dict[str, dict[str, Any]] = {
        "delivered": {"event": "delivery"},
        "dead": {"event": "bounce", "response": NOBODY.format(address=about.address), "response_code": 550},
        "put off": {"event": "soft bounce", "response": FULL},
        "refused": {"event": "reject", "reason": "unsubscribed"},
        "complained": {"event": "spam"},
        "left": {"event": "unsubscribe"},
        "opened": {"event": "open"},
    }
    if kind not in told:
        return None
    common = {
        "event_id": uid(),
        "message_id": uid(),
        "email": about.address,
        "timestamp": about.at,
        "custom_variables": about.metadata,
        "sending_stream": "bulk",
    }
    return {"events": [{**told[kind], **common}]}
