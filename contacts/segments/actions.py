"""What can be done with segments: save one, throw one away."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import Segment
from contacts.segments.reading import read
from crm.errors import Refused
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


class SegmentInUse(Refused):
    """Something is written to the people of the segment, or spares them."""


def users_of(segments: Iterable[Segment]) -> list[str]:
    """What names one of `segments`, such as a newsletter that goes to it or leaves it out, in words."""
    ways = [way for way in Segment._meta.related_objects if way.many_to_many]
    named = [
        one for segment in segments for way in ways for one in getattr(segment, str(way.get_accessor_name())).all()
    ]
    return list(dict.fromkeys(f"{one._meta.verbose_name} “{one}”" for one in named))


@transaction.atomic
def delete_segment(segment: Segment, *, by) -> None:
    """Throw a segment away; raises SegmentInUse, for a newsletter without it would go to others than was meant."""
    if users := users_of([segment]):
        raise SegmentInUse(_("This segment is in use: %(where)s.") % {"where": ", ".join(users)})
    with acting("delete_segment", by):
        segment.delete()
