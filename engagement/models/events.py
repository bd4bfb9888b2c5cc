"""Events and who comes to them."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from contacts.models import Stakeholder
from contacts.models.stakeholders import five_digits
from engagement.querysets import EventQuerySet, RegistrationQuerySet

SEATS_SUFFICE = """
PERFORM 1 FROM engagement_event WHERE id IN (SELECT event_id FROM touched) ORDER BY id FOR NO KEY UPDATE;
IF EXISTS (
    SELECT 1 FROM engagement_event e JOIN engagement_registration r ON r.event_id = e.id
    WHERE e.id IN (SELECT event_id FROM touched WHERE state IN ('registered', 'attended'))
      AND r.state IN ('registered', 'attended')
    GROUP BY e.id HAVING count(*) > e.capacity
) THEN
    RAISE EXCEPTION 'more people than seats' USING ERRCODE = 'check_violation', CONSTRAINT = 'seats_suffice';
END IF;
RETURN NULL;
"""
"""Locks the events it counts, so that two people who press at once cannot both take the last seat."""

SEATS_STILL_SUFFICE = """
IF (SELECT count(*) FROM engagement_registration WHERE event_id = NEW.id AND state IN ('registered', 'attended'))
    > NEW.capacity THEN
    RAISE EXCEPTION 'more people than seats' USING ERRCODE = 'check_violation', CONSTRAINT = 'seats_suffice';
END IF;
RETURN NULL;
"""


def _seats_suffice(name: str, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(new="touched"),
        func=SEATS_SUFFICE,
    )


class Event(models.Model):
    """A forum, workshop, training or conversation day."""

    class Kind(models.TextChoices):
        """What sort of event it is."""

        FORUM = "forum", _("forum")
        WORKSHOP = "workshop", _("workshop")
        TRAINING = "training", _("training")
        CONVERSATION_DAY = "conversation_day", _("conversation day")

    class State(models.TextChoices):
        """Who may see it and whether it takes place."""

        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        CANCELLED = "cancelled", _("called off")

    title_en = models.CharField(_("title in English"), max_length=200)
    title_es = models.CharField(_("title in Spanish"), max_length=200, blank=True)
    slug = models.SlugField(_("short name in the address"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    summary_en = models.CharField(_("summary in English"), max_length=300, blank=True)
    summary_es = models.CharField(_("summary in Spanish"), max_length=300, blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    description_es = models.TextField(_("description in Spanish"), blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    venue = models.CharField(_("place"), max_length=160, blank=True)
    address = models.CharField(_("street and city"), max_length=200, blank=True)
    zip = models.CharField(_("zip code"), max_length=5, blank=True, validators=[five_digits])
    capacity = models.PositiveIntegerField(_("seats"), null=True, blank=True, help_text=_("Empty means no limit."))
    waitlist = models.BooleanField(_("keep a waitlist when full"), default=True)
    featured = models.BooleanField(_("featured on the home page"), default=False)
    revision = models.PositiveIntegerField(
        default=0, editable=False, help_text="Counts changes of time and place; calendars ask for it."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_it_starts",
                violation_error_message=_("An event ends after it starts."),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="seats_still_suffice",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("capacity"),
                func=SEATS_STILL_SUFFICE,
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its public page."""
        return reverse("engagement:event", args=[self.slug])

    def _in_language(self, field: str) -> str:
        spanish = (get_language() or "en").startswith("es")
        return (getattr(self, f"{field}_es") if spanish else "") or getattr(self, f"{field}_en")

    @property
    def where(self) -> str:
        """The place in one line."""
        street = f"{self.address} {self.zip}".strip()
        return ", ".join(part for part in (self.venue, street) if part)

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.ends_at < timezone.now()

    @property
    def title(self) -> str:
        """The title in the language of the reader."""
        return self._in_language("title")

    @property
    def summary(self) -> str:
        """The summary in the language of the reader."""
        return self._in_language("summary")

    @property
    def description(self) -> str:
        """The description in the language of the reader."""
        return self._in_language("description")


@pghistory.track(level=pgtrigger.Statement)
class Registration(models.Model):
    """One stakeholder's seat, or place in the waitlist, at one event."""

    class State(models.TextChoices):
        """Where the person stands with this event."""

        REGISTERED = "registered", _("registered")
        WAITLISTED = "waitlisted", _("on the waitlist")
        CANCELLED = "cancelled", _("cancelled")
        ATTENDED = "attended", _("came")
        NO_SHOW = "no_show", _("did not come")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="registrations", db_index=False)
    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.CASCADE, related_name="registrations")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.REGISTERED)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="en")
    source = models.CharField(_("where"), max_length=60, default="public page")
    changes = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="Counts changes of state: one mail and one calendar update each."
    )
    registered_at = models.DateTimeField(_("since"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["registered_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["event", "stakeholder"], name="one_registration_per_person")]
        triggers = [
            _seats_suffice("seats_suffice_for_new", pgtrigger.Insert),
            _seats_suffice("seats_suffice_for_changed", pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return f"{self.stakeholder} · {self.event}"
