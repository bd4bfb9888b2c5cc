"""The list at the door: who came, on a phone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from crm.doors import back_office, page
from crm.errors import Refused
from engagement.actions import add_walk_in, mark_attendance
from engagement.forms import WalkInForm
from engagement.models import Event, Registration

may_mark = back_office("engagement.change_registration")


@may_mark
@require_GET
def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody on the list of an event, with one tap for who came."""
    event = get_object_or_404(Event, pk=pk)
    return _list(request, event, WalkInForm())


@may_mark
@require_POST
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down, or take back, that somebody came; answers the row anew."""
    registration = get_object_or_404(Registration.objects.select_related("event", "stakeholder"), pk=pk)
    refused = ""
    try:
        registration = mark_attendance(registration, _state(request), by=request.user)
    except Refused as reason:
        refused = str(reason)
    if not request.headers.get("HX-Request"):
        return redirect("engagement:attendance", pk=registration.event_id)
    context = {"registration": registration, "refused": refused, **counts(registration.event), "swap": True}
    return render(request, "engagement/_attendance_row.html", context)


@may_mark
@require_POST
def walk_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Add somebody who came without registering."""
    event = get_object_or_404(Event, pk=pk)
    form = WalkInForm(request.POST)
    if not form.is_valid():
        return _list(request, event, form, status=422)
    try:
        add_walk_in(event, **form.person(), by=request.user)
    except Refused as reason:
        form.add_error(None, str(reason))
        return _list(request, event, form, status=409)
    return redirect("engagement:attendance", pk=pk)


def counts(event: Event) -> dict[str, object]:
    """How many came, and how many of the list are still awaited."""
    states = list(event.registrations.values_list("state", flat=True))
    return {
        "event": event,
        "came": states.count(Registration.State.ATTENDED),
        "expected": states.count(Registration.State.REGISTERED),
        "no_show": states.count(Registration.State.NO_SHOW),
        "waiting": states.count(Registration.State.WAITLISTED),
    }


def _list(request: HttpRequest, event: Event, form: WalkInForm, status: int = 200) -> HttpResponse:
    listed = event.registrations.exclude(state=Registration.State.CANCELLED).select_related("stakeholder")
    context = {
        "rows": listed.order_by("stakeholder__last_name", "stakeholder__name", "pk"),
        "form": form,
        "title": event.title,
        **counts(event),
    }
    return page(request, "engagement/attendance.html", context, status=status)


def _state(request: HttpRequest) -> str:
    wanted = request.POST.get("state", "")
    allowed = {Registration.State.ATTENDED, Registration.State.NO_SHOW, Registration.State.REGISTERED}
    return wanted if wanted in allowed else Registration.State.ATTENDED
