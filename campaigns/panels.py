"""What the page of a stakeholder says about newsletters."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Delivery
from crm.panels import CONTACTS, PANELS, Contact, Panel

SHOWN = 10
OTHERS = 5


@PANELS.register("newsletters")
def newsletters(stakeholder_id: int, user) -> Panel | None:
    """The latest newsletters this person was in the audience of, what became of each, and the latest others."""
    if not user.has_perm("campaigns.view_delivery"):
        return None
    theirs = Delivery.objects.filter(stakeholder=stakeholder_id).select_related("campaign").order_by("-pk")
    rows = list(theirs[: SHOWN + 1])
    got = Delivery.objects.filter(stakeholder=stakeholder_id, campaign=OuterRef("pk"))
    others = list(Campaign.objects.filter(~Exists(got)).order_by("-pk")[:OTHERS])
    if not rows and not others:
        return None
    context = {"rows": rows[:SHOWN], "more": len(rows) > SHOWN, "others": others, "person": stakeholder_id}
    return Panel(_("Newsletters"), "campaigns/_panel.html", context, order=40)


@CONTACTS.register("newsletters")
def last_newsletters(people: Sequence[int], user) -> Iterator[Contact]:
    """The latest newsletter that went out to each of them."""
    if not user.has_perm("campaigns.view_delivery"):
        return
    sent = Delivery.objects.filter(stakeholder__in=people, sent_at__isnull=False)
    latest = sent.order_by("stakeholder_id", "-sent_at").distinct("stakeholder_id")
    for person, at, subject in latest.values_list("stakeholder", "sent_at", "campaign__subject"):
        yield Contact(person, cast(datetime, at), _("got “%(subject)s”") % {"subject": subject})
