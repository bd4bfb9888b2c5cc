"""Being told to stop: the group in hand is finished, the rest is given back, and nothing is uncertain.

Celery tells only the parent of its processes; they learn of it by a byte of memory that all of them share.
"""

import mmap

_told: bytearray | mmap.mmap = bytearray(1)


def share_with_children() -> None:
    """Let processes that are forked from now on be told when this one is."""
    global _told
    _told = mmap.mmap(-1, 1)


def stop_soon() -> None:
    """Begin with nothing new."""
    _told[0] = 1


def go_on() -> None:
    """Forget that we were told."""
    _told[0] = 0


def stopping() -> bool:
    """Whether we were told to stop."""
    return bool(_told[0])
