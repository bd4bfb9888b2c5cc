"""What the page of a stakeholder says about newsletters."""

from django.utils.translation import gettext as _

from campaigns.models import Delivery
from crm.panels import PANELS, Panel

SHOWN = 10


@PANELS.register("newsletters")
def newsletters(stakeholder_id: int, user) -> Panel | None:
    """The latest newsletters this person was in the audience of, and what became of each."""
    if not user.has_perm("campaigns.view_delivery"):
        return None
    theirs = Delivery.objects.filter(stakeholder=stakeholder_id).select_related("campaign").order_by("-pk")
    rows = list(theirs[: SHOWN + 1])
    if not rows:
        return None
    context = {"rows": rows[:SHOWN], "more": len(rows) > SHOWN}
    return Panel(_("Newsletters"), "campaigns/_panel.html", context, order=40)
