"""Why an import is not done, in sentences for the person who sent the file."""

from crm.errors import Misstated, Refused


class Unreadable(Refused):
    """The file cannot be read as a list of people at all."""


class FileGone(Unreadable):
    """The file is not kept any more: its time was over, or somebody in it was erased."""


class UnknownTopic(Misstated):
    """A topic was asked for that does not exist."""


class UnknownOccasion(Misstated):
    """A file is said to be about an event that does not exist."""


class BadMapping(Misstated):
    """Columns or words cannot be taken for what somebody chose."""


class BadAnswer(Misstated):
    """A question about a file was answered with what it cannot be read by."""


class BeingSaved(Refused):
    """Another worker is on this run at this moment."""


class NotReady(Refused):
    """The run is not in a state in which this can be done."""


class Settled(NotReady):
    """Somebody else said already who a row is."""


class Stopped(Refused):
    """Somebody asked that the work on this run be stopped."""
