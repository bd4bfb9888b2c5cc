"""A place from which a partner's files are read again and again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.imports.models import ImportRun, Partner


class PartnerFeedQuerySet(models.QuerySet):
    """Folders and addresses that are read again and again."""

    def due(self, now):
        """Those to read now: switched on, their time has come, and no file of theirs waits for a person or a worker."""
        waiting = ImportRun.objects.filter(feed=models.OuterRef("pk"), state__in=ImportRun.OPEN)
        return self.filter(~models.Exists(waiting), active=True, next_at__lte=now)


class PartnerFeed(models.Model):
    """A folder or an address from which a partner's file is read again and again."""

    class Kind(models.TextChoices):
        """Where the file lies."""

        FOLDER = "folder", _("a folder on this server")
        HTTPS = "https", _("an HTTPS address")

    class Every(models.TextChoices):
        """How often it is read."""

        HOUR = "hour", _("every hour")
        DAY = "day", _("every day")
        WEEK = "week", _("every week")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="feeds", verbose_name=_("partner"))
    kind = models.CharField(_("where the file lies"), max_length=6, choices=Kind, default=Kind.HTTPS)
    location = models.CharField(
        _("folder or address"),
        max_length=500,
        blank=True,
        help_text=_("An address that starts with https://, or a folder inside the partner’s own (empty: that one)."),
    )
    every = models.CharField(_("how often"), max_length=4, choices=Every, default=Every.DAY)
    topics: models.ManyToManyField = models.ManyToManyField(
        "contacts.Topic", blank=True, verbose_name=_("topics these people agreed to")
    )
    consent_wording = models.TextField(_("how they were asked"), blank=True)
    matches = models.CharField(
        _("people who are in the book"), max_length=6, choices=ImportRun.Matches, default=ImportRun.Matches.FILL
    )
    system = models.CharField(_("the partner's system"), max_length=40, blank=True)
    tags = models.JSONField(_("tags for everybody in the file"), default=list, blank=True)
    most_rejected = models.PositiveSmallIntegerField(
        _("ask when more are rejected"), default=5, help_text=_("Percent of the rows.")
    )
    most_changed = models.PositiveSmallIntegerField(
        _("ask when more would change"), default=20, help_text=_("Percent of the people this partner brought.")
    )
    active = models.BooleanField(_("read it"), default=True)
    stopped_because = models.TextField(_("why it stopped"), blank=True, editable=False)
    read_at = models.DateTimeField(_("last read"), null=True, blank=True, editable=False)
    next_at = models.DateTimeField(_("next"), null=True, blank=True, editable=False, db_index=True)
    last_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    etag = models.CharField(max_length=200, blank=True, editable=False)
    modified = models.CharField(max_length=60, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="How often in a row it could not be read."
    )
    asks_about = models.ForeignKey(
        ImportRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects = PartnerFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")
        ordering = ["partner__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "location"], name="one_feed_per_place"),
            models.CheckConstraint(
                condition=models.Q(most_rejected__lte=100, most_changed__lte=100), name="feed_limits_are_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.get_kind_display()}"
