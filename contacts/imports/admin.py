"""The back office's doors to imports: send a file, look at what it would do, save it, see what came of it."""

from django.contrib import admin, messages
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from contacts.imports import pages
from contacts.imports.actions import State, check_import, partner_named, receive_file
from contacts.imports.asking import AT_ONCE, ask_for_check, ask_for_commit
from contacts.imports.errors import Unreadable
from contacts.imports.forms import UploadForm
from contacts.imports.models import ImportRun, Partner
from contacts.imports.rejected import rejected_csv
from contacts.tasks import check_received_file, commit_received_file
from crm.bell import ring
from crm.doors import page
from crm.errors import Refused
from crm.models import User
from crm.roles import PARTNER

SENDS = "crm.send_own_files"


@admin.register(ImportRun)
class ImportRunAdmin(ModelAdmin):
    """Files of partners: staff see all, partners their own."""

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
        """The doors of a run beside the list and the form."""
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/save/", guard(require_POST(self.save_view)), name="contacts_importrun_save"),
            path("<int:pk>/rejected.csv", guard(self.rejected_view), name="contacts_importrun_rejected"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None) -> HttpResponse:
        """Send a file; a small one is checked while its sender waits."""
        if not self.has_add_permission(request):
            return self._not_here(request)
        form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
        if request.method == "POST" and form.is_valid():
            try:
                return self._to(self._receive(request, form))
            except Refused as refusal:
                form.add_error("file", str(refusal))
        return page(request, "contacts/imports/upload.html", {"title": _now("Send a file"), "form": form})

    def _receive(self, request: HttpRequest, form: UploadForm) -> ImportRun:
        facts = form.cleaned_data
        partner = facts["partner"] or partner_named(facts["new_partner"])
        run = receive_file(
            facts["file"], partner=partner, topics=facts["topics"], wording=facts["wording"], by=request.user
        )
        if run.size <= AT_ONCE:
            self._check_now(run)
        else:
            ask_for_check(run, by=request.user)
            ring(check_received_file.name, run.pk)
        return run

    def _check_now(self, run: ImportRun) -> None:
        """The page of the run says it when the file was refused."""
        try:
            check_import(run)
        except Unreadable:
            run.refresh_from_db()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """What a file would do, is doing or did."""
        run = self._run(request, object_id)
        if run is None:
            return self._not_here(request)
        reads_book = request.user.has_perm("contacts.view_stakeholder")
        context = {
            "title": f"“{run.original_name}”",
            "run": run,
            "job": run.job,
            "slices": pages.slices(run),
            "rows": sum(run.counts.values()),
            "columns": pages.columns_of(run),
            "changes": pages.changes_of(run) if reads_book else [],
            "troubled": pages.troubled_rows(run),
            "more_troubled": max(0, _troubled(run) - pages.SHOWN_ROWS),
            "twin": pages.twin_of(run, self.get_queryset(request)),
            "may_save": request.user.has_perm("contacts.change_importrun"),
            "working": run.state in (State.CHECKING, State.COMMITTING),
        }
        return page(request, "contacts/imports/run.html", context)

    def save_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save a checked file in the background."""
        run = self._run(request, pk)
        if run is None or not request.user.has_perm("contacts.change_importrun"):
            return self._not_here(request)
        try:
            ask_for_commit(run, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            ring(commit_received_file.name, run.pk)
        return self._to(run)

    def rejected_view(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        """The rows that were not taken, as a file in the sender's own columns."""
        run = get_object_or_404(self.get_queryset(request), pk=pk)
        answer = StreamingHttpResponse(rejected_csv(run), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="rejected-{run.pk}.csv"'
        return answer

    def _run(self, request: HttpRequest, pk: object) -> ImportRun | None:
        if not str(pk).isdigit():
            return None
        return self.get_queryset(request).select_related("partner", "job", "by").filter(pk=pk).first()

    def _to(self, run: ImportRun) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:contacts_importrun_change", args=[run.pk]))

    def _not_here(self, request: HttpRequest) -> HttpResponse:
        return self._get_obj_does_not_exist_redirect(request, self.opts, "")


def _troubled(run: ImportRun) -> int:
    return run.counts.get("rejected", 0) + run.counts.get("ambiguous", 0)


@admin.register(Partner)
class PartnerAdmin(ModelAdmin):
    """Who sends files, and who of them may sign in and do it themselves."""

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
