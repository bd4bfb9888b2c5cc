"""The send ledger: one narrow row per message, and the ranges workers claim."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaigns import Campaign
from campaigns.querysets import ChunkQuerySet, DeliveryQuerySet
from campaigns.reasons import REASONS
from contacts.models import Stakeholder
from crm.references import references_of_ledger

ARRIVED = ("accepted", "delivered", "complained")
"""States of a message that a mail server took for good, as far as we know."""


class Delivery(models.Model):
    """One message to one address in a campaign.

    `state` stands in no index and in no predicate on purpose: PostgreSQL can then update rows in
    place (HOT), which is an order of magnitude faster (decision 0006). References are checked by the statement, not by
    the row: a million foreign keys would be half of the time that freezing an audience takes.
    """

    class State(models.TextChoices):
        """What is known about the message."""

        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("on its way")
        ACCEPTED = "accepted", _("accepted by the mail server")
        DELIVERED = "delivered", _("delivered")
        BOUNCED = "bounced", _("bounced")
        COMPLAINED = "complained", _("marked as spam")
        DEFERRED = "deferred", _("put off")
        FAILED = "failed", _("failed")
        UNCERTAIN = "uncertain", _("uncertain")
        SKIPPED = "skipped", _("skipped")

    id = models.BigAutoField(primary_key=True)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="deliveries", db_index=False, db_constraint=False
    )
    stakeholder = models.ForeignKey(
        Stakeholder,
        on_delete=models.SET_NULL,
        null=True,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    address = models.CharField(_("address"), max_length=320)
    fingerprint = models.CharField(max_length=32)
    language = models.CharField(max_length=2, default="en")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    breaks = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Tries at which the line broke although it stood for others."
    )
    epoch = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(_("next try"), null=True, blank=True)
    intent_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    sent_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["stakeholder", "campaign"], name="one_delivery_per_person"),
            models.UniqueConstraint(fields=["campaign", "address"], name="one_delivery_per_address"),
        ]
        triggers = [
            *references_of_ledger("campaigns_delivery", "campaign_id", "campaigns_campaign"),
            *references_of_ledger("campaigns_delivery", "stakeholder_id", "contacts_stakeholder"),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_state_display()}"

    @property
    def why(self) -> str:
        """The reason in plain words, the mail server's own where it gave any; what arrived needs none."""
        return str(REASONS.get(self.reason, "" if self.state in ARRIVED else self.reason))

    @property
    def reply(self) -> str:
        """What the mail server said last, in its own words."""
        return "" if self.reason in REASONS else self.reason


class Attempt(models.Model):
    """One thing that happened to a message and that its own row does not say, or will not say for long.

    A first try that was accepted leaves none: the row says all of it. `sending/ledger/attempts.py` appends them.
    """

    class What(models.TextChoices):
        """What happened; the first ones are the mail server's answers, the last ones decisions."""

        ACCEPTED = "accepted", _("taken by their mail server")
        DEFERRED = "deferred", _("put off by their mail server")
        BROKE = "broke", _("the line broke before it was handed over")
        FAILED = "failed", _("refused")
        BOUNCED = "bounced", _("came back: nobody has the address")
        UNCERTAIN = "uncertain", _("handed over, and no answer came")
        DELIVERED = "delivered", _("delivered to their mailbox")
        SOFT_BOUNCED = "soft_bounced", _("came back for the time being")
        COMPLAINED = "complained", _("marked as spam")
        AGAIN = "again", _("put in the queue again")
        ARRIVED = "arrived", _("taken as arrived")
        GIVEN_UP = "given_up", _("not to be sent again")
        RETRIED = "retried", _("tried again although it had failed")
        UNDONE = "undone", _("the decision was taken back")

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="history")
    at = models.DateTimeField()
    what = models.CharField(max_length=12, choices=What)
    reply = models.CharField(
        max_length=300, blank=True, db_default="", help_text="The server's words, or a key of REASONS."
    )
    source = models.CharField(
        max_length=80, blank=True, db_default="", help_text="The server, provider or worker that this comes from."
    )
    number = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Which try it was.")
    handed_at = models.DateTimeField(null=True, blank=True, help_text="When the message was handed over at this try.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["pk"]
        indexes = [models.Index(fields=["at"], condition=Q(by__isnull=False), name="attempt_decided")]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.get_what_display()}"

    @property
    def why(self) -> str:
        """What was said, in plain words where it is one of ours."""
        return str(REASONS.get(self.reply, self.reply))


class Chunk(models.Model):
    """A range of delivery ids that one worker sends at a time; claimed with owner, lease and epoch.

    `counts` says how many of its messages are in which state; while `counted` is false that was so once, and a
    claimed range is never counted (`sending/ledger/counting.py`). `touched_at` is when it was last taken, given
    back or woken.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="chunks")
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    epoch = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    done = models.BooleanField(default=False)
    counts = models.JSONField(default=dict, db_default={})
    counted = models.BooleanField(default=False, db_default=False)
    touched_at = models.DateTimeField(db_default=Now())

    objects = ChunkQuerySet.as_manager()

    class Meta:
        verbose_name = _("range of deliveries")
        verbose_name_plural = _("ranges of deliveries")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "first_id"], name="one_chunk_per_range"),
            models.CheckConstraint(condition=Q(last_id__gte=models.F("first_id")), name="chunk_range_is_ordered"),
        ]
        indexes = [
            models.Index(fields=["campaign", "id"], condition=Q(done=False), name="chunk_open"),
            models.Index(fields=["id"], condition=Q(counted=False), name="chunk_uncounted"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id}"


class Tally(models.Model):
    """How the last messages of a campaign fared: one small row, so that nobody reads the ledger to judge it.

    `recent` has a letter for each of the last settled messages, the newest last (`sending/ledger/breaker.py`);
    `losses` counts connection errors in a row, `down_at` is when no connection was had and that was counted.
    `accepted` counts the messages a mail server took, ever; `in_minute` those since `minute`, `in_last` those of the
    minute before.
    """

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, primary_key=True, related_name="tally")
    recent = models.TextField(blank=True, db_default="")
    losses = models.PositiveIntegerField(db_default=0)
    down_at = models.DateTimeField(null=True, blank=True)
    accepted = models.PositiveBigIntegerField(db_default=0)
    accepted_at = models.DateTimeField(null=True, blank=True)
    minute = models.DateTimeField(null=True, blank=True)
    in_minute = models.PositiveIntegerField(db_default=0)
    in_last = models.PositiveIntegerField(db_default=0)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")

    def __str__(self) -> str:
        return f"{self.campaign}: {len(self.recent)}, {self.losses}"

    def per_minute(self) -> int:
        """About how many messages were accepted in the last minute: this one so far, and of the one before the rest."""
        if self.minute is None:
            return 0
        passed = (timezone.now() - self.minute).total_seconds() / 60
        if passed < 1:
            return round(self.in_minute + self.in_last * (1 - max(0.0, passed)))
        return round(self.in_minute * max(0.0, 2 - passed))
