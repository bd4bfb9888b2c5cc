"""Organisation settings: one row, so the menu leads straight to its form."""

from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelect2Widget, UnfoldAdminURLInputWidget

from crm.models import Organisation

ODD_ZONES = ("Etc/", "SystemV/", "posix", "right")


class OrganisationForm(forms.ModelForm):
    """The settings, with the time zone picked from those that exist."""

    website = forms.URLField(
        label=_("Website"), required=False, assume_scheme="https", widget=UnfoldAdminURLInputWidget
    )

    class Meta:
        model = Organisation
        fields = "__all__"  # noqa: DJ007 - every setting is meant to be set here

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["postal_address"].widget.attrs["rows"] = 4
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(ODD_ZONES))
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=[(zone, zone.replace("_", " ")) for zone in zones],
            widget=UnfoldAdminSelect2Widget,
            help_text=_("Times on pages and in mails are shown in it."),
        )


@admin.register(Organisation)
class OrganisationAdmin(ModelAdmin):
    """For managers."""

    form = OrganisationForm
    compressed_fields = True
    fieldsets = (
        (_("Who we are"), {"fields": ("name", "alliance_name", "website", "postal_address")}),
        (_("How mails are signed"), {"fields": ("sender_name", "sender_email", "reply_to")}),
        (_("Language and time"), {"fields": ("default_language", "time_zone")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        """And it stays."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """A list of one is no list."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect(reverse("admin:crm_organisation_change", args=[Organisation.load().pk]))

    def response_post_save_change(self, request: HttpRequest, obj: Organisation) -> HttpResponse:
        """Stay on the form after saving."""
        return redirect(request.path)
