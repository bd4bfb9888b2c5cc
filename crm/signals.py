"""News that higher storeys may listen to; sent after the commit, with ids only."""

from django.dispatch import Signal

mail_left = Signal()
"""A single mail was handed over, whatever comes of it. Arguments: `mail_id: int`."""

mail_came_back = Signal()
"""Nobody has the address a single mail went to. Arguments: `mail_id: int`."""
