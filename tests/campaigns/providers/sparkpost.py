"""SparkPost."""

from typing import Any

from tests.campaigns.providers.about import FULL, NOBODY, About, uid


def sparkpost(kind: str, about: About) -> Any:
    """A batch of one event."""
    told: dict[str, dict[str, Any]] = {
        "delivered": {"type": "delivery"},
        "dead": {"type": "bounce", "bounce_class": "10", "raw_reason": NOBODY.format(address=about.address)},
        "soft": {"type": "bounce", "bounce_class": "22", "raw_reason": FULL},
        "put off": {"type": "delay", "bounce_class": "21", "raw_reason": "454 4.4.4 no route"},
        "refused": {"type": "policy_rejection", "bounce_class": "25", "raw_reason": "550 rejected"},
        "complained": {"type": "spam_complaint"},
        "left": {"type": "list_unsubscribe"},
        "opened": {"type": "open"},
    }
    common = {
        "event_id": uid(),
        "transmission_id": f"sp-{about.delivery}",
        "raw_rcpt_to": about.address,
        "rcpt_meta": about.metadata,
        "timestamp": str(about.at),
    }
    class_ = {"delivered": "message_event", "opened": "track_event", "left": "unsubscribe_event"}.get(kind)
    return [{"msys": {class_ or "message_event": {**told[kind], **common}}}]
