"""People and organisations as a sheet that can be read in again without changing anybody.

One row each. The import knows the headings again (contacts/imports/mapping/exports/ours.py), and the first
column carries our own number, by which somebody without an address is known again, too.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet
from django.utils import timezone
from import_export import fields, resources

from contacts.imports.cleaning.own import OURS
from contacts.imports.cleaning.phones import split_phones
from contacts.models import (
    Affiliation,
    Consent,
    ContactPoint,
    CustomField,
    ExternalId,
    Stakeholder,
    StakeholderType,
    Suppression,
    Tag,
)
from contacts.resources.lists import in_one_cell

SEPARATORS = set(";|\n")
Column = Callable[[Stakeholder], str]


class StakeholderResource(resources.ModelResource):
    """People and organisations: who they are, how to reach them, what they agreed to, what we call them elsewhere."""

    class Meta:
        model = Stakeholder
        name = "People"
        fields = ()

    def __init__(self, **kwargs: Any) -> None:
        """Fields of our own have a column each; they are those of the moment."""
        super().__init__(**kwargs)
        own = {f"custom:{own.slug}": partial(_own, own.slug) for own in CustomField.objects.order_by("pk")}
        self.columns: dict[str, Column] = {**WHO, **HOW_TO_REACH, **WHAT, **own, **MORE}
        self.fields = {
            heading: fields.Field(column_name=heading, dehydrate_method=column)
            for heading, column in self.columns.items()
        }

    def export_resource(self, instance: Stakeholder, selected_fields: Any = None, **kwargs: Any) -> list[str]:
        """The cells of one person; the columns were put together once for the whole file."""
        return [column(instance) for column in self.columns.values()]

    def filter_export(self, queryset: QuerySet[Stakeholder], **kwargs: Any) -> QuerySet[Stakeholder]:
        """Read what rows need once per chunk, not once per row."""
        theirs = ContactPoint.objects.emails().filter(stakeholder=OuterRef(OuterRef("pk")))
        stops = Suppression.objects.filter(channel="email", fingerprint__in=theirs.values("fingerprint"))
        said = Consent.objects.filter(channel="email").select_related("topic").order_by("topic_id")
        organisations = Affiliation.objects.select_related("organisation").order_by("ended_on", "pk")
        lists = {
            "types": StakeholderType.objects.all(),
            "tags": Tag.objects.all(),
            "contact_points": ContactPoint.objects.order_by("-is_primary", "pk"),
            "consents": said,
            "external_ids": ExternalId.objects.order_by("pk"),
            "affiliations": organisations,
        }
        return queryset.annotate(stops=ArraySubquery(stops.order_by("reason").values("reason"))).prefetch_related(
            *(Prefetch(name, rows, f"its_{name}") for name, rows in lists.items())
        )


def _its(name: str, person: Stakeholder) -> list[Any]:
    """What was read for a whole chunk: plain lists, which cost a third of managers."""
    return getattr(person, f"its_{name}")


def _number(person: Stakeholder) -> str:
    return f"{OURS}{person.pk}"


def _numbers_elsewhere(person: Stakeholder) -> str:
    """As the import reads them; one that holds a separator would come back as another."""
    return "; ".join(str(number) for number in _its("external_ids", person) if not set(number.value) & SEPARATORS)


def _field(name: str, person: Stakeholder) -> str:
    return getattr(person, name)


def _points(kind: str, person: Stakeholder) -> list[ContactPoint]:
    return [point for point in _its("contact_points", person) if point.kind == kind]


def _main(kind: str, person: Stakeholder) -> str:
    return next((_as_written(point) for point in _points(kind, person)), "")


def _others(kind: str, person: Stakeholder) -> str:
    return "; ".join(_as_written(point) for point in _points(kind, person)[1:])


def _as_written(point: ContactPoint) -> str:
    """A number the import would take for two, or for another one, stands in the form that rules compare."""
    if point.kind != ContactPoint.Kind.PHONE:
        return point.value
    return point.value if split_phones(point.value) == [(point.value, point.normalized)] else point.normalized


def _types(person: Stakeholder) -> str:
    return ", ".join(kind.slug for kind in _its("types", person))


def _tags(person: Stakeholder) -> str:
    return in_one_cell(tag.name for tag in _its("tags", person))


def _organisation(person: Stakeholder) -> str:
    return next((here.organisation.name for here in _its("affiliations", person)), "")


def _role(person: Stakeholder) -> str:
    return next((here.role for here in _its("affiliations", person)), "")


def _other_organisations(person: Stakeholder) -> str:
    return "; ".join(str(here) for here in _its("affiliations", person)[1:])


def _not_mailed(person: Stakeholder) -> str:
    """Why addresses of theirs are not mailed; in words that no import takes for a new refusal."""
    reasons = [str(Suppression.Reason(reason).label) for reason in person.stops]  # type: ignore[attr-defined]
    broken = [str(p.get_status_display()) for p in _points("email", person) if p.status != ContactPoint.Status.VALID]
    return ", ".join(dict.fromkeys([*reasons, *broken]))


def _topics(state: str, person: Stakeholder) -> str:
    return ", ".join(consent.topic.slug for consent in _its("consents", person) if consent.state == state)


def _own(slug: str, person: Stakeholder) -> str:
    return str(person.custom.get(slug, ""))


def _since(person: Stakeholder) -> str:
    return timezone.localtime(person.created_at).strftime("%Y-%m-%d %H:%M")


WHO: dict[str, Column] = {
    "Alliance number": _number,
    "Numbers elsewhere": _numbers_elsewhere,
    "Person or organisation": partial(_field, "kind"),
    "Name": partial(_field, "name"),
    "First name": partial(_field, "first_name"),
    "Last name": partial(_field, "last_name"),
}
HOW_TO_REACH: dict[str, Column] = {
    "E-mail": partial(_main, "email"),
    "Other e-mails": partial(_others, "email"),
    "Phone": partial(_main, "phone"),
    "Other phones": partial(_others, "phone"),
    "Postal address": partial(_main, "postal"),
    "Other addresses": partial(_others, "postal"),
    "Zip code": partial(_field, "zip"),
    "Language": partial(_field, "language"),
}
WHAT: dict[str, Column] = {
    "Types": _types,
    "Tags": _tags,
    "Agreed topics": partial(_topics, "given"),
    "Left topics": partial(_topics, "withdrawn"),
    "Organisation": _organisation,
    "Role": _role,
    "Also belongs to": _other_organisations,
    "Not mailed because": _not_mailed,
}
MORE: dict[str, Column] = {
    "Notes": partial(_field, "notes"),
    "Came from": partial(_field, "source"),
    "In the book since": _since,
}
