"""Lists that somebody asked to take along as a file."""

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.querysets import ExportQuerySet

EXPORTED = "exports"
"""Where exported files lie below MEDIA_ROOT."""


def export_path(export: "Export", filename: str) -> str:
    """Our own name for the file, a new one for every try."""
    return f"{EXPORTED}/{uuid.uuid4().hex}"


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(condition=pghistory.AnyChange("state")), exclude=["question"]
)
class Export(models.Model):
    """Who took which list along, how many rows it had, and the file while it is there."""

    class Format(models.TextChoices):
        """What kind of file."""

        CSV = "csv", _("CSV (for any program)")
        XLSX = "xlsx", _("Excel (.xlsx)")

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being written")
        READY = "ready", _("ready")
        GONE = "gone", _("removed")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("called off")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.SlugField(max_length=60, help_text="Which list: a key of crm.exports.registry.EXPORTS.")
    name = models.CharField(_("list"), max_length=200)
    question = models.JSONField(default=dict, help_text="Which of its rows; emptied when the file is removed.")
    format = models.CharField(_("kind of file"), max_length=4, choices=Format, default=Format.CSV)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    rows = models.PositiveBigIntegerField(_("rows"), null=True, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to=export_path, max_length=200, blank=True)
    job = models.ForeignKey("crm.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="exports", verbose_name=_("asked by")
    )
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    finished_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("there until"), null=True, blank=True, db_index=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether there is still something to wait for."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def is_there(self) -> bool:
        """Whether the file can be opened now."""
        return self.state == self.State.READY and self.expires_at is not None and self.expires_at > timezone.now()
