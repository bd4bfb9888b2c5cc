"""Lists to take along: ask for one, see how far it is, open the file."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.actions.exports import ask_for_export, call_off_export
from crm.doors import back_office, page, person
from crm.errors import Refused
from crm.exports.asking import ExportForm, ask_page, tidy_question
from crm.exports.registry import EXPORTS, MAY_EXPORT, Question
from crm.models import Export

PER_PAGE = 25
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@back_office(MAY_EXPORT)
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """The lists one took along; htmx gets only the part that moves. Who reads the history may see everybody's."""
    user = person(request)
    everybody = "all" in request.GET and user.has_perm("crm.view_history")
    mine = Export.objects.visible_to(user) if everybody else Export.objects.filter(by=user)
    shown = Paginator(mine.select_related("job", "by"), PER_PAGE).get_page(request.GET.get("p"))
    context = {"shown": shown, "everybody": everybody, "working": any(export.is_open for export in shown)}
    if request.headers.get("HX-Request"):
        response = render(request, "crm/_exports.html", context)
    else:
        context |= {"title": _("Lists taken along") if everybody else _("Your exports")}
        context |= {"may_see_all": user.has_perm("crm.view_history")}
        response = page(request, "crm/exports.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@back_office(MAY_EXPORT)
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for a list as a file: all that the list shows (its address), some chosen by hand, or a segment."""
    _let_in(request, key)
    question = _question(request)
    form = ExportForm(request.POST if "format" in request.POST else None)
    if form.is_valid():
        try:
            ask_for_export(key, question=question, format=form.cleaned_data["format"], by=person(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("crm:exports")
    return ask_page(request, key, question, form)


@back_office(MAY_EXPORT)
@require_POST
def call_off(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop a file that is not ready."""
    user = person(request)
    try:
        call_off_export(get_object_or_404(Export, pk=pk, by=user), by=user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("crm:exports")


@back_office(MAY_EXPORT)
@require_safe
def file(request: HttpRequest, pk: uuid.UUID) -> Any:
    """The file, for the person who asked, as long as it is there and they may still have it."""
    user = person(request)
    export = get_object_or_404(Export, pk=pk)
    wanted = EXPORTS.get(export.key)
    if wanted is None or not wanted.is_for(user):
        raise PermissionDenied
    if export.by_id != user.pk:
        messages.error(request, _("This file opens for nobody but the person who asked for it. Export the list anew."))
        return redirect("crm:exports")
    if not export.is_there:
        messages.error(request, _("This file is not here any more. Export the list again."))
        return redirect("crm:exports")
    try:
        content = export.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    day = timezone.localdate(export.finished_at)
    answer = FileResponse(content, as_attachment=True, filename=f"{export.key}-{day}.{export.format}")
    answer["Content-Type"] = CONTENT_TYPES[export.format]
    answer["Cache-Control"] = "private, no-store"
    return answer


def _let_in(request: HttpRequest, key: str) -> None:
    wanted = EXPORTS.get(key)
    if wanted is None:
        raise Http404
    if not wanted.is_for(person(request)):
        raise PermissionDenied


def _question(request: HttpRequest) -> Question:
    """What the form carries on, else what the address says: `?segment=3`, or the address of a list."""
    if "question" in request.POST:
        return tidy_question(request.POST["question"])
    if "segment" in request.GET:
        return {"segment": request.GET["segment"]}
    return {"list": request.GET.urlencode()}
