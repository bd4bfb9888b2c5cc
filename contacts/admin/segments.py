"""Segments: the list with counts, the rule builder and its live count."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.decorators import action

from contacts.models import Segment, Stakeholder
from contacts.segments.actions import delete_segment, save_segment, users_of
from contacts.segments.compiler import compile_tree
from contacts.segments.counting import quick_count, sample
from contacts.segments.describing import describe, describe_tree
from contacts.segments.errors import InvalidDefinition, Problem
from contacts.segments.forms import SegmentForm
from contacts.segments.reading import read
from contacts.segments.values import Values
from crm import said
from crm.doors import person
from crm.exports.registry import EXPORTS


@admin.register(Segment)
class SegmentAdmin(ModelAdmin):
    """Saved questions about the people in the book."""

    when_empty = _(
        "A segment is a question about the people in the book, such as “everybody who came to a forum”. "
        "Newsletters go to segments."
    )
    form = SegmentForm
    list_display = ["name", "who", "how_many", "updated_at"]
    search_fields = ["name", "description"]
    list_per_page = 25
    fieldsets = [(None, {"fields": ["name", "description", "definition"]})]
    compressed_fields = False
    actions_detail = ["export_people"]
    actions_row = ["export_people"]

    class Media:
        js = ["contacts/segment_counts.js"]

    def get_queryset(self, request: HttpRequest):
        """The segments, and one memory of every criterion's choices for the whole page."""
        self.values = Values()
        return super().get_queryset(request)

    @admin.display(description=_("who belongs"))
    def who(self, segment: Segment) -> str:
        """The rules as a sentence."""
        return describe(segment.definition, self.values)

    @admin.display(description=_("how many"))
    def how_many(self, segment: Segment) -> str:
        """Filled in by the page once it is there, so that no count holds up the list."""
        url = reverse("admin:contacts_segment_count", args=[segment.pk])
        return format_html('<span data-count="{}" aria-live="polite">…</span>', url)

    def has_export_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Who may take lists of people along."""
        wanted = EXPORTS.get("people")
        return wanted is not None and wanted.is_for(person(request))

    @action(description=_("Export the people"), url_path="export", permissions=["export"])
    def export_people(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """To the page that asks which kind of file."""
        return redirect(f"{reverse('crm:export', args=['people'])}?segment={int(object_id)}")

    def save_model(self, request: HttpRequest, obj: Segment, form, change: bool) -> None:
        """Save through the verb."""
        if not change:
            obj.created_by_id = request.user.pk
        save_segment(obj, name=obj.name, definition=obj.definition, description=obj.description, by=request.user)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple:
        """What goes with a segment, and the newsletters for whose sake it stays."""
        gone, counts, needed, kept = super().get_deleted_objects(objs, request)
        return gone, counts, needed, [*kept, *users_of(objs)]

    def delete_model(self, request: HttpRequest, obj: Segment) -> None:
        """Throw one away through the verb."""
        delete_segment(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Segment]) -> None:
        """Throw several away, each through the verb."""
        for segment in queryset:
            delete_segment(segment, by=request.user)

    def get_fieldsets(self, request: HttpRequest, obj: Segment | None = None) -> Any:
        """Who may only look reads the rules as a sentence."""
        if self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": ["name", "description", "who"]})]

    def get_urls(self) -> list:
        """The live count of rules being made, and the count of a saved segment."""
        own = [
            path("preview/", self.admin_site.admin_view(self.preview_view), name="contacts_segment_preview"),
            path("<int:pk>/count/", self.admin_site.admin_view(self.count_view), name="contacts_segment_count"),
        ]
        return own + super().get_urls()

    def count_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """How many belong to a saved segment."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        segment = get_object_or_404(Segment, pk=pk)
        return JsonResponse(_answer(segment.definition, names=False))

    def preview_view(self, request: HttpRequest) -> JsonResponse:
        """How many the rules in the form mean, who for instance, or what is wrong with them and where."""
        return _preview(self, request)


@require_POST
def _preview_post(request: HttpRequest, names: bool) -> JsonResponse:
    try:
        definition = said.tree(request.POST.get("definition", ""))
    except ValueError:
        problem = Problem((), str(_("This is not JSON.")))
        return JsonResponse({"problems": [_told(problem)]})
    return JsonResponse(_answer(definition, names=names))


def _preview(office: SegmentAdmin, request: HttpRequest) -> Any:
    if not office.has_view_permission(request):
        raise PermissionDenied
    return _preview_post(request, request.user.has_perm("contacts.view_stakeholder"))


def _answer(definition: object, *, names: bool) -> dict[str, Any]:
    """What a page shows about rules; ten names only for who may see people."""
    try:
        tree = read(definition)
    except InvalidDefinition as error:
        return {"problems": [_told(problem) for problem in error.problems]}
    people = Stakeholder.objects.filter(compile_tree(tree))
    found = quick_count(people)
    return {
        "problems": [],
        "count": str(found),
        "sentence": describe_tree(tree),
        "sample": [_shown(person) for person in sample(people)] if names and found.number else [],
    }


def _told(problem: Problem) -> dict[str, Any]:
    return {"path": list(problem.path), "message": problem.message}


def _shown(person: Stakeholder) -> dict[str, str]:
    return {
        "name": person.name,
        "note": " · ".join(filter(None, [str(person.get_kind_display()), person.zip])),
        "url": reverse("admin:contacts_stakeholder_change", args=[person.pk]),
    }
