"""Stakeholders, how to reach them and where they belong."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, HashIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.history import bulk_history
from contacts.models.homes import HomeOf
from contacts.models.taxonomy import StakeholderType, Tag
from contacts.querysets import ContactPointQuerySet, StakeholderQuerySet
from contacts.search import contact_point_triggers, stakeholder_triggers
from contacts.stops import PERSON, calls_out
from crm.references import references, referred

five_digits = RegexValidator(r"^\d{5}$", _("A zip code has five digits, like 28202."))


@pghistory.track(*bulk_history(), exclude=["search"])
class Stakeholder(models.Model):
    """A person or an organisation in the book."""

    class Kind(models.TextChoices):
        """A person or an organisation."""

        PERSON = "person", _("person")
        ORGANISATION = "organisation", _("organisation")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PERSON)
    name = models.CharField(_("name"), max_length=200, help_text=_("The full name, as it should be shown."))
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="en")
    zip = models.CharField(_("zip code"), max_length=5, blank=True, validators=[five_digits])
    source = models.CharField(_("came from"), max_length=120, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    types: models.ManyToManyField = models.ManyToManyField(
        StakeholderType, through="Typing", related_name="stakeholders", verbose_name=_("types"), blank=True
    )
    tags: models.ManyToManyField = models.ManyToManyField(
        Tag, through="Tagging", related_name="stakeholders", verbose_name=_("tags"), blank=True
    )
    custom = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        editable=False,
        help_text="Values of CustomField by short name, as text.",
    )
    search = models.TextField(default="", blank=True, editable=False)
    created_at = models.DateTimeField(_("in the book since"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = StakeholderQuerySet.as_manager()

    class Meta:
        verbose_name = _("stakeholder")
        verbose_name_plural = _("stakeholders")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(zip="") | Q(zip__regex=r"^\d{5}$"), name="zip_has_five_digits"),
            models.CheckConstraint(condition=~Q(name=""), name="stakeholder_has_a_name"),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="stakeholder_by_name"),
            models.Index(fields=["zip"], name="stakeholder_by_zip"),
            GinIndex(OpClass("search", name="gin_trgm_ops"), name="stakeholder_search"),
        ]
        triggers = [
            *stakeholder_triggers(),
            *referred("contacts_contactpoint", "stakeholder_id"),
            *referred("contacts_typing", "stakeholder_id"),
            *referred("contacts_tagging", "stakeholder_id"),
            *referred("contacts_affiliation", "person_id"),
            *referred("contacts_affiliation", "organisation_id"),
            *referred("contacts_externalid", "stakeholder_id"),
            *referred("contacts_consentevent", "stakeholder_id"),
            calls_out(pgtrigger.Delete, PERSON, "id"),
        ]
        permissions = [("erase_stakeholder", "Can export and erase everything about somebody")]

    def __str__(self) -> str:
        return self.name


class Typing(models.Model):
    """A stakeholder is of a type."""

    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    type = models.ForeignKey(StakeholderType, on_delete=models.PROTECT, db_index=False, db_constraint=False)

    class Meta:
        verbose_name = _("type of a stakeholder")
        verbose_name_plural = _("types of stakeholders")
        constraints = [models.UniqueConstraint(fields=["stakeholder", "type"], name="one_typing_per_type")]
        indexes = [models.Index(fields=["type", "stakeholder"], name="typing_by_type")]
        triggers = [
            *references("stakeholder_id", "contacts_stakeholder"),
            *references("type_id", "contacts_stakeholdertype"),
        ]

    def __str__(self) -> str:
        return str(self.type)


class Tagging(models.Model):
    """A stakeholder carries a tag."""

    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, db_index=False, db_constraint=False)

    class Meta:
        verbose_name = _("tag of a stakeholder")
        verbose_name_plural = _("tags of stakeholders")
        constraints = [models.UniqueConstraint(fields=["stakeholder", "tag"], name="one_tagging_per_tag")]
        indexes = [models.Index(fields=["tag", "stakeholder"], name="tagging_by_tag")]
        triggers = [*references("stakeholder_id", "contacts_stakeholder"), *references("tag_id", "contacts_tag")]

    def __str__(self) -> str:
        return str(self.tag)


@pghistory.track(*bulk_history())
class ContactPoint(models.Model):
    """An e-mail address, phone number or postal address of a stakeholder."""

    class Kind(models.TextChoices):
        """What can be reached here."""

        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")
        POSTAL = "postal", _("postal address")

    class Status(models.TextChoices):
        """Whether it works."""

        VALID = "valid", _("works")
        BOUNCING = "bouncing", _("bouncing")
        COMPLAINED = "complained", _("complained")
        BAD = "bad", _("does not work")

    stakeholder = models.ForeignKey(
        Stakeholder, on_delete=models.CASCADE, related_name="contact_points", db_index=False, db_constraint=False
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.EMAIL)
    value = models.CharField(_("address or number"), max_length=320)
    normalized = models.CharField(
        max_length=320, editable=False, help_text="E-mail in lower case; phone as +15551234567; what rules compare."
    )
    fingerprint = models.CharField(
        max_length=32, blank=True, editable=False, help_text="Keyed hash of an e-mail address; suppression compares it."
    )
    label = models.CharField(_("label"), max_length=40, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.VALID)
    is_primary = models.BooleanField(_("main one"), default=False)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = ContactPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        ordering = ["kind", "-is_primary", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["stakeholder", "kind", "normalized"], name="one_contact_point_per_value"),
            models.UniqueConstraint(
                fields=["stakeholder", "kind"], condition=Q(is_primary=True), name="one_main_contact_point_per_kind"
            ),
            models.CheckConstraint(condition=~Q(kind="email") | ~Q(fingerprint=""), name="email_has_a_fingerprint"),
        ]
        indexes = [
            HashIndex(fields=["normalized"], name="contact_point_by_value"),
            models.Index(
                HomeOf("normalized"),
                name="contact_point_by_home",
                include=["stakeholder", "normalized"],
                condition=Q(kind="postal"),
            ),
        ]
        triggers = [*contact_point_triggers(), *references("stakeholder_id", "contacts_stakeholder")]

    def __str__(self) -> str:
        return self.value

    def save(self, *args, **kwargs) -> None:
        """Keep the compared forms true to the value."""
        from contacts.addresses import fingerprint, normalize

        self.normalized = normalize(self.kind, self.value)
        self.fingerprint = fingerprint(self.normalized) if self.kind == self.Kind.EMAIL else ""
        super().save(*args, **kwargs)


class ExternalId(models.Model):
    """The number by which another system knows a stakeholder, such as salesforce:0031x."""

    stakeholder = models.ForeignKey(
        Stakeholder, on_delete=models.CASCADE, related_name="external_ids", db_constraint=False
    )
    system = models.CharField(_("system"), max_length=40)
    value = models.CharField(_("number there"), max_length=120)

    class Meta:
        verbose_name = _("number in another system")
        verbose_name_plural = _("numbers in other systems")
        ordering = ["system", "value"]
        constraints = [models.UniqueConstraint(fields=["system", "value"], name="one_stakeholder_per_external_id")]
        triggers = references("stakeholder_id", "contacts_stakeholder")

    def __str__(self) -> str:
        return f"{self.system}:{self.value}"


class Affiliation(models.Model):
    """A dated role of a person in an organisation."""

    person = models.ForeignKey(
        Stakeholder, on_delete=models.CASCADE, related_name="affiliations", db_index=False, db_constraint=False
    )
    organisation = models.ForeignKey(Stakeholder, on_delete=models.CASCADE, related_name="members", db_constraint=False)
    role = models.CharField(_("role"), max_length=120, blank=True)
    started_on = models.DateField(_("since"), null=True, blank=True)
    ended_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        constraints = [
            models.UniqueConstraint(fields=["person", "organisation", "role"], name="one_affiliation_per_role"),
            models.CheckConstraint(condition=~Q(person=models.F("organisation")), name="nobody_belongs_to_themselves"),
        ]
        triggers = [
            *references("person_id", "contacts_stakeholder"),
            *references("organisation_id", "contacts_stakeholder"),
        ]

    def __str__(self) -> str:
        return f"{self.role}, {self.organisation}" if self.role else str(self.organisation)
