"""What the page of a stakeholder says about events and conversations."""

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.panels import PANELS, Panel
from engagement.models import Gathering, Registration

LATEST = 10


@PANELS.register("registrations")
def registrations(stakeholder_id: int, user) -> Panel | None:
    """The events the person registered for, and whether they came."""
    if not user.has_perm("engagement.view_registration"):
        return None
    found = Registration.objects.filter(stakeholder=stakeholder_id).select_related("event")
    latest = list(found.order_by("-event__starts_at")[:LATEST])
    context = {"registrations": latest, "came": found.attended().count(), "all": found.count()}
    return Panel(_("Events"), "engagement/_registrations_panel.html", context, order=40) if latest else None


@PANELS.register("conversations")
def conversations(stakeholder_id: int, user) -> Panel | None:
    """The tables the person hosted or sat at."""
    if not user.has_perm("engagement.view_participant"):
        return None
    there = Q(host=stakeholder_id) | Q(participants__stakeholder=stakeholder_id)
    found = Gathering.objects.visible_to(user).filter(there).distinct().select_related("edition", "host")
    latest = list(found[:LATEST])
    context = {"gatherings": latest, "stakeholder_id": stakeholder_id}
    return Panel(_("On the Table"), "engagement/_conversations_panel.html", context, order=50) if latest else None
