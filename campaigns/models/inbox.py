"""The inbox of news that mail providers bring us."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

WAITING, ASIDE = "waiting", "aside"


class ProviderEvent(models.Model):
    """One thing a provider told us of a message; known again by `key` however often it is told.

    What is personal in it is kept only until it counts; of what is done with, only the key stays for a while. `proof`
    is the signature it came with, where that does not cover its words: it is good for one event only. `raw` holds what
    could not be read. `deaths` counts the processes that died while they looked at it.
    """

    class State(models.TextChoices):
        """Where the event is on its way."""

        WAITING = WAITING, _("waiting")
        DONE = "done", _("done")
        ASIDE = ASIDE, _("set aside")

    class Why(models.TextChoices):
        """Why an event is set aside."""

        UNREADABLE = "unreadable", _("It could not be read.")
        OTHER_KIND = "other_kind", _("It is of a kind that means nothing here.")
        NO_MESSAGE = "no_message", _("It is about a message that is not in this house.")
        OTHERS = "others", _("It names a message of ours, but another address or newsletter than that message has.")
        BROKE = "broke", _("Something broke while it was looked at.")

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    proof = models.UUIDField(null=True, editable=False)
    provider = models.CharField(_("provider"), max_length=20)
    kind = models.CharField(_("what it says"), max_length=60, db_default="")
    at = models.DateTimeField(_("happened"), db_default=Now())
    delivery = models.BigIntegerField(null=True)
    campaign = models.BigIntegerField(null=True)
    mail = models.BigIntegerField(null=True)
    address = models.CharField(_("address"), max_length=320, db_default="")
    provider_id = models.CharField(max_length=200, db_default="")
    reply = models.CharField(max_length=300, db_default="")
    raw = models.TextField(db_default="")
    state = models.CharField(_("state"), max_length=7, choices=State, db_default=State.WAITING)
    why = models.CharField(_("why"), max_length=10, choices=Why, db_default="")
    tries = models.PositiveSmallIntegerField(db_default=0)
    deaths = models.PositiveSmallIntegerField(db_default=0)
    due_at = models.DateTimeField(db_default=Now())
    received_at = models.DateTimeField(_("received"), db_default=Now())

    class Meta:
        verbose_name = _("event of a mail provider")
        verbose_name_plural = _("events of mail providers")
        constraints = [
            models.UniqueConstraint(fields=["proof"], condition=Q(proof__isnull=False), name="one_event_per_proof"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=WAITING), name="event_waits"),
            models.Index(fields=["id"], condition=Q(state=ASIDE), name="event_aside"),
            models.Index(fields=["id"], condition=Q(state=WAITING, deaths__gt=0), name="event_suspect"),
            BrinIndex(fields=["received_at"], name="event_received"),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.kind}"


class SetInHand(models.Model):
    """Events (by their numbers) that somebody looks at; one that nobody holds was left by a process that died."""

    id = models.BigAutoField(primary_key=True)
    events = ArrayField(models.BigIntegerField())
    begun_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("events in hand")
        verbose_name_plural = _("events in hand")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{len(self.events)} events since {self.begun_at}"
