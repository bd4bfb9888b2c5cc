"""Brevo."""

import json
from typing import Any

from tests.campaigns.providers.about import FULL, NOBODY, About


def brevo(kind: str, about: About) -> Any:
    """One event."""
    event = {
        "delivered": "delivered",
        "dead": "hard_bounce",
        "soft": "soft_bounce",
        "put off": "deferred",
        "refused": "blocked",
        "complained": "spam",
        "left": "unsubscribe",
        "opened": "unique_opened",
    }[kind]
    reason = {"dead": NOBODY.format(address=about.address), "soft": FULL}.get(kind, "")
    return {
        "event": event,
        "email": about.address,
        "id": 1,
        "date": "2026-03-01 12:00:00",
        "ts_epoch": about.at * 1000,
        "message-id": f"<{about.delivery}@smtp-relay.mailin.fr>",
        "X-Mailin-custom": json.dumps(about.metadata),
        "reason": reason,
    }
