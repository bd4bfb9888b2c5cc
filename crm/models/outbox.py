"""Single mails (confirmations, invitations) wait here until they are delivered to the mail server."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.querysets import OutboxQuerySet

WAITS = models.Q(state__in=("queued", "uncertain"))


class OutboxMail(models.Model):
    """One mail to one address; leaves by the transport of newsletters, under the same rules."""

    LEASE = 120
    """Seconds after which a worker that took it is given up; longer than the longest wait for the mail server."""

    class State(models.TextChoices):
        """Where the mail is on its way."""

        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        UNCERTAIN = "uncertain", _("uncertain")
        BOUNCED = "bounced", _("came back")

    purpose = models.SlugField(_("purpose"), max_length=60)
    once = models.CharField(
        max_length=200, unique=True, null=True, blank=True, help_text="The same key never makes a second mail."
    )
    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    headers = models.JSONField(default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    provider_id = models.CharField(max_length=200, blank=True, db_default="")

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("single mail")
        verbose_name_plural = _("single mails")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=WAITS, name="outbox_waits"),
            models.Index(fields=["lease_until"], condition=models.Q(state="sending"), name="outbox_leased"),
        ]

    def __str__(self) -> str:
        return self.subject


class OutboxAttachment(models.Model):
    """A small file that travels with a single mail, such as a calendar entry."""

    mail = models.ForeignKey(OutboxMail, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name
