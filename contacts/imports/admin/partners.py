"""The back office's door to partners."""

from django.contrib import admin
from django.db.models import Count, Max
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from contacts.imports.models import Partner
from crm.models import User
from crm.roles import PARTNER


@admin.register(Partner)
class PartnerAdmin(ModelAdmin):
    """Who sends files, and who of them may sign in and do it themselves."""

    when_empty = _(
        "Partners are the organisations that send you lists of people. Add one, and say who of theirs may send files."
    )
    list_display = ["name", "files", "last_file", "created_at"]
    search_fields = ["name"]
    fields = ["name", "members"]

    def formfield_for_manytomany(self, db_field, request: HttpRequest, **kwargs):
        """Only people with the role of a partner can be given a partner."""
        kwargs["queryset"] = User.objects.filter(groups__name=PARTNER).order_by("email")
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest):
        """Partners with how many files they sent."""
        return super().get_queryset(request).annotate(sent=Count("runs"), latest=Max("runs__created_at"))

    @display(description=_("files"), ordering="sent")
    def files(self, partner: Partner) -> int:
        """How many files came from there."""
        return partner.sent  # type: ignore[attr-defined]

    @display(description=_("last file"), ordering="latest")
    def last_file(self, partner: Partner):
        """When the last one came."""
        return partner.latest  # type: ignore[attr-defined]
