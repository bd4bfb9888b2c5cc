"""The nouns of campaigns."""

from campaigns.models.campaigns import Campaign, Variant
from campaigns.models.inbox import ProviderEvent, SetInHand
from campaigns.models.ledger import Attempt, Chunk, Delivery, Tally
from campaigns.models.news import BounceMailbox, SoftBounce
from campaigns.models.rules import SendingRules, WarmUpDay

__all__ = [
    "Attempt",
    "BounceMailbox",
    "Campaign",
    "Chunk",
    "Delivery",
    "ProviderEvent",
    "SendingRules",
    "SetInHand",
    "SoftBounce",
    "Tally",
    "Variant",
    "WarmUpDay",
]
