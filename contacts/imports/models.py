"""Partners, the files they send, and what became of each row."""

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from contacts.imports.lines import SECOND_PERSON, place_of, row_of
from contacts.imports.querysets import ImportRowQuerySet, ImportRunQuerySet, PartnerQuerySet

TERMS = ("matches", "rule", "blanks", "system", "tags", "occasion", "consented_on", "consent_wording")
"""What a run is told about everybody in its file; history keeps what it was before somebody changed it."""
TERMS_CHANGED, TAKEN_BACK = "update", "taken_back"


class Partner(models.Model):
    """An organisation that sends contact files."""

    name = models.CharField(_("name"), max_length=160)
    members: models.ManyToManyField = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="partners", verbose_name=_("people who may send files")
    )
    mapping = models.JSONField(
        default=dict, blank=True, editable=False, help_text="How the last good file was read: headings and values."
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


UPLOADS = "imports"
"""Where the files of partners lie below MEDIA_ROOT."""


def upload_path(run: "ImportRun", filename: str) -> str:
    """Our own name for the file: nothing of the sender's name reaches the disk."""
    return f"{UPLOADS}/{uuid.uuid4().hex}"


@pghistory.track(
    pghistory.ManualEvent(TERMS_CHANGED),
    pghistory.ManualEvent(TAKEN_BACK),
    fields=list(TERMS),
    model_name="ImportTermsEvent",
    obj_field=pghistory.ObjForeignKey(related_name="terms_before"),
)
class ImportRun(models.Model):
    """One file from one partner: staged, checked, reviewed, committed."""

    class State(models.TextChoices):
        """How far the run is."""

        RECEIVED = "received", _("received")
        ASKING = "asking", _("has a question")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        COMMITTING = "committing", _("being saved")
        COMMITTED = "committed", _("saved")
        CANCELLED = "cancelled", _("stopped")
        REVERTING = "reverting", _("being taken back")
        REVERTED = "reverted", _("taken back")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")
        REMOVED = "removed", _("removed")

    OPEN = ("received", "asking", "checking", "checked", "committing", "reverting")
    """States in which somebody or some worker has still to do something."""

    class Gone(models.TextChoices):
        """Why the file itself is kept no longer."""

        OVER = "over", _("its time was over")
        ERASED = "erased", _("somebody in it was erased")

    class Door(models.TextChoices):
        """Where the file came in."""

        OFFICE = "office", _("back office")
        PARTNER = "partner", _("partner page")
        API = "api", _("API")
        COMMAND = "command", _("command")
        FEED = "feed", _("feed")

    class Matches(models.TextChoices):
        """What is done with people who are in the book already."""

        FILL = "fill", _("fill what is blank")
        UPDATE = "update", _("take what the file says")
        SKIP = "skip", _("leave them as they are")

    class Rule(models.TextChoices):
        """By what somebody is known again without asking a person."""

        NARROW = "narrow", _("their number in the partner's system, or e-mail and a name that goes with it")
        NUMBER = "number", _("their number in the partner's system only")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="runs", verbose_name=_("partner"))
    door = models.CharField(_("came by"), max_length=8, choices=Door, default=Door.OFFICE, editable=False)
    feed = models.ForeignKey(
        "contacts.PartnerFeed", on_delete=models.SET_NULL, null=True, blank=True, related_name="runs", editable=False
    )
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
    consented_on = models.DateField(
        _("when they agreed"), null=True, blank=True, help_text=_("Empty: the day the file was received.")
    )
    matches = models.CharField(_("people who are in the book"), max_length=6, choices=Matches, default=Matches.FILL)
    rule = models.CharField(_("are known again by"), max_length=6, choices=Rule, default=Rule.NARROW)
    blanks = models.BooleanField(
        _("an empty cell empties the field"),
        default=False,
        help_text=_("Only for columns that the file has, and only when what the file says is taken."),
    )
    system = models.CharField(
        _("the partner's system"),
        max_length=40,
        blank=True,
        help_text=_("Such as salesforce; their numbers are kept as salesforce:1234."),
    )
    tags = models.JSONField(_("tags for everybody in the file"), default=list, blank=True)
    occasion = models.CharField(
        max_length=80, blank=True, help_text="What the people of this file came to, such as engagement.event:12."
    )
    answers = models.JSONField(
        default=dict, blank=True, help_text="What a person chose where the file left it open: encoding, sheet."
    )
    format = models.JSONField(default=dict, blank=True)
    mapping = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    changes = models.JSONField(default=dict, blank=True, help_text="How many people change, by field.")
    warnings = models.JSONField(
        default=list, blank=True, help_text="Each with code, text, and whether it must be ticked before saving."
    )
    ticked = models.JSONField(default=list, blank=True, help_text="Codes of warnings that a person ticked.")
    reached = models.PositiveIntegerField(
        default=0, editable=False, help_text="Saved or taken back up to this line; an interrupted run goes on from it."
    )
    marks = models.JSONField(
        default=list,
        blank=True,
        editable=False,
        help_text="For each saved chunk its last line and the last numbers given out in tables about people.",
    )
    refusal = models.TextField(_("why it was refused"), blank=True)
    file_gone_at = models.DateTimeField(null=True, blank=True, editable=False)
    file_gone_because = models.CharField(max_length=6, choices=Gone, blank=True, editable=False)
    job = models.ForeignKey("crm.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("received"), auto_now_add=True)
    asked_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When work on it was last asked for."
    )
    committed_at = models.DateTimeField(_("saved at"), null=True, blank=True)
    reverted_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    reverted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    revert_report = models.JSONField(default=dict, blank=True, editable=False)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("file from a partner")
        verbose_name_plural = _("files from partners")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.original_name

    @property
    def is_wordless(self) -> bool:
        """Whether what its rejected and unclear rows said is kept no longer."""
        return self.state == self.State.REMOVED or self.file_gone_because == self.Gone.OVER


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
    before = models.JSONField(
        null=True, blank=True, help_text="What saving this row changed and added, with what was there before."
    )
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

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["line"]

    def __str__(self) -> str:
        return self.place

    @property
    def place(self) -> str:
        """The line of the file in words."""
        return place_of(self.line)

    @property
    def row(self) -> int:
        """The line of the file alone."""
        return row_of(self.line)

    @property
    def is_second(self) -> bool:
        """Whether it is about the second person of the row."""
        return self.line >= SECOND_PERSON


class ImportDecision(models.Model):
    """What a person said about a row that could be several people."""

    class Choice(models.TextChoices):
        """Who the row is."""

        PERSON = "person", _("somebody in the book")
        NEW = "new", _("somebody new")
        SKIP = "skip", _("nobody: leave the row out")

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="decisions")
    line = models.PositiveIntegerField(_("line"))
    choice = models.CharField(_("who it is"), max_length=6, choices=Choice)
    stakeholder = models.ForeignKey(
        "contacts.Stakeholder", on_delete=models.CASCADE, null=True, blank=True, related_name="import_decisions"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("when"), auto_now=True)

    class Meta:
        verbose_name = _("decision about a row")
        verbose_name_plural = _("decisions about rows")
        ordering = ["run", "line"]
        constraints = [
            models.UniqueConstraint(fields=["run", "line"], name="one_decision_per_row"),
            models.CheckConstraint(
                condition=models.Q(choice="person", stakeholder__isnull=False)
                | ~models.Q(choice="person") & models.Q(stakeholder__isnull=True),
                name="a_person_is_named_if_chosen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.get_choice_display()}"

    @property
    def place(self) -> str:
        """The line of the file in words."""
        return place_of(self.line)

    @property
    def told(self) -> str:
        """What was said, as the end of a sentence about the line."""
        match self.choice:
            case self.Choice.PERSON:
                return _("is %(name)s") % {"name": self.stakeholder}
            case self.Choice.NEW:
                return str(_("is somebody new"))
        return str(_("is left out"))
