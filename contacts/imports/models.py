"""Partners, the files they send, and what became of each row."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class PartnerQuerySet(models.QuerySet):
    """Who sends files."""

    def visible_to(self, user):
        """Partners see the organisations they belong to; staff see all."""
        return self if user.has_perm("contacts.view_partner") else self.filter(members=user)


class ImportRunQuerySet(models.QuerySet):
    """Files and what became of them."""

    def visible_to(self, user):
        """Partners see their own runs; staff see all."""
        return self if user.has_perm("contacts.view_importrun") else self.filter(partner__members=user)


class Partner(models.Model):
    """An organisation that sends contact files."""

    name = models.CharField(_("name"), max_length=160)
    members: models.ManyToManyField = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="partners", verbose_name=_("people who may send files")
    )
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="one_partner_per_name")]

    def __str__(self) -> str:
        return self.name


def upload_path(run: "ImportRun", filename: str) -> str:
    """Our own name for the file: nothing of the sender's name reaches the disk."""
    return f"imports/{uuid.uuid4().hex}"


class ImportRun(models.Model):
    """One file from one partner: staged, checked, reviewed, committed."""

    class State(models.TextChoices):
        """How far the run is."""

        RECEIVED = "received", _("received")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        COMMITTING = "committing", _("being saved")
        COMMITTED = "committed", _("saved")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="runs", verbose_name=_("partner"))
    file = models.FileField(_("file"), upload_to=upload_path, max_length=200)
    original_name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(_("bytes"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    topics: models.ManyToManyField = models.ManyToManyField(
        "contacts.Topic",
        blank=True,
        verbose_name=_("topics these people agreed to"),
        help_text=_("Only when the partner asked them. Nobody who left is ever turned back on."),
    )
    consent_wording = models.TextField(_("how they were asked"), blank=True)
    format = models.JSONField(default=dict, blank=True)
    mapping = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    refusal = models.TextField(_("why it was refused"), blank=True)
    job = models.ForeignKey("crm.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("received"), auto_now_add=True)
    asked_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When work on it was last asked for."
    )
    committed_at = models.DateTimeField(_("saved at"), null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.original_name


class ImportRow(models.Model):
    """One row of a file: what it said, what became of it and why.

    The database does not check its two references: it is a report, written in bulk inside the transaction
    that locks what it refers to (docs/decisions/0019-import-storage.md).
    """

    class Outcome(models.TextChoices):
        """What became of the row; these five add up to the rows of the file."""

        CREATED = "created", _("new")
        UPDATED = "updated", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        REJECTED = "rejected", _("rejected")
        AMBIGUOUS = "ambiguous", _("matches several people")

    pk = models.CompositePrimaryKey("run", "line")
    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="rows", db_index=False, db_constraint=False
    )
    line = models.PositiveIntegerField(_("line"))
    cells = models.JSONField(_("cells"), default=list)
    data = models.JSONField(_("read as"), default=dict)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    column = models.CharField(_("column"), max_length=120, blank=True)
    message = models.TextField(_("why"), blank=True)
    stakeholder = models.ForeignKey(
        "contacts.Stakeholder",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="import_rows",
        db_constraint=False,
    )

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["line"]

    def __str__(self) -> str:
        return f"{self.line}"
