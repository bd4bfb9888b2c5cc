"""The types and topics every house starts with; staff may rename them and add more, and fields of their own."""

from django.utils.text import slugify
from django.utils.translation import gettext as _

from contacts.models import CustomField, StakeholderType, Topic
from crm.errors import Refused

TYPES = [
    ("individual", "person", "Committed individual", "Persona comprometida"),
    ("grassroots-leader", "person", "Grassroots community leader", "Líder comunitario de base"),
    ("activist", "person", "Activist", "Activista"),
    ("politician", "person", "Elected official", "Funcionario electo"),
    ("business", "organisation", "Business", "Empresa"),
    ("government", "organisation", "Government", "Gobierno"),
    ("faith", "organisation", "Community of faith", "Comunidad de fe"),
    ("nonprofit", "organisation", "Nonprofit", "Organización sin fines de lucro"),
]

TOPICS = [
    (
        "newsletter",
        "Newsletter",
        "Boletín",
        "Stories, data and what the Alliance is doing, about once a month.",
        "Historias, datos y lo que hace la Alianza, más o menos una vez al mes.",
    ),
    (
        "events",
        "Events",
        "Eventos",
        "Forums, workshops and trainings you can come to.",
        "Foros, talleres y capacitaciones a los que puede venir.",
    ),
    (
        "on-the-table",
        "On the Table",
        "On the Table",
        "Conversations over a meal, and how to host one.",
        "Conversaciones alrededor de una comida, y cómo ser anfitrión de una.",
    ),
    (
        "action-alerts",
        "Action alerts",
        "Alertas de acción",
        "When a decision is near and your voice counts.",
        "Cuando se acerca una decisión y su voz cuenta.",
    ),
]


def seed_taxonomy() -> None:
    """Make the types and topics that are missing; what staff changed stays as they left it."""
    for order, (slug, kind, english, spanish) in enumerate(TYPES, start=1):
        StakeholderType.objects.get_or_create(
            slug=slug, defaults={"kind": kind, "name_en": english, "name_es": spanish, "order": order * 10}
        )
    for order, (slug, english, spanish, about_en, about_es) in enumerate(TOPICS, start=1):
        Topic.objects.get_or_create(
            slug=slug,
            defaults={
                "name_en": english,
                "name_es": spanish,
                "description_en": about_en,
                "description_es": about_es,
                "order": order * 10,
            },
        )


class FieldIsThere(Refused):
    """A field of our own cannot be made under this name."""


def make_own_field(name: str, *, kind: str = CustomField.Kind.TEXT, by=None) -> CustomField:
    """A field of our own that people and organisations have from now on; raises FieldIsThere."""
    tidy = " ".join(name.split())[:120]
    slug = slugify(tidy)[:40]
    if not slug:
        raise FieldIsThere(_("Give the new field a name with letters in it."))
    field, made = CustomField.objects.get_or_create(
        slug=slug, defaults={"name_en": tidy, "kind": CustomField.Kind(kind)}
    )
    if not made:
        raise FieldIsThere(_("There is a field “%(name)s” already.") % {"name": field})
    return field
