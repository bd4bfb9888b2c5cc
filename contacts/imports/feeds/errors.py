"""Why a feed could not be read, in sentences for its owner; none names more of an address than its host."""

from crm.errors import Refused


class Trouble(Refused):
    """The file could not be fetched this time."""


class WrongPlace(Refused):
    """A folder or an address from which no feed may read."""
