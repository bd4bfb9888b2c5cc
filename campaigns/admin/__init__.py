"""The back office of newsletters."""

from campaigns.admin import campaigns

__all__ = ["campaigns"]
