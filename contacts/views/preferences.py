"""Somebody's own preferences behind the link from a mail, and the form that asks for such a link."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts import leaving
from contacts.actions import change_preferences, leave_all, send_preferences_link, send_privacy_request
from contacts.forms.preferences import LinkForm, PreferencesForm
from contacts.identity.current import whoever_is_now
from contacts.models import Stakeholder, Suppression
from contacts.views.frame import address_of, nobody_here, signed_page, speak_to
from contacts.wording import consent_wording
from crm.limits import too_often, too_often_for

LINKS_AN_HOUR = 3
"""Mails with a link to one address, whoever asks."""
ASKS_AN_HOUR = 40
"""Requests for a link from one network address."""


@signed_page
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """See and change what one receives and what is known; what was typed stays when something is wrong."""
    stakeholder = _whose(token)
    if stakeholder is None:
        return nobody_here(request)
    speak_to(request, stakeholder)
    form = PreferencesForm(stakeholder, request.POST if request.method == "POST" else None)
    if form.is_valid():
        change_preferences(
            stakeholder, **form.answers(), wording=consent_wording(), wording_language=get_language() or "en"
        )
        messages.success(request, _("Saved. This is how it stands now."))
        return redirect("contacts:preferences", token)
    context = {
        "form": form,
        "token": token,
        "wording": consent_wording(),
        "address": address_of(stakeholder),
        "closed": _closed(stakeholder),
    }
    return render(request, "contacts/public/preferences.html", context)


@signed_page
@require_POST
def preferences_leave(request: HttpRequest, token: str) -> HttpResponse:
    """Leave everything from the preferences page."""
    stakeholder = _whose(token)
    if stakeholder is None:
        return nobody_here(request)
    left = leave_all(stakeholder, origin="preferences page")
    return redirect("contacts:left", leaving.come_back_token(left._replace(preferences=token)))


@signed_page
@require_POST
def preferences_ask(request: HttpRequest, token: str) -> HttpResponse:
    """Ask staff for one's data, or to be erased."""
    stakeholder = _whose(token)
    if stakeholder is None:
        return nobody_here(request)
    speak_to(request, stakeholder)
    kind = "erase" if request.POST.get("kind") == "erase" else "data"
    send_privacy_request(stakeholder, kind)
    return render(request, "contacts/public/asked.html", {"kind": kind, "token": token})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences_link(request: HttpRequest) -> HttpResponse:
    """Enter an address, get a fresh link by mail; the answer is the same whether we know it or not."""
    form = LinkForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "contacts/public/link_form.html", {"form": form})
    address = form.cleaned_data["email"].lower()
    flooded = too_often(request, "link", limit=ASKS_AN_HOUR, seconds=3600)
    if not flooded and not too_often_for(address, "link-to", limit=LINKS_AN_HOUR, seconds=3600):
        send_preferences_link(address)
    return redirect("contacts:preferences-link-sent")


@require_GET
def preferences_link_sent(request: HttpRequest) -> HttpResponse:
    """Check your inbox."""
    return render(request, "contacts/public/link_sent.html")


def _whose(token: str) -> Stakeholder | None:
    return whoever_is_now(leaving.read_preferences_token(token))


def _closed(stakeholder: Stakeholder) -> bool:
    """Whether every address is closed for a reason that only staff can settle."""
    prints = list(stakeholder.contact_points.emails().values_list("fingerprint", flat=True))
    shut = Suppression.objects.filter(fingerprint__in=prints, channel="email")
    graver = shut.exclude(reason=Suppression.Reason.UNSUBSCRIBED)
    return bool(prints) and graver.count() == len(prints)
