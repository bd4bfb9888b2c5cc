"""The 21 strategies of the Opportunity Task Force report."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models.taxonomy import Bilingual


class Strategy(Bilingual):
    """One of the 21 strategies, known by its letter."""

    class Determinant(models.TextChoices):
        """The determinant or cross-cutting factor it belongs to."""

        SEGREGATION = "segregation", _("The Impact of Segregation")
        EARLY = "early_care", _("Early Care and Education")
        CAREER = "career", _("College and Career Readiness")
        FAMILY = "family", _("Child and Family Stability")
        CAPITAL = "social_capital", _("Social Capital")

    name_en = models.CharField(_("name in English"), max_length=200)
    name_es = models.CharField(_("name in Spanish"), max_length=200, blank=True)
    letter = models.CharField(_("letter"), max_length=1, unique=True)
    determinant = models.CharField(_("belongs to"), max_length=16, choices=Determinant)
    verified = models.BooleanField(_("wording confirmed from the report"), default=False)

    class Meta:
        verbose_name = _("strategy")
        verbose_name_plural = _("strategies")
        ordering = ["letter"]

    def __str__(self) -> str:
        return f"{self.letter} · {self.name}"
