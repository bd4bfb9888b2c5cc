"""Postmark."""

from typing import Any

from tests.campaigns.providers.about import FULL, NOBODY, POLICY, About, uid


def postmark(kind: str, about: About) -> Any:
    """One record."""
    bounce = {"RecordType": "Bounce", "ID": uid(), "Email": about.address, "BouncedAt": about.iso}
    told: dict[str, dict[str, Any]] = {
        "delivered": {
            "RecordType": "Delivery",
            "Recipient": about.address,
            "DeliveredAt": about.iso,
            "Details": "250 ok",
        },
        "dead": {**bounce, "Type": "HardBounce", "Details": f"smtp;{NOBODY.format(address=about.address)}"},
        "soft": {**bounce, "Type": "SoftBounce", "Details": FULL},
        "put off": {**bounce, "Type": "Transient"},
        "refused": {**bounce, "Type": "Blocked", "Details": POLICY},
        "complained": {**bounce, "RecordType": "SpamComplaint", "Type": "SpamComplaint"},
        "left": {
            "RecordType": "SubscriptionChange",
            "Recipient": about.address,
            "ChangedAt": about.iso,
            "SuppressSending": True,
            "SuppressionReason": "ManualSuppression",
        },
        "opened": {"RecordType": "Open", "Recipient": about.address, "ReceivedAt": about.iso, "UserAgent": "x"},
    }
    return {**told[kind], "MessageID": f"pm-{about.delivery}", "Metadata": about.metadata, "Tag": ""}
