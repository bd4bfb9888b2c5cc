"""News that higher storeys may listen to; sent after the commit, with ids only."""

from django.dispatch import Signal

consent_withdrawn = Signal()
"""Somebody left topics. Arguments: `stakeholder_id: int`, `topic_ids: list[int]`."""

address_suppressed = Signal()
"""An address must not be mailed from now on. Arguments: `fingerprint: str`."""

stakeholders_merged = Signal()
"""Two became one. Arguments: `survivor_id: int`, `merged_id: int` (no longer in the book), `merge_id: int`."""
