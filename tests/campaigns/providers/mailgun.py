"""Mailgun: what it says, and its signature, which does not cover that."""

import hashlib
import hmac
from typing import Any

from tests.campaigns.providers.about import FULL, NOBODY, About, uid
from tests.campaigns.providers.keys import SECRET


def mailgun(kind: str, about: About) -> Any:
    """One event, without its signature."""
    nobody = NOBODY.format(address=about.address)
    told: dict[str, dict[str, Any]] = {
        "delivered": {"event": "delivered", "delivery-status": {"code": 250, "message": "OK"}},
        "dead": {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "delivery-status": {"code": 550, "message": nobody},
        },
        "put off": {
            "event": "failed",
            "severity": "temporary",
            "reason": "generic",
            "delivery-status": {"code": 452, "message": FULL},
        },
        "refused": {
            "event": "failed",
            "severity": "permanent",
            "reason": "suppress-bounce",
            "delivery-status": {"code": 605, "message": "Not delivering to previously bounced address"},
        },
        "complained": {"event": "complained"},
        "left": {"event": "unsubscribed"},
        "opened": {"event": "opened"},
    }
    if kind not in told:
        return None
    data = {
        "id": uid(),
        "timestamp": about.at + 0.5,
        "recipient": about.address,
        "message": {"headers": {"message-id": f"{about.delivery}@example.org"}},
        "user-variables": about.metadata,
        "tags": [],
        **told[kind],
    }
    return {"event-data": data}


def mailgun_signature(at: float, token: str = "") -> dict[str, str]:
    """A signature over a moment and a token."""
    moment, token = str(int(at)), token or uid()
    signature = hmac.new(SECRET.encode(), f"{moment}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": moment, "token": token, "signature": signature}
