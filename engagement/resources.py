"""What an exported list of registrations has in its columns."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from import_export import fields, resources
from import_export.widgets import DateTimeWidget

from engagement.models import Registration


class RegistrationResource(resources.ModelResource):
    """Who registered for what: for name tags and sign-in sheets."""

    event = fields.Field("event__title", column_name=_("event"))
    starts_at = fields.Field("event__starts_at", column_name=_("starts"), widget=DateTimeWidget())
    first_name = fields.Field("stakeholder__first_name", column_name=_("first name"))
    last_name = fields.Field("stakeholder__last_name", column_name=_("last name"))
    name = fields.Field("stakeholder__name", column_name=_("name"))
    email = fields.Field(column_name=_("e-mail"))
    zip = fields.Field("stakeholder__zip", column_name=_("zip code"))
    state = fields.Field("get_state_display", column_name=_("state"))
    language = fields.Field("language", column_name=_("language"))
    registered_at = fields.Field("registered_at", column_name=_("since"), widget=DateTimeWidget())

    class Meta:
        model = Registration
        fields = (
            "event",
            "starts_at",
            "first_name",
            "last_name",
            "name",
            "email",
            "zip",
            "state",
            "language",
            "registered_at",
        )

    def filter_export(self, queryset: QuerySet[Registration], **kwargs: Any) -> QuerySet[Registration]:
        """Read what rows need once per chunk, not once per row."""
        return queryset.select_related("stakeholder", "event").prefetch_related("stakeholder__contact_points")

    def dehydrate_email(self, registration: Registration) -> str:
        """The main address, from the ones fetched with the list."""
        points = [point for point in registration.stakeholder.contact_points.all() if point.kind == "email"]
        return next((point.value for point in points if point.is_primary), points[0].value if points else "")
