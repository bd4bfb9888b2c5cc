"""Registrations in the back office: to look through and to take along as a file; changes go through the door list."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from crm.admin.exports import ExportedList
from engagement.models import Registration

State = Registration.State


@admin.register(Registration)
class RegistrationAdmin(ExportedList):
    """Who registered for what."""

    when_empty = _("Everybody who registered for an event, with their seat or their place on the waitlist.")
    export_key = "registrations"
    list_display = ["person", "event", "stands", "registered_at", "source"]
    list_filter = ["state", "language", "event"]
    list_select_related = ["stakeholder", "event"]
    list_per_page = 50
    search_fields = ["stakeholder__name", "event__title_en"]
    date_hierarchy = "event__starts_at"
    fields = readonly_fields = ["stakeholder", "event", "state", "language", "source", "registered_at", "changed_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People register on the public page or are added at the door."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Registration | None = None) -> bool:
        """Seats are given and taken by the verbs, at the door list."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Registration | None = None) -> bool:
        """A registration is cancelled, so that it stays known."""
        return False

    @display(description=_("person"), ordering="stakeholder__name")
    def person(self, registration: Registration) -> str:
        """The name in the book."""
        return registration.stakeholder.name

    @display(
        description=_("state"),
        ordering="state",
        label={
            State.ATTENDED: "success",
            State.REGISTERED: "info",
            State.WAITLISTED: "warning",
            State.NO_SHOW: "danger",
            State.CANCELLED: "default",
        },
    )
    def stands(self, registration: Registration) -> tuple[str, str]:
        """The state as a coloured label."""
        return registration.state, str(registration.get_state_display())
