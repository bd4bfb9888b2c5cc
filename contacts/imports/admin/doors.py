"""How the pages of one file let people in: the file is looked up among those they may see."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from contacts.imports.models import ImportRun
from crm.doors import person
from crm.said import whole

SENDS = "crm.send_own_files"
SAVES = "contacts.change_importrun"
READS_BOOK = "contacts.view_stakeholder"

LAST_LINE = 2**31 - 1
"""What the database takes for a line."""

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Door:
    """One page or button of a file: `admin:contacts_importrun_<name>` at `<file>/<route>`.

    `permission` is asked for beside the right to see the file; a `posts` door changes something.
    """

    name: str
    route: str
    view: View
    permission: str = ""
    posts: bool = False

    def open(self, request: HttpRequest, pk: int, **more: object) -> HttpResponseBase:
        """Answer who may see the file; others learn only that it is not there."""
        run = run_of(request, pk)
        if run is None:
            raise Http404
        if self.permission and not person(request).has_perm(self.permission):
            raise PermissionDenied
        return self.view(request, run, **more)

    @property
    def guarded(self) -> View:
        """The view for the URL table; what changes something answers a pressed button only."""
        return require_POST(self.open) if self.posts else self.open


def run_of(request: HttpRequest, pk: object) -> ImportRun | None:
    """The file with this number if the reader may see it."""
    if whole(pk) is None:
        return None
    seen = ImportRun.objects.visible_to(person(request))
    return seen.select_related("partner", "job", "by").filter(pk=pk).first()


def not_here(request: HttpRequest) -> HttpResponse:
    """Back to the first page, with a word about why."""
    messages.warning(request, _("This file is not here, or it is not yours to see."))
    return HttpResponseRedirect(reverse("admin:index"))


def line_said(text: str) -> int:
    """The line of a row that a page names; 0 for what is none."""
    return min(int(text), LAST_LINE) if text.isascii() and text.isdigit() and len(text) < 11 else 0


def address_of(run: ImportRun, door: str = "change", *more: object) -> str:
    """Where a door of a file is."""
    return reverse(f"admin:contacts_importrun_{door}", args=[run.pk, *more])


def go_to(run: ImportRun, door: str = "change") -> HttpResponseRedirect:
    """On to a page of the file."""
    return HttpResponseRedirect(address_of(run, door))
