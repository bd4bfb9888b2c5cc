"""People and organisations as a sheet that can be read in again without changing anybody.

One row each. The import knows the headings again (contacts/imports/mapping/exports/ours.py), and the first
column carries our own number, by which somebody without an address is known again, too.

One question to the database brings everything: what belongs to a person comes as arrays beside their fields, all
of it as of one moment and without an object for every address, tag and topic.
"""

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import TruncMinute
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
    Tagging,
    Typing,
)
from contacts.resources.lists import in_one_cell

SEPARATORS = set(";|\n")


class Person(NamedTuple):
    """A person or organisation as the database answers; the names are those of the question."""

    pk: int
    kind: str
    name: str
    first_name: str
    last_name: str
    zip: str
    language: str
    notes: str
    source: str
    custom: dict[str, Any]
    since: str
    its_emails: list[tuple[str, str, str | None]]
    """Address, status, and why it is not mailed."""
    its_phones: list[tuple[str, str]]
    """As written and as compared."""
    its_postals: list[str]
    its_types: list[str]
    its_tags: list[str]
    its_topics: list[tuple[str, str]]
    """Yes or no, and to what."""
    its_numbers: list[tuple[str, str]]
    """System, and the number there."""
    its_places: list[tuple[str, str]]
    """Organisation and role."""


Column = Callable[[Person], str]


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

    def export_resource(self, instance: Any, selected_fields: Any = None, **kwargs: Any) -> list[str]:
        """The cells of one person; the columns were put together once for the whole file."""
        person = Person._make(instance)
        return [column(person) for column in self.columns.values()]

    def filter_export(self, queryset: QuerySet[Stakeholder], **kwargs: Any) -> QuerySet[Any, Any]:
        """Ask for the values of `Person` instead of objects, of whom `queryset` finds."""
        found = Stakeholder.objects.filter(pk__in=queryset.order_by().values("pk"))
        return found.annotate(since=Written(TruncMinute("created_at")), **its_lists()).values_list(*Person._fields)


class Together(Func):
    """Several texts of one row as an array."""

    template = "ARRAY[%(expressions)s]"
    output_field = ArrayField(TextField())


class Written(Func):
    """A time as text, as the clock of the house showed it."""

    function = "to_char"
    output_field = TextField()

    def __init__(self, time: TruncMinute) -> None:
        super().__init__(time, Value("YYYY-MM-DD HH24:MI"))


def its_lists() -> dict[str, ArraySubquery]:
    """What belongs to a person, each list in the order of its column; types and tags are sorted by their column.

    They are looked up one by one: for a join, the planner would read all of them anew for every person.
    """
    stop = Suppression.objects.filter(channel="email", fingerprint=OuterRef("fingerprint")).values("reason")
    points = ContactPoint.objects.filter(stakeholder=OuterRef("pk")).order_by("-is_primary", "pk")
    emails, phones, postals = (points.filter(kind=kind) for kind in ("email", "phone", "postal"))
    typings = Typing.objects.filter(stakeholder=OuterRef("pk"))
    taggings = Tagging.objects.filter(stakeholder=OuterRef("pk"))
    kind = StakeholderType.objects.filter(pk=OuterRef("type")).values("slug")
    tag = Tag.objects.filter(pk=OuterRef("tag")).values("name")
    said = Consent.objects.filter(stakeholder=OuterRef("pk"), channel="email").order_by("topic_id")
    numbers = ExternalId.objects.filter(stakeholder=OuterRef("pk")).order_by("pk")
    places = Affiliation.objects.filter(person=OuterRef("pk")).order_by("ended_on", "pk")
    return {
        "its_emails": ArraySubquery(emails.values_list(Together("value", "status", Subquery(stop)))),
        "its_phones": ArraySubquery(phones.values_list(Together("value", "normalized"))),
        "its_postals": ArraySubquery(postals.values("value")),
        "its_types": ArraySubquery(typings.values_list(Subquery(kind))),
        "its_tags": ArraySubquery(taggings.values_list(Subquery(tag))),
        "its_topics": ArraySubquery(said.values_list(Together("state", "topic__slug"))),
        "its_numbers": ArraySubquery(numbers.values_list(Together("system", "value"))),
        "its_places": ArraySubquery(places.values_list(Together("organisation__name", "role"))),
    }


def _number(person: Person) -> str:
    return f"{OURS}{person.pk}"


def _numbers_elsewhere(person: Person) -> str:
    """As the import reads them; one that holds a separator would come back as another."""
    return "; ".join([f"{system}:{value}" for system, value in person.its_numbers if not SEPARATORS & set(value)])


def _email(person: Person) -> str:
    return person.its_emails[0][0] if person.its_emails else ""


def _other_emails(person: Person) -> str:
    return "; ".join([address for address, _status, _stop in person.its_emails[1:]])


def _phone(person: Person) -> str:
    return _as_written(*person.its_phones[0]) if person.its_phones else ""


def _other_phones(person: Person) -> str:
    return "; ".join([_as_written(*number) for number in person.its_phones[1:]])


def _as_written(value: str, normalized: str) -> str:
    """A number the import would take for two, or for another one, stands in the form that rules compare."""
    return value if value == normalized or split_phones(value) == [(value, normalized)] else normalized


def _postal(person: Person) -> str:
    return person.its_postals[0] if person.its_postals else ""


def _other_postals(person: Person) -> str:
    return "; ".join(person.its_postals[1:])


def _types(person: Person) -> str:
    return ", ".join(sorted(person.its_types))


def _tags(person: Person) -> str:
    return in_one_cell(sorted(person.its_tags)) if person.its_tags else ""


def _organisation(person: Person) -> str:
    return person.its_places[0][0] if person.its_places else ""


def _role(person: Person) -> str:
    return person.its_places[0][1] if person.its_places else ""


def _other_organisations(person: Person) -> str:
    return "; ".join([f"{role}, {name}" if role else name for name, role in person.its_places[1:]])


def _not_mailed(person: Person) -> str:
    """Why addresses of theirs are not mailed; in words that no import takes for a new refusal."""
    stops = sorted({stop for _address, _status, stop in person.its_emails if stop})
    broken = [status for _address, status, _stop in person.its_emails if status != ContactPoint.Status.VALID]
    if not (stops or broken):
        return ""
    words = [Suppression.Reason(stop).label for stop in stops] + [ContactPoint.Status(state).label for state in broken]
    return ", ".join(dict.fromkeys(map(str, words)))


def _topics(state: str, person: Person) -> str:
    return ", ".join([topic for said, topic in person.its_topics if said == state])


def _own(slug: str, person: Person) -> str:
    return str(person.custom.get(slug, ""))


WHO: dict[str, Column] = {
    "Alliance number": _number,
    "Numbers elsewhere": _numbers_elsewhere,
    "Person or organisation": attrgetter("kind"),
    "Name": attrgetter("name"),
    "First name": attrgetter("first_name"),
    "Last name": attrgetter("last_name"),
}
HOW_TO_REACH: dict[str, Column] = {
    "E-mail": _email,
    "Other e-mails": _other_emails,
    "Phone": _phone,
    "Other phones": _other_phones,
    "Postal address": _postal,
    "Other addresses": _other_postals,
    "Zip code": attrgetter("zip"),
    "Language": attrgetter("language"),
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
    "Notes": attrgetter("notes"),
    "Came from": attrgetter("source"),
    "In the book since": attrgetter("since"),
}
