"""Amazon SES: what it publishes to a topic, and SNS around it."""

import json
from typing import Any

from tests.campaigns.providers.about import FULL, NOBODY, About, uid
from tests.campaigns.providers.keys import TOPIC


def amazon_ses(kind: str, about: About) -> Any:
    """What SES publishes to a topic, without SNS around it."""
    mail = {
        "timestamp": about.iso,
        "messageId": f"ses-{about.delivery}",
        "destination": [about.address],
        "headers": [{"name": "X-Metadata", "value": json.dumps(about.metadata)}],
    }
    bounced = {"emailAddress": about.address, "action": "failed", "status": "5.1.1"}
    nobody = NOBODY.format(address=about.address)
    told = {
        "delivered": {
            "eventType": "Delivery",
            "delivery": {"timestamp": about.iso, "recipients": [about.address], "smtpResponse": "250 ok"},
        },
        "dead": {
            "eventType": "Bounce",
            "bounce": {
                "bounceType": "Permanent",
                "bounceSubType": "General",
                "bouncedRecipients": [{**bounced, "diagnosticCode": f"smtp; {nobody}"}],
                "timestamp": about.iso,
            },
        },
        "soft": {
            "eventType": "Bounce",
            "bounce": {
                "bounceType": "Transient",
                "bounceSubType": "MailboxFull",
                "bouncedRecipients": [{**bounced, "diagnosticCode": FULL}],
                "timestamp": about.iso,
            },
        },
        "put off": {"eventType": "DeliveryDelay", "deliveryDelay": {"delayType": "MailboxFull"}},
        "refused": {"eventType": "Reject", "reject": {"reason": "Bad content"}},
        "complained": {
            "eventType": "Complaint",
            "complaint": {
                "complainedRecipients": [{"emailAddress": about.address}],
                "complaintFeedbackType": "abuse",
                "timestamp": about.iso,
            },
        },
        "opened": {"eventType": "Open", "open": {"userAgent": "x"}},
    }
    return {**told[kind], "mail": mail} if kind in told else None


def sns(said: Any, **more: str) -> dict[str, str]:
    """SNS around what SES says."""
    common = {"MessageId": uid(), "TopicArn": TOPIC, "Timestamp": "2026-03-01T12:00:00.000Z"}
    return {"Type": "Notification", "Message": json.dumps(said), **common, **more}
