"""Resend: what it says, and the headers of Svix, by which it signs."""

import base64
import hashlib
import hmac
import json
from typing import Any

from tests.campaigns.providers.about import About
from tests.campaigns.providers.keys import SVIX


def resend(kind: str, about: About) -> Any:
    """One event."""
    type_ = {
        "delivered": "email.delivered",
        "dead": "email.bounced",
        "soft": "email.bounced",
        "put off": "email.delivery_delayed",
        "refused": "email.failed",
        "complained": "email.complained",
        "opened": "email.opened",
    }.get(kind)
    data: dict[str, Any] = {
        "created_at": about.iso,
        "email_id": f"re-{about.delivery}",
        "to": [about.address],
        "headers": [{"name": "X-Metadata", "value": json.dumps(about.metadata)}],
    }
    if kind == "dead":
        said = "The recipient's email provider sent a hard bounce message."
        data["bounce"] = {"message": said, "type": "Permanent", "subType": "General"}
    elif kind == "soft":
        said = "The recipient's email provider sent a general bounce message."
        data["bounce"] = {"message": said, "type": "Transient", "subType": "MailboxFull"}
    return {"type": type_, "created_at": about.iso, "data": data} if type_ else None


def svix(body: bytes, at: float) -> dict[str, str]:
    """Svix' headers."""
    name, moment = f"msg_{hashlib.sha256(body).hexdigest()[:20]}", str(int(at))
    secret = base64.b64decode(SVIX.removeprefix("whsec_"))
    digest = hmac.new(secret, f"{name}.{moment}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"svix-id": name, "svix-timestamp": moment, "svix-signature": signature}
