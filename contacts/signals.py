"""News that higher storeys may listen to; sent after the commit, with ids only."""

from django.dispatch import Signal

consent_withdrawn = Signal()
"""Somebody left topics. Arguments: `stakeholder_id: int`, `topic_ids: list[int]`."""

address_suppressed = Signal()
"""An address must not be mailed from now on. Arguments: `fingerprint: str`."""
