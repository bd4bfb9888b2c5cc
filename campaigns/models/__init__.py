"""The nouns of campaigns."""

from campaigns.models.campaigns import Campaign, Variant
from campaigns.models.ledger import Attempt, Chunk, Delivery, Tally

__all__ = ["Attempt", "Campaign", "Chunk", "Delivery", "Tally", "Variant"]
