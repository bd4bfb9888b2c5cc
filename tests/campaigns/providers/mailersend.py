"""MailerSend."""

from typing import Any

from tests.campaigns.providers.about import FULL, NOBODY, About, uid


def mailersend(kind: str, about: About) -> Any:
    """One activity."""
    type_ = {
        "delivered": "delivered",
        "dead": "hard_bounced",
        "soft": "soft_bounced",
        "complained": "spam_complaint",
        "left": "unsubscribed",
        "opened": "opened",
    }.get(kind)
    reason = {"dead": NOBODY.format(address=about.address), "soft": FULL}.get(kind)
    morph = {"object": "recipient_bounce", "reason": reason} if reason else None
    data = {
        "object": "activity",
        "id": uid(),
        "type": type_,
        "created_at": about.iso,
        "email": {
            "message": {"id": f"ms-{about.delivery}"},
            "recipient": {"email": about.address},
            "tags": [about.tag],
        },
        "morph": morph,
    }
    return {"type": f"activity.{type_}", "created_at": about.iso, "data": data} if type_ else None
