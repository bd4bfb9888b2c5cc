"""How the search box finds events and conversations."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.searches import PER_SEARCH, SEARCHES, Hit
from engagement.models import Event, Gathering
from engagement.wording import day_in_words


@SEARCHES.register("events")
def events(words: str, user) -> list[Hit]:
    """Events by title or place."""
    if not user.has_perm("engagement.view_event"):
        return []
    found = Event.objects.all()
    for word in words.split():
        named = Q(title_en__icontains=word) | Q(title_es__icontains=word) | Q(venue__icontains=word)
        found = found.filter(named)
    return [
        Hit(
            title=event.title,
            kind=_("Event"),
            url=reverse("admin:engagement_event_change", args=[event.pk]),
            note=day_in_words(event.starts_at),
            icon="event",
        )
        for event in found[:PER_SEARCH]
    ]


@SEARCHES.register("conversations")
def conversations(words: str, user) -> list[Hit]:
    """Conversations by host, place or zip, for who may see names."""
    if not user.has_perm("engagement.view_participant"):
        return []
    found = Gathering.objects.visible_to(user).select_related("host", "edition")
    for word in words.split():
        found = found.filter(Q(host__name__icontains=word) | Q(place__icontains=word) | Q(zip=word))
    return [
        Hit(
            title=gathering.host.name,
            kind=_("Conversation"),
            url=gathering.get_absolute_url(),
            note=f"{gathering.edition} · {day_in_words(gathering.held_on)}",
            icon="forum",
        )
        for gathering in found[:PER_SEARCH]
    ]
