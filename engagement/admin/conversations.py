"""Editions with their prompts, and the strategies; conversations themselves have pages of their own."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from crm.forms import RowForm
from engagement.models import Edition, Prompt, Strategy


class PromptInline(TabularInline):
    """The questions of the guide, in both languages."""

    model = Prompt
    form = RowForm
    extra = 1
    fields = ["order", "text_en", "text_es"]
    verbose_name_plural = _("Prompts of the guide")


@admin.register(Edition)
class EditionAdmin(ModelAdmin):
    """One year of On the Table: theme, days, table size, prompts."""

    when_empty = _(
        "One year of On the Table: its theme, its days and the prompts of its guide. Conversations are "
        "logged under one."
    )
    list_display = ["year", "theme_en", "starts_on", "ends_on", "conversations"]
    inlines = [PromptInline]
    fieldsets = [
        (None, {"fields": ["year", ("theme_en", "theme_es"), ("starts_on", "ends_on"), ("table_min", "table_max")]})
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        """Editions with how many conversations each has."""
        return super().get_queryset(request).annotate(logged=Count("gatherings"))

    @display(description=_("conversations logged"))
    def conversations(self, edition: Edition) -> int:
        """How many conversations were logged."""
        return edition.logged  # type: ignore[attr-defined]


@admin.register(Strategy)
class StrategyAdmin(ModelAdmin):
    """The 21 strategies: staff may complete the wording, the letters are given."""

    list_display = ["letter", "name_en", "determinant", "verified"]
    list_filter = ["determinant", "verified"]
    search_fields = ["name_en", "name_es", "letter"]
    readonly_fields = ["letter"]
    fields = ["letter", ("name_en", "name_es"), ("determinant", "verified")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There are 21, from A to U."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Strategy | None = None) -> bool:
        """Commitments of the past refer to them."""
        return False
