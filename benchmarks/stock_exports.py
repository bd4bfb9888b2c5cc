"""The same sheet of people as one writes it with django-import-export, with care: everything prefetched, by objects.

It holds what our own sheet holds, written down a second time and without regard for speed, so that a test can
compare the two (tests/imports/test_export_columns.py).
"""

from functools import partial
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet
from django.utils import timezone
from import_export import fields, resources

from contacts.imports.cleaning.phones import split_phones
from contacts.models import Affiliation, Consent, ContactPoint, CustomField, ExternalId, Stakeholder, Suppression
from contacts.resources.lists import in_one_cell


class StockPeople(resources.ModelResource):
    """People and organisations; every column is a field with a method, or an attribute."""

    number = fields.Field(column_name="Alliance number")
    elsewhere = fields.Field(column_name="Numbers elsewhere")
    kind = fields.Field("kind", "Person or organisation")
    name = fields.Field("name", "Name")
    first_name = fields.Field("first_name", "First name")
    last_name = fields.Field("last_name", "Last name")
    email = fields.Field(column_name="E-mail")
    emails = fields.Field(column_name="Other e-mails")
    phone = fields.Field(column_name="Phone")
    phones = fields.Field(column_name="Other phones")
    postal = fields.Field(column_name="Postal address")
    postals = fields.Field(column_name="Other addresses")
    zip = fields.Field("zip", "Zip code")
    language = fields.Field("language", "Language")
    types = fields.Field(column_name="Types")
    tags = fields.Field(column_name="Tags")
    agreed = fields.Field(column_name="Agreed topics")
    left = fields.Field(column_name="Left topics")
    organisation = fields.Field(column_name="Organisation")
    role = fields.Field(column_name="Role")
    also = fields.Field(column_name="Also belongs to")
    stopped = fields.Field(column_name="Not mailed because")
    notes = fields.Field("notes", "Notes")
    source = fields.Field("source", "Came from")
    since = fields.Field(column_name="In the book since")

    class Meta:
        model = Stakeholder
        name = "People"
        chunk_size = 2_000
        fields = (
            "number", "elsewhere", "kind", "name", "first_name", "last_name", "email", "emails", "phone", "phones",
            "postal", "postals", "zip", "language", "types", "tags", "agreed", "left", "organisation", "role", "also",
            "stopped", "notes", "source", "since",
        )  # fmt: skip

    def __init__(self, **kwargs: Any) -> None:
        """Fields of our own have a column each."""
        super().__init__(**kwargs)
        self.own = {
            f"custom:{slug}": fields.Field(column_name=f"custom:{slug}", dehydrate_method=partial(_own, slug))
            for slug in CustomField.objects.order_by("pk").values_list("slug", flat=True)
        }
        self.fields |= self.own

    def get_export_order(self) -> tuple[str, ...]:
        """As they stand above; fields of our own before the notes."""
        return (*self.Meta.fields[:-3], *self.own, *self.Meta.fields[-3:])

    def filter_export(self, queryset: QuerySet[Stakeholder], **kwargs: Any) -> QuerySet[Stakeholder]:
        """Read what rows need once per chunk, not once per row."""
        theirs = ContactPoint.objects.emails().filter(stakeholder=OuterRef(OuterRef("pk")))
        stops = Suppression.objects.filter(channel="email", fingerprint__in=theirs.values("fingerprint"))
        said = Consent.objects.filter(channel="email").select_related("topic").order_by("topic_id")
        places = Affiliation.objects.select_related("organisation").order_by("ended_on", "pk")
        return queryset.annotate(stops=ArraySubquery(stops.order_by("reason").values("reason"))).prefetch_related(
            "types",
            "tags",
            Prefetch("contact_points", ContactPoint.objects.order_by("-is_primary", "pk"), "points"),
            Prefetch("consents", said, "said"),
            Prefetch("external_ids", ExternalId.objects.order_by("pk"), "numbers"),
            Prefetch("affiliations", places, "places"),
        )

    def dehydrate_number(self, person: Any) -> str:
        """Our own number."""
        return f"alliance:{person.pk}"

    def dehydrate_elsewhere(self, person: Any) -> str:
        """Numbers in other systems, without those that would come apart."""
        return "; ".join(str(number) for number in person.numbers if not set(number.value) & set(";|\n"))

    def dehydrate_email(self, person: Any) -> str:
        """The main address."""
        return _first(_values(person, "email"))

    def dehydrate_emails(self, person: Any) -> str:
        """The others."""
        return "; ".join(_values(person, "email")[1:])

    def dehydrate_phone(self, person: Any) -> str:
        """The main number."""
        return _first(_values(person, "phone"))

    def dehydrate_phones(self, person: Any) -> str:
        """The others."""
        return "; ".join(_values(person, "phone")[1:])

    def dehydrate_postal(self, person: Any) -> str:
        """The main postal address."""
        return _first(_values(person, "postal"))

    def dehydrate_postals(self, person: Any) -> str:
        """The others."""
        return "; ".join(_values(person, "postal")[1:])

    def dehydrate_types(self, person: Any) -> str:
        """Short names."""
        return ", ".join(sorted(kind.slug for kind in person.types.all()))

    def dehydrate_tags(self, person: Any) -> str:
        """Names, in quotes where they would come apart."""
        return in_one_cell(sorted(tag.name for tag in person.tags.all()))

    def dehydrate_agreed(self, person: Any) -> str:
        """Topics they said yes to."""
        return ", ".join(consent.topic.slug for consent in person.said if consent.state == "given")

    def dehydrate_left(self, person: Any) -> str:
        """Topics they left."""
        return ", ".join(consent.topic.slug for consent in person.said if consent.state == "withdrawn")

    def dehydrate_organisation(self, person: Any) -> str:
        """Where they are first of all."""
        return _first([place.organisation.name for place in person.places])

    def dehydrate_role(self, person: Any) -> str:
        """As what."""
        return _first([place.role for place in person.places])

    def dehydrate_also(self, person: Any) -> str:
        """Where they are beside that."""
        return "; ".join(map(str, person.places[1:]))

    def dehydrate_stopped(self, person: Any) -> str:
        """Why addresses of theirs are not mailed."""
        reasons = [str(Suppression.Reason(reason).label) for reason in person.stops]
        emails = [point for point in person.points if point.kind == "email"]
        broken = [str(point.get_status_display()) for point in emails if point.status != ContactPoint.Status.VALID]
        return ", ".join(dict.fromkeys([*reasons, *broken]))

    def dehydrate_since(self, person: Any) -> str:
        """The day and the minute, as the house's clock showed them."""
        return timezone.localtime(person.created_at).strftime("%Y-%m-%d %H:%M")


def _own(slug: str, person: Any) -> str:
    return str(person.custom.get(slug, ""))


def _first(values: list[str]) -> str:
    return values[0] if values else ""


def _values(person: Any, kind: str) -> list[str]:
    """What their addresses or numbers say; a number the import would take for two stands as it is compared."""
    points = [point for point in person.points if point.kind == kind]
    if kind != "phone":
        return [point.value for point in points]
    return [
        point.value if split_phones(point.value) == [(point.value, point.normalized)] else point.normalized
        for point in points
    ]
