"""The organisation that runs this house: one row, edited by managers."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


@pghistory.track(level=pgtrigger.Statement)
class Organisation(models.Model):
    """Name, postal address, sender and languages; every mail and page reads them from here."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=200, default="Leading on Opportunity")
    alliance_name = models.CharField(_("name of the alliance"), max_length=200, default="Community Impact Alliance")
    postal_address = models.TextField(
        _("postal address"),
        default="Leading on Opportunity\n220 N Tryon Street\nCharlotte, NC 28202",
        help_text=_("Printed at the foot of every newsletter, as the law asks."),
    )
    sender_name = models.CharField(_("sender name"), max_length=120, default="Leading on Opportunity")
    sender_email = models.EmailField(_("sender address"), default="hello@leadingonopportunity.example.org")
    reply_to = models.EmailField(_("answers go to"), blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/New_York")
    default_language = models.CharField(
        _("language when nothing else is known"), max_length=2, choices=settings.LANGUAGES, default="en"
    )
    website = models.URLField(_("website"), blank=True)

    class Meta:
        verbose_name = _("organisation settings")
        verbose_name_plural = _("organisation settings")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_organisation")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def load(cls) -> "Organisation":
        """The one row, made with its defaults when it is not there yet."""
        organisation, _created = cls.objects.get_or_create(pk=1)
        return organisation
