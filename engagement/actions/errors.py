"""Why a verb of engagement refuses, in sentences for people."""

from django.utils.translation import gettext as _

from crm.errors import Refused


class EventFull(Refused):
    """Every seat is taken and no waitlist is kept."""

    def __init__(self) -> None:
        super().__init__(_("Every seat is taken."))


class EventOver(Refused):
    """The event has ended."""

    def __init__(self) -> None:
        super().__init__(_("This event is over. See what comes next."))


class EventCalledOff(Refused):
    """The event does not take place."""

    def __init__(self) -> None:
        super().__init__(_("This event has been called off."))


class EventNotPublished(Refused):
    """The event is still being prepared."""

    def __init__(self) -> None:
        super().__init__(_("This event is not open yet."))


class EventNotReady(Refused):
    """Something is missing before the public may see the event."""


class AlreadyRegistered(Refused):
    """The person holds a seat, or a place in the waitlist, already."""

    def __init__(self, registration) -> None:
        self.registration = registration
        super().__init__(
            _("You are on the waitlist already.")
            if registration.state == registration.State.WAITLISTED
            else _("You are registered already.")
        )


class AlreadyCancelled(Refused):
    """The seat has been given back before."""

    def __init__(self) -> None:
        super().__init__(_("This registration has been cancelled already."))


class TooFewSeats(Refused):
    """More people hold a seat than the new number of seats."""

    def __init__(self, taken: int) -> None:
        super().__init__(_("%(taken)s people hold a seat already. Keep at least that many seats.") % {"taken": taken})


class NotYourGathering(Refused):
    """Only the organizer who keeps a conversation, and staff, may change it."""

    def __init__(self) -> None:
        super().__init__(_("Another organizer keeps this conversation. Ask the staff to change it."))


class GatheringIncomplete(Refused):
    """Something the record cannot do without is missing."""
