"""What is heard about messages after they left."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaigns import Campaign


class SoftBounce(models.Model):
    """A message that came back for the time being (a full mailbox); forgotten as soon as something arrives there.

    Knows the address by its keyed hash only. `message` tells messages apart: one that comes back twice counts once.
    """

    fingerprint = models.CharField(max_length=32)
    message = models.CharField(max_length=200)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("soft bounce")
        verbose_name_plural = _("soft bounces")
        constraints = [models.UniqueConstraint(fields=["fingerprint", "message"], name="one_soft_bounce_per_message")]

    def __str__(self) -> str:
        return f"{self.message}: {self.at}"


class BounceMailbox(models.Model):
    """A place that mail which came back is read from, and how that goes; `key` tells places apart.

    Mails of a mailbox up to number `upto` were read, as long as the server numbers them under the same `validity`.
    `in_hand` names the mails that are being read, each with how many readers died over it before.
    """

    key = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=300)
    validity = models.BigIntegerField(default=0)
    upto = models.BigIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=500, blank=True)
    aside = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    in_hand = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("bounce mailbox")
        verbose_name_plural = _("bounce mailboxes")

    def __str__(self) -> str:
        return self.name
