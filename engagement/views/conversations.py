"""Logging what was said around a table, on a phone, and reading it again."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.doors import back_office, page
from crm.errors import Refused
from engagement.actions import edit_gathering, log_gathering
from engagement.conversations.forms import Sheet
from engagement.conversations.people import find_people
from engagement.models import Edition, Gathering

ON_A_PAGE = 30

may_view = back_office("engagement.view_gathering")
may_log = back_office("engagement.add_gathering")
may_edit = back_office("engagement.change_gathering")


@may_view
@require_GET
def conversation_list(request: HttpRequest) -> HttpResponse:
    """The conversations the user keeps; all of them for staff."""
    found = Gathering.objects.visible_to(request.user).select_related("edition", "host", "organizer").with_counts()
    chosen = request.GET.get("edition", "")
    if chosen.isdecimal():
        found = found.filter(edition__year=int(chosen))
    context = {
        "title": _("Conversations"),
        "found": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")),
        "editions": Edition.objects.all(),
        "chosen": chosen,
    }
    return page(request, "engagement/conversations.html", context)


@may_view
@require_GET
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """One conversation to read: who sat there, what was said, who will do what."""
    gathering = get_object_or_404(_visible(request).select_related("edition", "host", "organizer"), pk=pk)
    context = {
        "title": str(gathering.edition),
        "gathering": gathering,
        "guests": gathering.participants.guests().select_related("stakeholder"),
        "notes": gathering.notes.select_related("prompt"),
        "commitments": gathering.commitments.select_related("strategy", "participant__stakeholder"),
    }
    return page(request, "engagement/conversation.html", context)


@may_log
@require_http_methods(["GET", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    """The sheet for a new conversation."""
    if not Edition.objects.exists():
        return page(request, "engagement/no_edition.html", {"title": _("Log a conversation")})
    return _fill_in(request, None)


@may_edit
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a conversation that is kept already."""
    return _fill_in(request, get_object_or_404(_visible(request).select_related("host", "edition"), pk=pk))


@may_log
@require_GET
def people(request: HttpRequest) -> JsonResponse:
    """Names that match what is being typed, of people the user may find."""
    found = find_people(request.user, request.GET.get("q", ""))
    return JsonResponse({"people": [{"id": pk, "name": name} for pk, name in found]})


def _visible(request: HttpRequest):
    return Gathering.objects.visible_to(request.user)


def _fill_in(request: HttpRequest, gathering: Gathering | None) -> HttpResponse:
    sheet = Sheet(user=request.user, data=request.POST or None, gathering=gathering)
    refused, saved = "", None
    if request.method == "POST" and sheet.is_valid():
        try:
            saved = _save(request, sheet, gathering)
        except Refused as reason:
            refused = str(reason)
    if saved:
        return _go_to(request, saved)
    status = 422 if request.method == "POST" else 200
    context = {
        "title": _("Change the conversation") if gathering else _("Log a conversation"),
        "sheet": sheet,
        "gathering": gathering,
        "refused": refused,
        "failed": status == 422,
    }
    return page(request, "engagement/log_conversation.html", context, status=status)


def _save(request: HttpRequest, sheet: Sheet, gathering: Gathering | None) -> Gathering:
    if gathering:
        return edit_gathering(gathering, sheet.conversation(), by=request.user)
    return log_gathering(sheet.conversation(), submission_key=sheet.submission_key, by=request.user)


def _go_to(request: HttpRequest, saved: Gathering) -> HttpResponse:
    """Scripts that sent the sheet learn where to go, so that they can forget the draft only then."""
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"url": saved.get_absolute_url()})
    return redirect(saved)
