"""Addresses that must not be mailed: see why, add one, and (managers) allow one again for a reason."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from contacts.actions import lift_suppression, suppress
from contacts.addresses import fingerprint, normalize_email
from contacts.admin.forms import SuppressionForm
from contacts.admin.lists import QuickPaginator
from contacts.models import Suppression
from crm.admin.exports import ExportedList
from crm.doors import page
from crm.errors import Refused


@admin.register(Suppression)
class SuppressionAdmin(ExportedList):
    """Nothing here is edited: an address is stopped, or allowed again."""

    when_empty = _(
        "Addresses that are never mailed stand here: those that bounce, that complained, or that somebody"
        " entered by hand."
    )
    form = SuppressionForm
    list_display = ["__str__", "reason", "source", "note", "at", "lift"]
    list_display_links = None
    list_filter = ["reason"]
    search_fields = ["address"]
    search_help_text = _("A part of the address; a whole address is found even when it was erased.")
    show_full_result_count = False
    paginator = QuickPaginator
    actions = None
    export_key = "not-to-be-mailed"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """By a part of the address, or by the hash of a whole one."""
        if not search_term:
            return queryset, False
        by_words = queryset.filter(address__icontains=normalize_email(search_term))
        by_hash = queryset.filter(fingerprint=fingerprint(normalize_email(search_term)))
        return by_words | by_hash, False

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """The way back is shown to managers only."""
        shown = list(super().get_list_display(request))
        return shown if self.may_lift(request) else [column for column in shown if column != "lift"]

    def may_lift(self, request: HttpRequest) -> bool:
        """Whether this user may allow an address again."""
        return request.user.has_perm("contacts.delete_suppression")

    @admin.display(description="")
    def lift(self, row: Suppression) -> str:
        """The door to allowing it again."""
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500 font-medium" href="{}">{}</a>',
            reverse("admin:contacts_suppression_lift", args=[row.pk]),
            _("Allow again"),
        )

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        """Stop the address through the verb."""
        saved = suppress(obj.address, reason=obj.reason, source="written down by staff", note=obj.note, by=request.user)
        obj.pk, obj._state.adding = saved.pk, False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never deleted without a reason."""
        return False

    def get_urls(self) -> list:
        """The page that asks why."""
        lift = path("<int:pk>/lift/", self.admin_site.admin_view(self.lift_view), name="contacts_suppression_lift")
        return [lift, *super().get_urls()]

    def lift_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the reason, then allow the address again."""
        if not self.may_lift(request):
            raise PermissionDenied
        row = get_object_or_404(Suppression, pk=pk)
        if request.method == "POST":
            try:
                lift_suppression(row, reason=request.POST.get("reason", "")[:200], by=request.user)
                messages.success(request, _("This address may be mailed again."))
                return redirect("admin:contacts_suppression_changelist")
            except Refused as refusal:
                messages.error(request, str(refusal))
        return page(request, "contacts/lift.html", {"title": _("Allow an address again"), "row": row})
