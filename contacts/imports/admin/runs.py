"""The list of files, and the table of all doors of one file."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from contacts.imports import pages
from contacts.imports.actions import State
from contacts.imports.admin import asking, mapping, mine, queue, reverting, review, saving, sending
from contacts.imports.admin.doors import READS_BOOK, SAVES, SENDS, Door, not_here, run_of
from contacts.imports.models import ImportRun

DOORS = [
    Door("answer", "answer/", asking.answer, posts=True),
    Door("save", "save/", saving.save, SAVES, posts=True),
    Door("stop", "stop/", saving.stop, SAVES, posts=True),
    Door("progress", "progress/", saving.progress),
    Door("revert", "take-back/", reverting.revert, SAVES),
    Door("rows", "rows/", review.rows, READS_BOOK),
    Door("queue", "who-is-who/", queue.queue, SAVES),
    Door("rest", "who-is-who/rest/", queue.rest, SAVES, posts=True),
    Door("settle", "who-is-who/settle/", queue.settle, SAVES, posts=True),
    Door("unsettle", "who-is-who/undo/", queue.unsettle, SAVES, posts=True),
    Door("terms", "choices/", sending.terms, SAVES),
    Door("mapping", "mapping/", mapping.columns),
    Door("rejected", "rejected.csv", saving.rejected),
]
"""Every page and button of a file beside its own page: the name of its route, its address, who answers."""


@admin.register(ImportRun)
class ImportRunAdmin(ModelAdmin):
    """Files of partners: staff see all, partners their own."""

    when_empty = _(
        "Files from partners stand here with what came of them. Send one: it is checked first, and "
        "nothing is saved until you say so."
    )
    list_display = ["original_name", "partner", "how_far", "people", "created_at", "by"]
    list_filter = ["state", "partner"]
    search_fields = ["original_name", "partner__name"]
    list_select_related = ["partner", "by"]
    ordering = ["-created_at"]

    def get_queryset(self, request: HttpRequest):
        """What the reader may see."""
        return super().get_queryset(request).visible_to(request.user)

    def has_view_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        """Staff, and people of partners."""
        return request.user.has_perm("contacts.view_importrun") or request.user.has_perm(SENDS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may send files."""
        return request.user.has_perm("contacts.add_importrun") or request.user.has_perm(SENDS)

    def has_change_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        """A run is read, never edited; its buttons have doors of their own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        """What was done stays on record."""
        return False

    @display(
        description=_("state"),
        label={
            State.COMMITTED: "success",
            State.CHECKED: "info",
            State.REFUSED: "danger",
            State.FAILED: "danger",
            State.CHECKING: "warning",
            State.COMMITTING: "warning",
            State.ASKING: "warning",
            State.REVERTING: "warning",
            State.RECEIVED: "default",
            State.REVERTED: "default",
            State.CANCELLED: "default",
            State.REMOVED: "default",
        },
    )
    def how_far(self, run: ImportRun) -> tuple[str, str]:
        """The state, as a coloured word."""
        return run.state, run.get_state_display()

    @display(description=_("people"))
    def people(self, run: ImportRun) -> str:
        """What the file brings in one line."""
        named = [f"{run.counts[key]} {label}" for key, label in pages.OUTCOMES.items() if run.counts.get(key)]
        return " · ".join(named) or "–"

    def get_urls(self) -> list:
        """The doors of a file beside the list and the form."""
        guard = self.admin_site.admin_view
        mine = [
            path(f"<int:pk>/{door.route}", guard(door.guarded), name=f"contacts_importrun_{door.name}")
            for door in DOORS
        ]
        known = path("known/", guard(self.known_view), name="contacts_importrun_known")
        return [known, *mine, *super().get_urls()]

    def known_view(self, request: HttpRequest) -> HttpResponse:
        """Whether a file was sent before."""
        return sending.known(request) if self.has_add_permission(request) else not_here(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """The list for staff; a partner's own page for partners."""
        if request.user.has_perm(SENDS) and not request.user.has_perm("contacts.view_importrun"):
            return mine.mine(request)
        return super().changelist_view(request, {"title": _("Files from partners"), **(extra_context or {})})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None) -> HttpResponse:
        """Send a file."""
        return sending.send(request) if self.has_add_permission(request) else not_here(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponseBase:
        """The page of a file."""
        run = run_of(request, object_id)
        return not_here(request) if run is None else review.show(request, run)
