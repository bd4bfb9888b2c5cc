"""Mailjet."""

import json
from typing import Any

from tests.campaigns.providers.about import About


def mailjet(kind: str, about: About) -> Any:
    """A group of one event."""
    told: dict[str, dict[str, Any]] = {
        "delivered": {"event": "sent", "smtp_reply": "sent (250 OK)"},
        "dead": {"event": "bounce", "hard_bounce": True, "blocked": False, "error": "user unknown"},
        "soft": {"event": "bounce", "hard_bounce": False, "blocked": False, "error": "quota exceeded"},
        "put off": {"event": "bounce", "hard_bounce": False, "error": "greylisted"},
        "refused": {"event": "blocked", "error_related_to": "mailjet", "error": "preblocked"},
        "complained": {"event": "spam", "source": "JMRPP"},
        "left": {"event": "unsub"},
        "opened": {"event": "open", "agent": "x"},
    }
    common = {
        "time": about.at,
        "MessageID": 19421777396190490 + about.delivery,
        "email": about.address,
        "Payload": json.dumps(about.metadata),
    }
    return [{**told[kind], **common}]
