"""What a list of the back office needs so that it can be taken along as a file."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from crm.doors import person
from crm.exports.asking import ask_page
from crm.exports.registry import EXPORTS
from crm.said import whole


class ExportedList(ModelAdmin):
    """A list with a button “Export”, and the same for some of its rows; `export_key` says which of EXPORTS it is."""

    export_key: str
    change_list_template = "crm/exported_list.html"

    def may_export(self, request: HttpRequest) -> bool:
        """Whether the reader may take this list along."""
        wanted = EXPORTS.get(self.export_key)
        return wanted is not None and wanted.is_for(person(request))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Say where the button leads; the list's own address goes along, and so its search and filters."""
        shown = dict(extra_context or {})
        if self.may_export(request):
            shown["export_url"] = reverse("crm:export", args=[self.export_key])
        return super().changelist_view(request, shown)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The action, for who may export."""
        actions = super().get_actions(request)
        if self.actions is not None and self.may_export(request):
            actions["export_chosen"] = (export_chosen, "export_chosen", export_chosen.short_description)  # type: ignore[attr-defined]
        return actions


@admin.action(description=_("Export them"))
def export_chosen(office: ExportedList, request: HttpRequest, rows: QuerySet) -> HttpResponse:
    """Ask which kind of file; everything the list shows when all of it was chosen, else the rows that were ticked."""
    if request.POST.get("select_across") == "1":
        return ask_page(request, office.export_key, {"list": request.GET.urlencode()})
    chosen = [pk for pk in map(whole, request.POST.getlist(ACTION_CHECKBOX_NAME)) if pk is not None]
    return ask_page(request, office.export_key, {"ids": chosen})
