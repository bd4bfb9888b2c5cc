"""What engagement does when it hears news."""

from django.dispatch import receiver

from contacts.signals import stakeholders_merged
from engagement.actions import fill_free_seats
from engagement.models import Event


@receiver(stakeholders_merged, dispatch_uid="engagement.fill_seats_after_merge")
def fill_seats_after_merge(survivor_id: int, **news) -> None:
    """Who was two had two seats: the second one goes to the first who waits."""
    waited_for = Event.objects.filter(registrations__state="waitlisted")
    for event in waited_for.filter(pk__in=Event.objects.filter(registrations__stakeholder=survivor_id)).distinct():
        fill_free_seats(event)
