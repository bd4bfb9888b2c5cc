"""The back office of engagement, one file a family."""

from engagement.admin import conversations, events, news, registrations

__all__ = ["conversations", "events", "news", "registrations"]
