"""Editions, gatherings, and what was said around the table."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from contacts.models import Stakeholder
from contacts.models.stakeholders import five_digits
from engagement.models.strategies import Strategy
from engagement.querysets import GatheringQuerySet, ParticipantQuerySet


class Edition(models.Model):
    """One year of On the Table."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    theme_en = models.CharField(_("theme in English"), max_length=160)
    theme_es = models.CharField(_("theme in Spanish"), max_length=160, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    table_min = models.PositiveSmallIntegerField(_("guests at a table, at least"), default=8)
    table_max = models.PositiveSmallIntegerField(_("guests at a table, at most"), default=10)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="edition_ends_after_start",
                violation_error_message=_("The last day comes after the first."),
            ),
            models.CheckConstraint(
                condition=Q(table_max__gte=F("table_min")),
                name="edition_table_has_a_size",
                violation_error_message=_("The largest table is at least as large as the smallest."),
            ),
        ]

    def __str__(self) -> str:
        return f"On the Table {self.year}"

    @property
    def theme(self) -> str:
        """The theme in the language of the reader."""
        spanish = (get_language() or "en").startswith("es")
        return self.theme_es if spanish and self.theme_es else self.theme_en


class Prompt(models.Model):
    """A question of the guide."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="prompts")
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    text_en = models.CharField(_("question in English"), max_length=300)
    text_es = models.CharField(_("question in Spanish"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The question in the language of the reader."""
        spanish = (get_language() or "en").startswith("es")
        return self.text_es if spanish and self.text_es else self.text_en


@pghistory.track(level=pgtrigger.Statement)
class Gathering(models.Model):
    """One conversation at one place and day."""

    class State(models.TextChoices):
        """Whether the record is finished."""

        PLANNED = "planned", _("planned")
        LOGGED = "logged", _("logged")

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="gatherings", verbose_name=_("edition"))
    host = models.ForeignKey(
        Stakeholder, on_delete=models.PROTECT, related_name="hosted_gatherings", verbose_name=_("host")
    )
    organizer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="gatherings",
        verbose_name=_("kept by"),
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED)
    held_on = models.DateField(_("date"))
    zip = models.CharField(_("zip code"), max_length=5, validators=[five_digits])
    place = models.CharField(_("place"), max_length=160, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="en")
    attendance = models.PositiveSmallIntegerField(
        _("how many sat at the table"), null=True, blank=True, help_text=_("Count everyone, named below or not.")
    )
    submission_key = models.UUIDField(
        unique=True, null=True, blank=True, editable=False, help_text="A form sent twice makes one gathering."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = GatheringQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-held_on", "-pk"]
        permissions = [("view_all_gatherings", "Can see every conversation")]

    def __str__(self) -> str:
        return f"{self.host} · {self.held_on:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """Its page in the back office."""
        return reverse("engagement:conversation", args=[self.pk])


class Participant(models.Model):
    """A guest at the table: a known stakeholder, or a first name and a zip."""

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="participants")
    stakeholder = models.ForeignKey(
        Stakeholder, on_delete=models.SET_NULL, null=True, blank=True, related_name="participations"
    )
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    zip = models.CharField(_("zip code"), max_length=5, blank=True, validators=[five_digits])

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        ordering = ["pk"]
        verbose_name_plural = _("participants")
        constraints = [
            models.UniqueConstraint(
                fields=["gathering", "stakeholder"], condition=Q(stakeholder__isnull=False), name="one_seat_per_person"
            )
        ]

    def __str__(self) -> str:
        return str(self.stakeholder or self.first_name or _("a guest"))

    @property
    def short_name(self) -> str:
        """The first name when one was given, else the name in the book: organizers need no more."""
        return self.first_name or str(self)


class Note(models.Model):
    """What was said under a prompt."""

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="notes")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="notes", verbose_name=_("prompt"))
    text = models.TextField(_("what was said"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["prompt__order", "pk"]
        constraints = [models.UniqueConstraint(fields=["gathering", "prompt"], name="one_note_per_prompt")]

    def __str__(self) -> str:
        return self.text[:60]


class Commitment(models.Model):
    """Who will do what after the talk, and for which strategy."""

    class State(models.TextChoices):
        """How far it is."""

        MADE = "made", _("made")
        STARTED = "started", _("started")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="commitments")
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, null=True, blank=True, related_name="commitments"
    )
    strategy = models.ForeignKey(
        Strategy,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
        verbose_name=_("strategy"),
    )
    text = models.CharField(_("will do"), max_length=300)
    due_on = models.DateField(_("by"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.MADE)

    class Meta:
        verbose_name = _("commitment")
        ordering = ["pk"]
        verbose_name_plural = _("commitments")

    def __str__(self) -> str:
        return self.text
