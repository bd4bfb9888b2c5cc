"""News of the public site, kept by staff."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminURLInputWidget

from crm.forms import RowForm
from engagement.models import News


@admin.register(News)
class NewsAdmin(ModelAdmin):
    """What others wrote about the work: title, outlet, day, link and a summary in both languages."""

    when_empty = _("What others wrote about the work, shown on the public site.")
    formfield_overrides = {models.URLField: {"assume_scheme": "https", "widget": UnfoldAdminURLInputWidget}}
    list_display = ["title", "outlet", "published_on", "visible"]
    list_filter = ["outlet", "visible"]
    list_editable = ["visible"]
    search_fields = ["title", "title_es", "outlet", "summary_en", "summary_es"]
    date_hierarchy = "published_on"
    fieldsets = [
        (None, {"fields": [("outlet", "published_on"), "url", "visible"]}),
        (_("In English"), {"classes": ["tab"], "fields": ["title", "summary_en"]}),
        (_("In Spanish"), {"classes": ["tab"], "fields": ["title_es", "summary_es"]}),
    ]

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        """What is ticked in the list says what it is."""
        return super().get_changelist_form(request, **kwargs | {"form": RowForm})
