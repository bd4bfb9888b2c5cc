"""The public pages of events: the list, one event with its form, the calendar file."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from contacts.actions.joining import ask_to_join
from contacts.models import Topic
from crm.errors import Refused
from crm.limits import too_often
from crm.links import sign
from engagement.actions import AlreadyRegistered, free_seats, register
from engagement.calendar import CONTENT_TYPE, event_calendar
from engagement.forms import NEWSLETTER_WORDING, RegistrationForm
from engagement.models import Event
from engagement.views.registrations import DONE_PURPOSE

TRIES, PER_SECONDS = 30, 600
PAST_ON_A_PAGE = 12


@require_GET
def event_list(request: HttpRequest) -> HttpResponse:
    """What is coming, and the latest of what was."""
    published = Event.objects.published()
    page = Paginator(published.past(), PAST_ON_A_PAGE).get_page(request.GET.get("page"))
    upcoming = published.upcoming().with_counts() if page.number == 1 else []
    return render(request, "engagement/events.html", {"upcoming": upcoming, "past": page})


@require_http_methods(["GET", "HEAD", "POST"])
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """One event; POST registers whoever filled in the form."""
    found = get_object_or_404(Event.objects.published(), slug=slug)
    form = RegistrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = _register(request, found, form)
        if answer:
            return answer
    return _event_page(request, found, form)


@require_GET
def event_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The event as a calendar file."""
    found = get_object_or_404(Event.objects.published(), slug=slug)
    content = event_calendar(found, language=get_language() or "en")
    headers = {"Content-Disposition": f'attachment; filename="{found.slug}.ics"'}
    return HttpResponse(content, content_type=f"{CONTENT_TYPE}; charset=utf-8", headers=headers)


def _event_page(request: HttpRequest, found: Event, form: RegistrationForm) -> HttpResponse:
    left = free_seats(found)
    waiting = found.registrations.waiting().count() if left == 0 else 0
    context = {
        "event": found,
        "form": form,
        "left": left,
        "waiting": waiting,
        "next_place": waiting + 1,
        "open": found.state == Event.State.PUBLISHED and not found.is_over and (left != 0 or found.waitlist),
    }
    return render(request, "engagement/event.html", context, status=422 if form.errors else 200)


def _register(request: HttpRequest, found: Event, form: RegistrationForm) -> HttpResponse | None:
    if form.is_from_a_robot or too_often(request, "register", limit=TRIES, seconds=PER_SECONDS):
        form.add_error(None, _("That went too fast for us. Nothing is lost: wait a few minutes and press again."))
        return None
    try:
        registration = register(found, **form.person(), language=get_language() or "en")
    except AlreadyRegistered as known:
        registration = known.registration
    except Refused as reason:
        form.add_error(None, str(reason))
        return None
    asked = form.cleaned_data["newsletter"]
    if asked:
        _ask_for_the_newsletter(form)
    return redirect("engagement:registered", token=sign(DONE_PURPOSE, [registration.pk, asked]))


def _ask_for_the_newsletter(form: RegistrationForm) -> None:
    """Registering is not consent: a mail asks the owner of the address, and only its button is a yes."""
    language = get_language() or "en"
    ask_to_join(
        **form.person(),
        language=language,
        topics=Topic.objects.filter(slug="newsletter"),
        wording=str(NEWSLETTER_WORDING),
        wording_language=language,
    )
