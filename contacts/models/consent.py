"""What people agreed to, what they took back, and which addresses must never be mailed."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contacts.models.stakeholders import Stakeholder
from contacts.models.taxonomy import Topic
from contacts.stops import ADDRESS, PERSON, calls_out
from crm.references import references

DERIVE_CONSENT = """
INSERT INTO contacts_consent (stakeholder_id, topic_id, channel, state, since, event_id)
SELECT DISTINCT ON (stakeholder_id, topic_id, channel) stakeholder_id, topic_id, channel, action, at, id
FROM said ORDER BY stakeholder_id, topic_id, channel, at DESC, id DESC
ON CONFLICT (stakeholder_id, topic_id, channel) DO UPDATE
SET state = excluded.state, since = excluded.since, event_id = excluded.event_id
WHERE (excluded.since, excluded.event_id) > (contacts_consent.since, contacts_consent.event_id);
RETURN NULL;
"""


class Channel(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", _("e-mail")


class ConsentEvent(models.Model):
    """One yes or no, kept forever; the current state is derived from these by a trigger."""

    class Action(models.TextChoices):
        """Yes or no."""

        GIVEN = "given", _("agreed")
        WITHDRAWN = "withdrawn", _("left")

    stakeholder = models.ForeignKey(
        Stakeholder, on_delete=models.CASCADE, related_name="consent_events", db_index=False, db_constraint=False
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.EMAIL)
    action = models.CharField(_("what"), max_length=10, choices=Action)
    source = models.CharField(
        _("where"), max_length=120, help_text=_("Such as: join form, import 12, unsubscribe link")
    )
    wording = models.TextField(_("exact wording"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="en")
    at = models.DateTimeField(_("when"), default=timezone.now)
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("Who wrote it down; such a user can be switched off but not removed."),
    )

    class Meta:
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["stakeholder", "topic", "-at"], name="consent_event_by_person")]
        triggers = [
            pgtrigger.Trigger(
                name="derive_consent",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="said"),
                func=DERIVE_CONSENT,
            ),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            calls_out(pgtrigger.Insert, PERSON, "stakeholder_id", "action = 'withdrawn'"),
            *references("stakeholder_id", "contacts_stakeholder"),
            *references("topic_id", "contacts_topic"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.topic}"


class Consent(models.Model):
    """The latest word of a stakeholder on a topic; written only by the trigger on ConsentEvent.

    Its references are those of the event, which the database checks; checking them again would be
    a tenth of the time of an import.
    """

    stakeholder = models.ForeignKey(
        Stakeholder, on_delete=models.CASCADE, related_name="consents", db_index=False, db_constraint=False
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.EMAIL)
    state = models.CharField(_("state"), max_length=10, choices=ConsentEvent.Action)
    since = models.DateTimeField(_("since"))
    event = models.ForeignKey(
        ConsentEvent, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(fields=["stakeholder", "topic", "channel"], name="one_consent_per_topic")
        ]
        indexes = [models.Index(fields=["topic", "channel", "state", "stakeholder"], name="consent_by_topic")]

    def __str__(self) -> str:
        return f"{self.topic}: {self.get_state_display()}"


SAID_AGAIN = "said_again"
"""What history calls it when somebody else says of a suppressed address that it must not be mailed."""


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), pghistory.ManualEvent(SAID_AGAIN)
)
class Suppression(models.Model):
    """An address that must not be mailed whatever lists it is on; no import ever lifts it."""

    class Reason(models.TextChoices):
        """Why the address is not mailed."""

        HARD_BOUNCE = "hard_bounce", _("the address does not exist")
        SOFT_BOUNCES = "soft_bounces", _("mail keeps coming back")
        COMPLAINT = "complaint", _("marked as spam")
        UNSUBSCRIBED = "unsubscribed", _("left everything")
        MANUAL = "manual", _("asked not to be mailed")

    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.EMAIL)
    address = models.CharField(
        _("address"), max_length=320, blank=True, help_text=_("Emptied when the person is erased; the hash stays.")
    )
    fingerprint = models.CharField(max_length=32, editable=False)
    reason = models.CharField(_("reason"), max_length=14, choices=Reason)
    source = models.CharField(_("where"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["fingerprint", "channel"], name="one_suppression_per_address")]
        triggers = [calls_out(pgtrigger.Insert, ADDRESS, "fingerprint")]

    def __str__(self) -> str:
        return self.address or gettext("an erased address")

    def save(self, *args, **kwargs) -> None:
        """Keep the fingerprint true to the address while there is one."""
        from contacts.addresses import fingerprint, normalize_email

        if self.address:
            self.address = normalize_email(self.address)
            self.fingerprint = fingerprint(self.address)
        super().save(*args, **kwargs)


class JoinRequest(models.Model):
    """What somebody typed into the join form; nobody is a stakeholder before they confirm."""

    email = models.EmailField(_("e-mail address"))
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    zip = models.CharField(_("zip code"), max_length=5, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="en")
    types: models.ManyToManyField = models.ManyToManyField("contacts.StakeholderType", blank=True)
    topics: models.ManyToManyField = models.ManyToManyField(Topic, blank=True)
    wording = models.TextField()
    wording_language = models.CharField(max_length=2, choices=settings.LANGUAGES, default="en")
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    stakeholder = models.ForeignKey(
        Stakeholder, on_delete=models.CASCADE, null=True, blank=True, related_name="join_requests"
    )

    class Meta:
        verbose_name = _("join request")
        verbose_name_plural = _("join requests")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.email
