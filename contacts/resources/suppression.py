"""Addresses that must not be mailed, as a sheet."""

from import_export import fields, resources
from import_export.widgets import DateTimeWidget

from contacts.models import Suppression


class SuppressionResource(resources.ModelResource):
    """Addresses that must not be mailed; a program that reads the sheet finds the “do not contact” it knows."""

    address = fields.Field("address", column_name="E-mail")
    no_contact = fields.Field(column_name="Do not contact")
    reason = fields.Field("get_reason_display", column_name="Why")
    source = fields.Field("source", column_name="Where")
    note = fields.Field("note", column_name="Note")
    at = fields.Field("at", column_name="Since", widget=DateTimeWidget("%Y-%m-%d %H:%M"))

    class Meta:
        model = Suppression
        name = "Not to be mailed"
        fields = ("address", "no_contact", "reason", "source", "note", "at")

    def dehydrate_no_contact(self, row: Suppression) -> str:
        """Always yes: that is what the list says."""
        return "yes"
