"""What an export of people holds, one row a person."""

from import_export import fields, resources

from contacts.models import Stakeholder

COLUMNS = "id kind name first_name last_name email phone zip language types tags topics source created_at"


class StakeholderResource(resources.ModelResource):
    """People and organisations as a sheet: one row each, lists with commas."""

    types = fields.Field(column_name="types")
    tags = fields.Field(column_name="tags")
    email = fields.Field(column_name="email")
    phone = fields.Field(column_name="phone")
    topics = fields.Field(column_name="topics")

    class Meta:
        model = Stakeholder
        name = "People"
        fields = tuple(COLUMNS.split())
        export_order = fields
        chunk_size = 2000

    def filter_export(self, queryset, **kwargs):
        """Read what rows need once per chunk, not once per row."""
        return queryset.prefetch_related("types", "tags", "contact_points", "consents__topic")

    def dehydrate_types(self, person: Stakeholder) -> str:
        """The short names of the types."""
        return ", ".join(kind.slug for kind in person.types.all())

    def dehydrate_tags(self, person: Stakeholder) -> str:
        """The tags."""
        return ", ".join(tag.name for tag in person.tags.all())

    def dehydrate_email(self, person: Stakeholder) -> str:
        """The main e-mail address."""
        return self._main(person, "email")

    def dehydrate_phone(self, person: Stakeholder) -> str:
        """The main phone number."""
        return self._main(person, "phone")

    def dehydrate_topics(self, person: Stakeholder) -> str:
        """The topics whose latest word is yes."""
        return ", ".join(sorted(said.topic.slug for said in person.consents.all() if said.state == "given"))

    def _main(self, person: Stakeholder, kind: str) -> str:
        points = [point for point in person.contact_points.all() if point.kind == kind]
        points.sort(key=lambda point: (not point.is_primary, point.pk))
        return points[0].value if points else ""
