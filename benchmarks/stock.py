"""The same import as one writes it with django-import-export, as documented and then with care."""

from functools import cache

from import_export import fields, resources

from contacts.addresses import fingerprint, normalize
from contacts.models import (
    Affiliation,
    ConsentEvent,
    ContactPoint,
    Stakeholder,
    StakeholderType,
    Tag,
    Tagging,
    Topic,
    Typing,
)


class StockResource(resources.ModelResource):
    """People known by their address; what belongs to them is written after each of them."""

    first_name = fields.Field("first_name", "First Name")
    last_name = fields.Field("last_name", "Last Name")
    zip = fields.Field("zip", "Zip")
    language = fields.Field("language", "Language")

    class Meta:
        model = Stakeholder
        fields = ("first_name", "last_name", "zip", "language")
        import_id_fields = ()

    def get_instance(self, instance_loader, row):
        """Whoever the book knows under this address and name."""
        points = ContactPoint.objects.filter(kind="email", normalized=normalize("email", row["Email"]))
        return Stakeholder.objects.filter(
            contact_points__in=points, first_name=row["First Name"], last_name=row["Last Name"]
        ).first()

    def before_save_instance(self, instance, row, **kwargs):
        """The name as it is shown, and where it came from."""
        instance.name = f"{row['First Name']} {row['Last Name']}"
        instance.source = "benchmark"

    def after_save_instance(self, instance, row, **kwargs):
        """Addresses, words, organisation and consent."""
        for kind, heading in (("email", "Email"), ("phone", "Phone")):
            ContactPoint.objects.get_or_create(
                stakeholder=instance,
                kind=kind,
                normalized=normalize(kind, row[heading]),
                defaults={"value": row[heading], "is_primary": True},
            )
        instance.types.add(StakeholderType.objects.get(slug=row["Type"]))
        for name in row["Tags"].split("; "):
            instance.tags.add(Tag.objects.get_or_create(name=name)[0])
        organisation, _new = Stakeholder.objects.get_or_create(kind="organisation", name=row["Company"])
        Affiliation.objects.get_or_create(person=instance, organisation=organisation)
        topic = Topic.objects.get(slug="newsletter")
        if not instance.consents.filter(topic=topic).exists():
            ConsentEvent.objects.create(stakeholder=instance, topic=topic, action="given", source="benchmark")


def stock_resource() -> StockResource:
    """One as a door would make it."""
    return StockResource()


@cache
def _type_named(slug: str) -> StakeholderType:
    return StakeholderType.objects.get(slug=slug)


@cache
def _tag_named(name: str) -> Tag:
    return Tag.objects.get_or_create(name=name)[0]


@cache
def _organisation_named(name: str) -> Stakeholder:
    return Stakeholder.objects.get_or_create(kind="organisation", name=name)[0]


@cache
def _newsletter() -> Topic:
    return Topic.objects.get(slug="newsletter")


class KinderResource(StockResource):
    """The same by somebody who measured it: no differences are kept, what repeats is looked up once, and what
    belongs to a person is written without asking whether it is there when the person is new."""

    class Meta(StockResource.Meta):
        skip_diff = True
        skip_html_diff = True
        use_transactions = True
        report_skipped = False

    def before_save_instance(self, instance, row, **kwargs):
        """The same, and whether the person is new."""
        super().before_save_instance(instance, row, **kwargs)
        self.is_new = instance.pk is None

    def after_save_instance(self, instance, row, **kwargs):
        """What belongs to the person, in as few statements as the models allow."""
        if not self.is_new:
            super().after_save_instance(instance, row, **kwargs)
            return
        points = [
            ContactPoint(
                stakeholder=instance,
                kind=kind,
                value=row[heading],
                normalized=normalize(kind, row[heading]),
                fingerprint=fingerprint(normalize(kind, row[heading])) if kind == "email" else "",
                is_primary=True,
            )
            for kind, heading in (("email", "Email"), ("phone", "Phone"))
        ]
        ContactPoint.objects.bulk_create(points)
        Typing.objects.create(stakeholder=instance, type=_type_named(row["Type"]))
        tags = [_tag_named(name) for name in row["Tags"].split("; ")]
        Tagging.objects.bulk_create(Tagging(stakeholder=instance, tag=tag) for tag in tags)
        Affiliation.objects.create(person=instance, organisation=_organisation_named(row["Company"]))
        ConsentEvent.objects.create(stakeholder=instance, topic=_newsletter(), action="given", source="benchmark")


def kinder_resource() -> KinderResource:
    """One that starts with nothing looked up."""
    for cached in (_type_named, _tag_named, _organisation_named, _newsletter):
        cached.cache_clear()
    return KinderResource()
