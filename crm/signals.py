"""News that higher storeys may listen to; sent after the commit, with ids only."""

from django.dispatch import Signal

mail_came_back = Signal()
"""Nobody has the address a single mail went to. Arguments: `mail_id: int`."""
