"""Pairs that may be one, what they are found by, and merges that can be taken back."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.identity.querysets import CandidateQuerySet


class DuplicateCandidate(models.Model):
    """Two stakeholders who may be one, with a score from 0 to 100 and the reasons for it."""

    class State(models.TextChoices):
        """What a person said."""

        OPEN = "open", _("to be looked at")
        DISMISSED = "dismissed", _("two different ones")

    one = models.ForeignKey("contacts.Stakeholder", on_delete=models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey("contacts.Stakeholder", on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField(_("score"))
    reasons = models.JSONField(_("reasons"), default=list)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    found_at = models.DateTimeField(_("found"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair that may be one")
        verbose_name_plural = _("pairs that may be one")
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="one_candidate_per_pair"),
            models.CheckConstraint(condition=models.Q(one__lt=models.F("other")), name="the_older_one_comes_first"),
            models.CheckConstraint(condition=models.Q(score__lte=100), name="a_score_is_at_most_a_hundred"),
        ]
        indexes = [
            models.Index(fields=["-score", "id"], condition=models.Q(state="open"), name="candidates_to_look_at")
        ]

    def __str__(self) -> str:
        return f"{self.one} / {self.other}"


class Sketch(models.Model):
    """What the scan for duplicates compares of one stakeholder; made anew when they change.

    The database does not check whom it is of: whoever leaves the book is forgotten by the next scan at the latest.
    """

    stakeholder = models.OneToOneField(
        "contacts.Stakeholder", on_delete=models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    digest = models.UUIDField(help_text="Of what the sketch was made of; another one means that they changed.")
    facts = models.TextField(help_text="Names and addresses in the form in which rules compare them.")
    keys = ArrayField(models.BigIntegerField(), help_text="Under these they meet others; the first is their name.")
    due = models.BooleanField(default=True, help_text="They changed, and were not compared with others since.")

    class Meta:
        verbose_name = _("sketch for the scan")
        verbose_name_plural = _("sketches for the scan")
        indexes = [models.Index(fields=["stakeholder"], condition=models.Q(due=True), name="sketches_that_are_due")]

    def __str__(self) -> str:
        return f"{self.stakeholder_id}"


class StakeholderMerge(models.Model):
    """One stakeholder became part of another; `kept` is all that is needed to take it back."""

    survivor = models.ForeignKey("contacts.Stakeholder", on_delete=models.CASCADE, related_name="merges")
    merged_id = models.BigIntegerField(
        _("number of the merged one"), db_index=True, help_text="Links that were sent to them lead to the survivor."
    )
    kept = models.JSONField(default=dict)
    at = models.DateTimeField(_("when"), auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    report = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["merged_id"], condition=models.Q(undone_at__isnull=True), name="nobody_is_merged_twice"
            )
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.survivor_id}"
