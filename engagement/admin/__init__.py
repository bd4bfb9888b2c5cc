"""The back office of engagement, one file a family."""

from engagement.admin import conversations, events, registrations

__all__ = ["conversations", "events", "registrations"]
