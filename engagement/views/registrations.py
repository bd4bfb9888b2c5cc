"""What follows after registering: the result, one's own registration, giving the seat back."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from contacts.identity.current import row_now
from crm.errors import Refused
from crm.links import BadLink, read
from engagement.actions import cancel_registration, place_in_waitlist
from engagement.actions.letters import LINK_PURPOSE
from engagement.models import Registration

DONE_PURPOSE = "registration-done"
"""The link to the result: it tells how it went and can change nothing, unlike the one in the mail."""
DONE_FOR = timedelta(days=1)
OPEN_AFTER_THE_EVENT = timedelta(days=30)
REGISTRATIONS = "engagement.Registration.stakeholder"


@never_cache
@require_GET
def registered(request: HttpRequest, token: str) -> HttpResponse:
    """How it went: a seat, or a place in the waitlist."""
    pk, newsletter = _read(DONE_PURPOSE, token, max_age=DONE_FOR)
    return render(request, "engagement/registered.html", {**_about(_find(pk)), "newsletter": newsletter})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_registration(request: HttpRequest, token: str) -> HttpResponse:
    """The registration that the link in the mail is for; only the pressed button cancels it."""
    (pk,) = _read(LINK_PURPOSE, token)
    registration = _find(pk)
    if request.method != "POST":
        return render(request, "engagement/registration.html", _about(registration))
    try:
        cancel_registration(registration)
    except Refused as reason:
        registration.refresh_from_db()
        context = {**_about(registration), "refused": str(reason)}
        return render(request, "engagement/registration.html", context, status=409)
    return redirect(request.path)


def _read(purpose: str, token: str, max_age: timedelta | None = None) -> list:
    try:
        return read(purpose, token, max_age=max_age)
    except BadLink as bad:
        raise Http404 from bad


def _find(pk: int) -> Registration:
    known = Registration.objects.select_related("event", "stakeholder")
    registration = known.filter(pk=pk).first() or known.filter(pk=row_now(REGISTRATIONS, pk) or 0).first()
    if registration is None:
        raise Http404
    if registration.event.ends_at + OPEN_AFTER_THE_EVENT < timezone.now():
        raise Http404
    return registration


def _about(registration: Registration) -> dict[str, object]:
    event = registration.event
    active = registration.state in {Registration.State.REGISTERED, Registration.State.WAITLISTED}
    takes_place = event.state == event.State.PUBLISHED and not event.is_over
    return {
        "registration": registration,
        "event": event,
        "place": place_in_waitlist(registration),
        "can_cancel": active and takes_place,
    }
