"""Questions about campaigns and their ledger."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class CampaignQuerySet(models.QuerySet):
    """Mailings."""

    def sendable(self):
        """Campaigns whose chunks may be claimed now."""
        return self.filter(state="sending")


class ChunkQuerySet(models.QuerySet):
    """Ranges of deliveries."""

    def claimable(self):
        """Open ranges of running campaigns that nobody holds, or whose holder's lease ran out."""
        now = timezone.now()
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        due = Q(due_at=None) | Q(due_at__lte=now)
        return self.filter(free, due, done=False, campaign__state="sending")


class DeliveryQuerySet(models.QuerySet):
    """Messages to people."""

    def unsettled(self):
        """Not at an end yet: waiting, on the wire, put off or uncertain."""
        return self.filter(state__in=["queued", "sending", "deferred", "uncertain"])

    def on_the_wire_or_past(self):
        """Messages that were, or may have been, handed to a mail server."""
        return self.filter(state__in=["accepted", "delivered", "bounced", "complained"])

    def search(self, words: str):
        """Messages to people whose name or address contains every word."""
        found = self
        for word in words.split():
            found = found.filter(Q(address__icontains=word) | Q(stakeholder__name__icontains=word))
        return found
