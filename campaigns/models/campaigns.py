"""A mailing and what it says."""

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.querysets import CampaignQuerySet
from contacts.models import Segment, Topic
from crm.references import referred_by_ledger

CONTENT = ("subject", "subject_es", "preheader", "preheader_es", "blocks", "topic_id", "corrects_id", "part")
"""What a launched campaign said, and to whom; the database keeps it as it was."""
CHANGED = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in CONTENT)
IS_CORRECTED = """
IF EXISTS (SELECT FROM campaigns_campaign WHERE corrects_id = NEW.id AND state <> 'draft') THEN
    RAISE EXCEPTION 'a newsletter whose correction was launched is not sent any more';
END IF;
RETURN NEW;
"""
CORRECTS_WHAT_GOES_ON = """
IF EXISTS (SELECT FROM campaigns_campaign WHERE id = NEW.corrects_id AND state NOT IN ('sent', 'cancelled')) THEN
    RAISE EXCEPTION 'a correction leaves only when what it corrects does not go on';
END IF;
RETURN NEW;
"""


@pghistory.track(level=pgtrigger.Statement)
class Campaign(models.Model):
    """A mailing to an audience on one topic."""

    class State(models.TextChoices):
        """How far the mailing is."""

        DRAFT = "draft", _("draft")
        SENDING = "sending", _("being sent")
        PAUSED = "paused", _("paused")
        SENT = "sent", _("sent")
        CANCELLED = "cancelled", _("cancelled")

    class UncertainPolicy(models.TextChoices):
        """What to do when nobody knows whether a message arrived."""

        RESEND = "resend", _("send again (somebody may get it twice)")
        HOLD = "hold", _("wait for a person to decide")

    class Part(models.TextChoices):
        """Whom of another newsletter's audience a correction goes to, instead of to segments."""

        GOT = "got", _("those who got the wrong version")
        REST = "rest", _("those who did not get it")

    name = models.CharField(_("name"), max_length=160, help_text=_("Only staff see it."))
    topic = models.ForeignKey(
        Topic,
        on_delete=models.PROTECT,
        related_name="campaigns",
        verbose_name=_("topic"),
        help_text=_("Only people who agreed to this topic receive it."),
    )
    include: models.ManyToManyField = models.ManyToManyField(
        Segment, related_name="included_in", verbose_name=_("send to"), blank=True
    )
    exclude: models.ManyToManyField = models.ManyToManyField(
        Segment, related_name="excluded_from", verbose_name=_("but not to"), blank=True
    )
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name=_("corrects")
    )
    part = models.CharField(_("goes to"), max_length=4, choices=Part, blank=True, default="", db_default="")
    subject = models.CharField(_("subject"), max_length=200)
    preheader = models.CharField(
        _("preview line"), max_length=200, blank=True, help_text=_("Shown after the subject in most inboxes.")
    )
    subject_es = models.CharField(
        _("subject in Spanish"),
        max_length=200,
        blank=True,
        help_text=_("Empty means that Spanish readers see the English one."),
    )
    preheader_es = models.CharField(_("preview line in Spanish"), max_length=200, blank=True)
    blocks = models.JSONField(_("content"), default=list, blank=True)
    uncertain_policy = models.CharField(
        _("when it is uncertain whether a mail arrived"),
        max_length=6,
        choices=UncertainPolicy,
        default=UncertainPolicy.RESEND,
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    pause_reason = models.CharField(_("why it was paused"), max_length=200, blank=True)
    per_hour = models.PositiveIntegerField(
        _("messages an hour at most"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    audience_size = models.PositiveIntegerField(_("people in the audience"), null=True, blank=True)
    left_out = models.JSONField(
        _("people left out"), default=dict, blank=True, editable=False, help_text="Counts by reason, frozen at launch."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    launched_at = models.DateTimeField(_("launched"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("newsletter")
        verbose_name_plural = _("newsletters")
        ordering = ["-created_at"]
        permissions = [("launch_campaign", "Can launch, pause and cancel newsletters")]
        constraints = [
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, part="") | Q(corrects__isnull=False, part__in=["got", "rest"]),
                name="correction_says_to_whom",
            ),
            models.UniqueConstraint(fields=["corrects", "part"], name="one_correction_for_each_part"),
        ]
        triggers = [
            *referred_by_ledger("campaigns_delivery", "campaign_id"),
            pgtrigger.Trigger(
                name="corrected_is_over",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                condition=pgtrigger.Condition(
                    "OLD.state IN ('sent', 'cancelled') AND NEW.state NOT IN ('sent', 'cancelled')"
                ),
                func=IS_CORRECTED,
            ),
            pgtrigger.Trigger(
                name="corrects_what_is_over",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                condition=pgtrigger.Condition(
                    "NEW.corrects_id IS NOT NULL AND OLD.state = 'draft' AND NEW.state <> 'draft'"
                ),
                func=CORRECTS_WHAT_GOES_ON,
            ),
            pgtrigger.Trigger(
                name="content_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf(*CONTENT),
                condition=pgtrigger.Condition(f"OLD.state <> 'draft' AND ({CHANGED})"),
                func="RAISE EXCEPTION 'what a launched newsletter said stays as it is';",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_corrected(self) -> bool:
        """Whether a correction of it was launched: then it is over, whatever is left of it."""
        return self.corrections.exclude(state=self.State.DRAFT).exists()


class Variant(models.Model):
    """What a campaign said in one language when it was launched; never changed afterwards."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="variants")
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    subject = models.TextField()
    html = models.TextField()
    text = models.TextField()

    class Meta:
        verbose_name = _("frozen content")
        verbose_name_plural = _("frozen contents")
        constraints = [models.UniqueConstraint(fields=["campaign", "language"], name="one_variant_per_language")]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.campaign} ({self.language})"
