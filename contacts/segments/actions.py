"""What can be done with segments: save one."""

from django.db import transaction

from contacts.models import Segment
from contacts.segments.reading import read
from crm.history import acting


@transaction.atomic
def save_segment(
    segment: Segment | None = None, *, name: str, definition: object, description: str = "", by=None
) -> Segment:
    """Save a new segment, or `segment` with new rules. Raises InvalidDefinition, ValidationError for the name."""
    read(definition)
    saved = segment or Segment(created_by=by)
    saved.name, saved.description, saved.definition = name, description, definition
    saved.full_clean(exclude=["created_by"])
    with acting("save_segment", by):
        saved.save()
    return saved
