"""Unisender Go."""

import time
from typing import Any

from tests.campaigns.providers.about import NOBODY, About


def unisender_go(kind: str, about: About) -> Any:
    """A call with one event, without its signature."""
    told = {
        "delivered": ("delivered", "ok_delivered"),
        "dead": ("hard_bounced", "err_user_unknown"),
        "soft": ("hard_bounced", "err_mailbox_full"),
        "put off": ("soft_bounced", "err_will_retry"),
        "refused": ("hard_bounced", "err_spam_rejected"),
        "complained": ("spam", ""),
        "left": ("unsubscribed", ""),
        "opened": ("opened", ""),
    }[kind]
    reply = NOBODY.format(address=about.address) if kind == "dead" else ""
    data = {
        "job_id": f"ug-{about.delivery}",
        "email": about.address,
        "status": told[0],
        "event_time": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(about.at)),
        "metadata": about.metadata,
        "delivery_info": {"delivery_status": told[1], "destination_response": reply},
    }
    event = {"event_name": "transactional_email_status", "event_data": data}
    return {"auth": "", "events_by_user": [{"user_id": 1, "events": [event]}]}
