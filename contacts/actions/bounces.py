"""Take note that an address does not work."""

from django.db import transaction

from contacts.actions.suppression import suppress
from contacts.addresses import normalize_email
from contacts.models import ContactPoint, Suppression
from crm.history import acting


@transaction.atomic
def note_hard_bounce(address: str, *, source: str) -> None:
    """The mail server says nobody is there: everybody's entry of `address` is bad, and nothing is mailed there."""
    normalized = normalize_email(address)
    with acting("note_hard_bounce", source=source):
        points = ContactPoint.objects.emails().filter(normalized=normalized)
        points.exclude(status=ContactPoint.Status.BAD).update(status=ContactPoint.Status.BAD)
    suppress(address, reason=Suppression.Reason.HARD_BOUNCE, source=source)
