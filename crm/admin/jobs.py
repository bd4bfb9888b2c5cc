"""Long work: a list to look at; each line opens its progress page."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from crm.models import Job

COLOURS = {
    Job.State.WAITING: "info",
    Job.State.RUNNING: "warning",
    Job.State.DONE: "success",
    Job.State.FAILED: "danger",
    Job.State.CANCELLED: "default",
}


@admin.register(Job)
class JobAdmin(ModelAdmin):
    """Everyone sees their own, managers see all."""

    when_empty = _("Long work, such as saving a file, is listed here with how far it is.")
    list_display = ("label", "shown_state", "progress", "owner", "created_at", "finished_at")
    list_filter = ("state",)
    search_fields = ("label",)
    list_select_related = ("owner",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        """Those of who is signed in."""
        return super().get_queryset(request).visible_to(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Work is started where it belongs."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """Only to look at."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """What was done stays on record."""
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """The progress page says it better than a form."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        job = self.get_object(request, object_id)
        if job is None:
            raise Http404
        return redirect("crm:job", pk=job.pk)

    @display(description=_("state"), ordering="state", label=COLOURS)
    def shown_state(self, job: Job) -> tuple[str, str]:
        """The state as a coloured word."""
        return job.state, job.get_state_display()

    @display(description=_("how far"))
    def progress(self, job: Job) -> str:
        """Done of total, or nothing while nobody knows."""
        return f"{job.done:,} / {job.total:,}" if job.total else ""
