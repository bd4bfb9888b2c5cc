"""What a verb says when it will not do something."""


class Refused(Exception):
    """A rule forbids what was asked; `str()` is a sentence for the person who asked."""


class Misstated(Refused):
    """What was asked names something that is not there or makes no sense; asking again does not help."""
