"""The nouns of campaigns."""

from campaigns.models.campaigns import Campaign, Variant
from campaigns.models.ledger import Attempt, Chunk, Delivery, Tally
from campaigns.models.news import SoftBounce

__all__ = ["Attempt", "Campaign", "Chunk", "Delivery", "SoftBounce", "Tally", "Variant"]
