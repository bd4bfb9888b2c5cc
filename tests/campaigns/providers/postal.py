"""Postal."""

from typing import Any

from tests.campaigns.providers.about import FULL, NOBODY, POLICY, About, uid


def postal(kind: str, about: About) -> Any:
    """One event."""
    message = {
        "id": about.delivery,
        "token": "abc",
        "direction": "outgoing",
        "message_id": f"{about.delivery}@postal",
        "to": about.address,
        "from": "hello@example.org",
        "tag": about.tag,
    }
    status = {"delivered": "Sent", "dead": "HardFail", "put off": "SoftFail"}.get(kind)
    output = {"dead": NOBODY.format(address=about.address), "delivered": "250 ok", "put off": FULL}.get(kind)
    if kind == "soft":
        payload: dict[str, Any] = {"original_message": message, "bounce": {"id": 4, "subject": "Delivery Error"}}
    elif kind == "refused":
        payload = {"message": message, "status": "HardFail", "details": "Refused", "output": POLICY}
    elif status:
        payload = {"message": message, "status": status, "details": "", "output": output}
    else:
        return None
    return {"event": "MessageEvent", "timestamp": about.at, "payload": payload, "uuid": uid()}
