"""The nouns of engagement, one file a family."""

from engagement.conversations.models import Commitment, Edition, Gathering, Note, Participant, Prompt
from engagement.models.events import Event, Registration
from engagement.models.site import News
from engagement.models.strategies import Strategy

__all__ = [
    "Commitment",
    "Edition",
    "Event",
    "Gathering",
    "News",
    "Note",
    "Participant",
    "Prompt",
    "Registration",
    "Strategy",
]
