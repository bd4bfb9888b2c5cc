"""What must always be true of events."""

from django.utils.translation import gettext_lazy as _

from crm.invariants import INVARIANTS, Invariant

INVARIANTS.add(
    "never-more-guests-than-seats",
    Invariant(
        _("No event has more registrations than seats."),
        """SELECT 'event ' || event.id FROM engagement_event AS event
           JOIN engagement_registration AS registration ON registration.event_id = event.id
           WHERE event.capacity IS NOT NULL AND registration.state IN ('registered', 'attended')
           GROUP BY event.id HAVING count(*) > event.capacity""",
        "admin:engagement_event_change",
    ),
)
