"""How long we wait and how often we try: the numbers that newsletters and single mails share.

Each has its reason; each is replaceable by the setting `SENDING`. What only the engine of newsletters needs stands in
`campaigns/sending/limits.py`.
"""

from dataclasses import dataclass, fields
from functools import lru_cache

from django.conf import settings
from django.core.signals import setting_changed


@dataclass(frozen=True)
class Patience:
    """Times in seconds."""

    connect_timeout: float = 10
    reply_timeout: float = 30
    final_timeout: float = 60
    """Patience after a whole message was handed over, when giving up means not knowing."""
    tries: int = 5
    """Attempts before a message that is always put off counts as failed."""
    first_retry: float = 60
    retry_factor: float = 5
    """Waits between attempts: 1, 5, 25, 125 minutes, each with a fifth of jitter."""
    connection_retry: float = 15
    """Wait after the mail server could not be reached."""
    batch: int = 100
    """Letters in one request to a provider: so many are uncertain when it never answers, or we die meanwhile."""
    requests: int = 10
    """Requests to a provider at the same time, at most; one that asks to go slower gets fewer."""
    slower: float = 4
    """Longest wait a provider may ask for that is waited out on the spot: who stops a newsletter sees it stand soon."""
    quiet: float = 900
    """How long an uncertain message is left alone, for evidence to arrive, before it is sent again."""


NAMES = frozenset(field.name for field in fields(Patience))


@lru_cache(maxsize=1)
def patience() -> Patience:
    """The numbers in force: the defaults above, replaced by the setting `SENDING`."""
    return Patience(**{name: value for name, value in settings.SENDING.items() if name in NAMES})  # type: ignore[arg-type]


def _forget(*, setting: str, **_kwargs: object) -> None:
    if setting == "SENDING":
        patience.cache_clear()


setting_changed.connect(_forget, dispatch_uid="crm.patience")
