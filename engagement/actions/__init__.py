"""Verbs of engagement: every write that means something, once."""

from engagement.actions.strategies import ensure_strategies

__all__ = ["ensure_strategies"]
