"""What the last look at each promise found (`crm/invariants.py`)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.querysets import FindingQuerySet


class Finding(models.Model):
    """Whether one promise held when it was last looked at; `broken` counts places, and is empty when nobody knows."""

    class WhyNot(models.TextChoices):
        """Why it is not known whether the promise holds."""

        SLOW = "slow", _("it took too long")
        ERROR = "error", _("the database could not answer")

    key = models.SlugField(primary_key=True, max_length=80, help_text="A key of crm.invariants.INVARIANTS.")
    broken = models.PositiveBigIntegerField(_("broken places"), null=True, blank=True)
    places = models.JSONField(_("the first of them"), default=list, blank=True)
    broken_since = models.DateTimeField(
        _("broken since"), null=True, blank=True, help_text="The first look in a row that found it broken."
    )
    why_not = models.CharField(_("why it is not known"), max_length=5, choices=WhyNot, blank=True)
    seconds = models.FloatField(_("seconds the look took"))
    looked_at = models.DateTimeField(_("looked at"))

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.key}: {self.broken}"
