"""Mandrill."""

from typing import Any

from tests.campaigns.providers.about import FULL, NOBODY, About


def mandrill(kind: str, about: About) -> Any:
    """What stands in the form's field."""
    event = {
        "delivered": None,
        "dead": "hard_bounce",
        "soft": "soft_bounce",
        "put off": "deferral",
        "refused": "reject",
        "complained": "spam",
        "left": "unsub",
        "opened": "open",
    }[kind]
    diag = {"dead": NOBODY.format(address=about.address), "soft": FULL}.get(kind, "")
    message = {"email": about.address, "metadata": about.metadata, "tags": [], "diag": diag, "ts": about.at}
    return [{"event": event, "_id": f"md-{about.delivery}", "ts": about.at, "msg": message}] if event else None
