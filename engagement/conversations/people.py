"""Whom an organizer may find by name."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.models import Stakeholder
from engagement.models import Event, Gathering, Participant, Registration

MOST = 8


def people_known_to(user) -> QuerySet[Stakeholder]:
    """Persons the user met in their own work; everyone for those who may see the book.

    An organizer knows the hosts and guests of the conversations they keep, and who registered for a
    training: that is where hosts come from.
    """
    persons = Stakeholder.objects.filter(kind=Stakeholder.Kind.PERSON)
    if user.has_perm("contacts.view_stakeholder"):
        return persons
    own = Gathering.objects.visible_to(user)
    hosted = own.filter(host=OuterRef("pk"))
    sat = Participant.objects.filter(stakeholder=OuterRef("pk"), gathering__in=own)
    trained = Registration.objects.filter(stakeholder=OuterRef("pk"), event__kind=Event.Kind.TRAINING)
    return persons.filter(Q(Exists(hosted)) | Q(Exists(sat)) | Q(Exists(trained)))


def find_people(user, words: str) -> list[tuple[int, str]]:
    """The first few persons whose name contains every word: number and name, nothing else about them."""
    if not words.strip():
        return []
    found = people_known_to(user)
    for word in words.split():
        found = found.filter(name__icontains=word)
    return list(found.order_by("name").values_list("pk", "name")[:MOST])
