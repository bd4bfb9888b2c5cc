"""Verbs of engagement: every write that means something, once."""

from engagement.actions.attendance import add_walk_in, mark_attendance
from engagement.actions.errors import (
    AlreadyCancelled,
    AlreadyRegistered,
    EventCalledOff,
    EventFull,
    EventNotPublished,
    EventNotReady,
    EventOver,
    GatheringIncomplete,
    NotYourGathering,
    TooFewSeats,
)
from engagement.actions.events import call_off_event, create_event, duplicate_event, publish_event, revise_event
from engagement.actions.gatherings import (
    Conversation,
    Guest,
    NewHost,
    Promise,
    edit_gathering,
    log_gathering,
    open_edition,
)
from engagement.actions.news import ensure_news
from engagement.actions.registrations import (
    cancel_registration,
    fill_free_seats,
    free_seats,
    place_in_waitlist,
    register,
)
from engagement.actions.strategies import ensure_strategies

__all__ = [
    "AlreadyCancelled",
    "AlreadyRegistered",
    "Conversation",
    "EventCalledOff",
    "EventFull",
    "EventNotPublished",
    "EventNotReady",
    "EventOver",
    "GatheringIncomplete",
    "Guest",
    "NewHost",
    "NotYourGathering",
    "Promise",
    "TooFewSeats",
    "add_walk_in",
    "call_off_event",
    "cancel_registration",
    "create_event",
    "duplicate_event",
    "edit_gathering",
    "ensure_news",
    "ensure_strategies",
    "fill_free_seats",
    "free_seats",
    "log_gathering",
    "mark_attendance",
    "open_edition",
    "place_in_waitlist",
    "publish_event",
    "register",
    "revise_event",
]
