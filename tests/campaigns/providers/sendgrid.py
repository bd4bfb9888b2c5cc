"""SendGrid: what it says, and its signature."""

import base64
import time
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.campaigns.providers.about import FULL, NOBODY, About, uid
from tests.campaigns.providers.keys import keys


def sendgrid(kind: str, about: About) -> Any:
    """A batch of one event."""
    told: dict[str, dict[str, Any]] = {
        "delivered": {"event": "delivered", "response": "250 OK"},
        "dead": {
            "event": "bounce",
            "type": "bounce",
            "status": "5.1.1",
            "reason": NOBODY.format(address=about.address),
        },
        "soft": {"event": "bounce", "type": "bounce", "status": "5.2.2", "reason": "552 5.2.2 mailbox full"},
        "put off": {"event": "deferred", "response": FULL, "attempt": "2"},
        "refused": {"event": "dropped", "reason": "Bounced Address"},
        "complained": {"event": "spamreport"},
        "left": {"event": "unsubscribe"},
        "opened": {"event": "open", "useragent": "x"},
    }
    common = {
        "email": about.address,
        "timestamp": about.at,
        "anymail_id": f"sg-{about.delivery}",
        "sg_event_id": uid(),
        "sg_message_id": "filter0001.1.2.0",
        **about.metadata,
    }
    return [{**told[kind], **common}]


def sendgrid_signature(body: bytes, at: float | None = None) -> dict[str, str]:
    """A signature over a moment and the words."""
    moment = str(int(time.time() if at is None else at))
    signature = keys()[0].sign(moment.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Timestamp": moment,
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
    }
