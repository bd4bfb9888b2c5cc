"""How people and segments are found from the one search box."""

from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.models import Segment, Stakeholder
from crm.models import User
from crm.searches import PER_SEARCH, SEARCHES, Hit


@SEARCHES.register("people")
def people(words: str, user: User) -> list[Hit]:
    """People and organisations by name, address or number."""
    found = Stakeholder.objects.visible_to(user).search(words)[:PER_SEARCH]
    return [
        Hit(
            title=person.name,
            kind=str(person.get_kind_display()),
            url=reverse("admin:contacts_stakeholder_change", args=[person.pk]),
            note=person.zip,
            icon="apartment" if person.kind == Stakeholder.Kind.ORGANISATION else "person",
        )
        for person in found
    ]


@SEARCHES.register("segments")
def segments(words: str, user: User) -> list[Hit]:
    """Segments by name."""
    if not user.has_perm("contacts.view_segment"):
        return []
    found = Segment.objects.filter(name__icontains=words)[:PER_SEARCH]
    return [
        Hit(
            title=segment.name,
            kind=_("segment"),
            url=reverse("admin:contacts_segment_change", args=[segment.pk]),
            note=segment.description,
            icon="filter_alt",
        )
        for segment in found
    ]
