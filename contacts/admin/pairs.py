"""Pairs that may be one: the list, the surest first, and the two things a person can say about each."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from contacts.admin.merging import just_merged
from contacts.identity.counting import count_open, forget_count, in_short
from contacts.identity.deciding import dismiss, undismiss
from contacts.identity.pages import pairs_of
from contacts.identity.querysets import Place
from contacts.identity.reasons import ASKED
from contacts.models import DuplicateCandidate, Sketch
from contacts.tasks import find_duplicates
from crm.bell import ring
from crm.doors import page

PER_PAGE = 20
LIST = "admin:contacts_duplicatecandidate_changelist"
VIEW, DECIDE = "contacts.view_stakeholder", "contacts.change_stakeholder"


@admin.register(DuplicateCandidate)
class DuplicateCandidateAdmin(ModelAdmin):
    """A pair is never added, edited or deleted here: it is found, and decided about."""

    def get_urls(self) -> list:
        """The list and its two buttons."""
        guard = self.admin_site.admin_view
        return [
            path("", guard(self.changelist_view), name="contacts_duplicatecandidate_changelist"),
            path("now/", guard(require_POST(self.scan_view)), name="contacts_duplicatecandidate_scan"),
            path("<int:pk>/two/", guard(require_POST(self.dismiss_view)), name="contacts_duplicatecandidate_dismiss"),
            path("<int:pk>/again/", guard(require_POST(self.undo_view)), name="contacts_duplicatecandidate_undo"),
        ]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who sees the book sees its pairs."""
        return request.user.has_perm(VIEW)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Pairs are found, not written."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """The pairs, the surest first, narrowed by a reason or to those that are not so sure or decided already."""
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        asked = _Asked(request)
        rows = list(asked.pairs().select_related("one", "other", "decided_by").after(asked.place)[: PER_PAGE + 1])
        shown = pairs_of(rows[:PER_PAGE])
        forget_count()
        waiting = count_open()
        context = {
            "title": _("In the book twice?"),
            "pairs": shown,
            "asked": asked,
            "next": asked.link(after=Place(rows[PER_PAGE - 1].score, rows[PER_PAGE - 1].pk))
            if len(rows) > PER_PAGE
            else "",
            "open": waiting,
            "waiting": in_short(waiting),
            "was_scanned": bool(shown) or Sketch.objects.exists(),
            "may_decide": request.user.has_perm(DECIDE),
            "undo": _undo(request),
            "just_merged": just_merged(request) if request.user.has_perm(DECIDE) else None,
        }
        return page(request, "contacts/pairs.html", context)

    def dismiss_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """They are two different ones."""
        dismiss(_candidate(request, pk), by=request.user)
        return _back(request, undo=pk)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """It was a slip."""
        undismiss(_candidate(request, pk), by=request.user)
        messages.success(request, _("Undone: the pair is in the list again."))
        return _back(request)

    def scan_view(self, request: HttpRequest) -> HttpResponse:
        """Do not wait for the night."""
        if not request.user.has_perm(DECIDE):
            raise PermissionDenied
        ring(find_duplicates.name)
        messages.success(
            request, _("The house is looking. Pairs appear here as they are found; you may leave this page.")
        )
        return redirect(LIST)

    class Media:
        css = {"all": ["contacts/pairs.css"]}


class _Asked:
    """What of the list was asked for, as its address says."""

    def __init__(self, request: HttpRequest) -> None:
        self.user = request.user
        self.reason = request.GET.get("because", "") if request.GET.get("because", "") in ASKED else ""
        self.show = request.GET.get("show", "") if request.GET.get("show") in ("possible", "dismissed") else ""
        self.place = Place.read(request.GET.get("after", ""))

    def pairs(self) -> Any:
        """The pairs that fit."""
        found = DuplicateCandidate.objects.visible_to(self.user)
        found = found.dismissed() if self.show == "dismissed" else found.open()
        found = found.likely() if not self.show else found
        return found.because(self.reason) if self.reason else found

    def link(self, **changes: object) -> str:
        """The address of the list with something else asked."""
        said = {"because": self.reason, "show": self.show} | changes
        return f"{reverse(LIST)}?{urlencode({key: str(value) for key, value in said.items() if value})}".rstrip("?")

    @property
    def here(self) -> str:
        """The address of just what is shown."""
        return self.link(after=self.place or "")

    @property
    def reasons(self) -> list[tuple[str, str, bool]]:
        """Each reason with its link, and whether it is asked for."""
        every = [(_("all reasons"), self.link(because=""), not self.reason)]
        return every + [(str(words), self.link(because=code), code == self.reason) for code, words in ASKED.items()]

    @property
    def shows(self) -> list[tuple[str, str, bool]]:
        """Which pairs, each with its link, and whether it is asked for."""
        words = {"": _("Likely"), "possible": _("Also the less likely"), "dismissed": _("Said to be two")}
        return [(text, self.link(show=key), key == self.show) for key, text in words.items()]


def _candidate(request: HttpRequest, pk: int) -> DuplicateCandidate:
    if not request.user.has_perm(DECIDE):
        raise PermissionDenied
    return get_object_or_404(DuplicateCandidate.objects.visible_to(request.user), pk=pk)


def _undo(request: HttpRequest) -> DuplicateCandidate | None:
    """The pair that was just dismissed, as long as it still is."""
    pk = request.GET.get("undo", "")
    if not pk.isascii() or not pk.isdigit():
        return None
    found = DuplicateCandidate.objects.visible_to(request.user).dismissed()
    return found.select_related("one", "other").filter(pk=pk[:18]).first()


def _back(request: HttpRequest, undo: int | None = None) -> HttpResponse:
    """Back to where the button was pressed."""
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse(LIST)
    if undo is None:
        return redirect(back)
    return redirect(f"{back}{'&' if '?' in back else '?'}undo={undo}")
