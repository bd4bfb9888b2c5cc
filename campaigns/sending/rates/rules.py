"""Which rates there are: the setting `SENDING_RATES`, and what is sensible for the large mailbox providers."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.translation import gettext as _

UNITS = {"s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400}
RATE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:(?:/|per)\s*([a-z]+))?\s*", re.IGNORECASE)
OFF = ("off", "0", "")

TRANSPORT = "transport"
"""The name, in the setting, of everything that leaves; a mail server of its own has its rate in `MAIL_SERVERS`."""
OTHERS = "*"
"""The name, in the setting, of every domain that is not named."""

FAMILIES = {
    "google": ("gmail.com", "googlemail.com"),
    "microsoft": ("outlook.com", "hotmail.com", "live.com", "msn.com", "hotmail.co.uk", "hotmail.es", "outlook.es"),
    "yahoo": ("yahoo.com", "ymail.com", "rocketmail.com", "aol.com", "aim.com", "verizon.net", "att.net",
              "bellsouth.net", "sbcglobal.net", "yahoo.co.uk", "yahoo.es", "yahoo.com.mx"),
    "apple": ("icloud.com", "me.com", "mac.com"),
    "comcast": ("comcast.net", "xfinity.com"),
    "charter": ("charter.net", "spectrum.net", "carolina.rr.com", "twc.com", "roadrunner.com"),
}  # fmt: skip
"""Domains whose mail the same servers take, and so count together."""

DEFAULTS = {"google": 30.0, "microsoft": 20.0, "yahoo": 10.0, "apple": 10.0, "comcast": 5.0, "charter": 5.0}
"""Messages a second that a sender in good standing may hand over without being put off: 108,000 an hour to Gmail."""

_family = {domain: name for name, domains in FAMILIES.items() for domain in domains}


class BadRate(ValueError):
    """What was written is no rate; the text says it in the operator's words."""


def read_rate(written: object) -> float:
    """Messages a second of "20/s", "600 per minute", "5000/h", "200/day" or a number a second; 0 for no limit."""
    text = str(written).strip().lower()
    if text in OFF or written is None:
        return 0.0
    found = RATE.fullmatch(text)
    unit = UNITS.get((found.group(2) or "s").removesuffix("s") or "s") if found else None
    if not found or not unit or not float(found.group(1)):
        raise BadRate(_("“%(rate)s” is no rate; write it like 20/s, 600/min, 5000/h, 200/day or off.") % {"rate": text})
    return float(found.group(1)) / unit


def family_of(domain: str) -> str:
    """What a domain counts as: the provider whose servers take its mail, else itself."""
    return _family.get(domain, domain)


class Rules:
    """The rates in force, in messages a second; 0 is no limit."""

    def __init__(self, written: Mapping[str, object]) -> None:
        rates = DEFAULTS | {family_of(name.strip().lower()): read_rate(rate) for name, rate in written.items()}
        self.transport = rates.pop(TRANSPORT, 0.0)
        self.others = rates.pop(OTHERS, 0.0)
        self.domains = rates

    def of(self, family: str) -> float:
        """The rate of a domain, or of the provider it counts as."""
        return self.domains.get(family, self.others)


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The rates in force; BadRate where the setting cannot be read (a check says so at the start)."""
    written: object = settings.SENDING_RATES
    if isinstance(written, str):
        try:
            written = json.loads(written or "{}")
        except ValueError:
            written = None
    if not isinstance(written, dict):
        raise BadRate(_('It is no JSON of names and rates; write it like {"transport": "100/s", "gmail.com": "20/s"}.'))
    return Rules(written)


def _forget(*, setting: str, **_kwargs: object) -> None:
    if setting == "SENDING_RATES":
        rules.cache_clear()


setting_changed.connect(_forget, dispatch_uid="campaigns.sending.rates")
