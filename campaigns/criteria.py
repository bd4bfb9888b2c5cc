"""What segments may ask about newsletters."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Delivery
from contacts.segments.registry import CRITERIA, Choices, Value
from crm.said import whole


def launched_campaigns() -> Choices:
    """Newsletters that left, the latest first."""
    left = Campaign.objects.exclude(state=Campaign.State.DRAFT).order_by("-launched_at")
    return [(str(pk), name) for pk, name in left.values_list("pk", "name")]


@CRITERIA.register(
    "was_sent_campaign",
    label=_("Was sent a newsletter"),
    group=_("Newsletters"),
    operators=("any_of", "none_of"),
    value=Value.CHOICES,
    choices=launched_campaigns,
    says={"any_of": _("was sent %(values)s"), "none_of": _("was never sent %(values)s")},
)
def was_sent_campaign(op: str, value: list[str]) -> Q:
    """People whose mail server took one of these newsletters; uncertain and failed ones do not count."""
    sent = Delivery.objects.on_the_wire_or_past().filter(
        stakeholder=OuterRef("pk"), campaign__in=[pk for pk in map(whole, value) if pk is not None]
    )
    return Q(Exists(sent))
