"""The words people and messages are sorted by: types, topics, tags."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.references import referred


class Bilingual(models.Model):
    """A name in English and Spanish; `str()` answers in the reader's language."""

    name_en = models.CharField(_("name in English"), max_length=120)
    name_es = models.CharField(_("name in Spanish"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the reader, English when there is no other."""
        spanish = (get_language() or "en").startswith("es")
        return self.name_es if spanish and self.name_es else self.name_en


class StakeholderType(Bilingual):
    """What somebody is to the Alliance: activist, business, community of faith …"""

    class Kind(models.TextChoices):
        """Whether people or organisations are of this type."""

        PERSON = "person", _("person")
        ORGANISATION = "organisation", _("organisation")

    slug = models.SlugField(_("short name"), unique=True)
    kind = models.CharField(_("is a"), max_length=12, choices=Kind, default=Kind.PERSON)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("stakeholder type")
        verbose_name_plural = _("stakeholder types")
        ordering = ["order", "name_en"]
        triggers = referred("contacts_typing", "type_id")


class Topic(Bilingual):
    """What one can subscribe to."""

    slug = models.SlugField(_("short name"), unique=True)
    description_en = models.CharField(_("description in English"), max_length=300, blank=True)
    description_es = models.CharField(_("description in Spanish"), max_length=300, blank=True)
    public = models.BooleanField(_("offered on public pages"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["order", "name_en"]
        triggers = referred("contacts_consentevent", "topic_id")

    @property
    def description(self) -> str:
        """The description in the language of the reader."""
        spanish = (get_language() or "en").startswith("es")
        return self.description_es if spanish and self.description_es else self.description_en


class Tag(models.Model):
    """A word staff put on people; two spellings that differ only in case are one tag."""

    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="one_tag_per_name")]
        triggers = referred("contacts_tagging", "tag_id")

    def __str__(self) -> str:
        return self.name


class CustomField(Bilingual):
    """A field this house added to people and organisations; values stand in `Stakeholder.custom` by short name."""

    class Kind(models.TextChoices):
        """What its values are."""

        TEXT = "text", _("text")
        NUMBER = "number", _("number")
        DATE = "date", _("date")
        YES_NO = "yes_no", _("yes or no")
        CHOICE = "choice", _("one of a list")

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    kind = models.CharField(_("is a"), max_length=6, choices=Kind, default=Kind.TEXT)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("field of our own")
        verbose_name_plural = _("fields of our own")
        ordering = ["order", "name_en"]
