"""The nouns of campaigns."""

from campaigns.models.campaigns import Campaign, Variant
from campaigns.models.ledger import Chunk, Delivery, Tally

__all__ = ["Campaign", "Chunk", "Delivery", "Tally", "Variant"]
