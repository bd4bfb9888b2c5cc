"""The same import as one writes it with django-import-export: a ModelResource, its hooks, row by row."""

from import_export import fields, resources

from contacts.addresses import normalize
from contacts.models import Affiliation, ConsentEvent, ContactPoint, Stakeholder, StakeholderType, Tag, Topic


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
