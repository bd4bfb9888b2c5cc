"""Events and who comes to them."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from contacts.models import Stakeholder
from contacts.models.stakeholders import five_digits
from engagement.querysets import EventQuerySet, RegistrationQuerySet


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
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="event_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return self.title

    def _in_language(self, field: str) -> str:
        spanish = (get_language() or "en").startswith("es")
        return (getattr(self, f"{field}_es") if spanish else "") or getattr(self, f"{field}_en")

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
    language = models.CharField(max_length=2, default="en")
    source = models.CharField(_("where"), max_length=60, default="public page")
    registered_at = models.DateTimeField(_("since"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["registered_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["event", "stakeholder"], name="one_registration_per_person")]

    def __str__(self) -> str:
        return f"{self.stakeholder} · {self.event}"
