"""The join form, and the page of the link that confirms it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from contacts.actions import ask_to_join, confirm_join
from contacts.actions.letters import may_be_written_to
from contacts.forms.joining import JoinForm
from contacts.leaving import preferences_token, read_confirm_token
from contacts.models import JoinRequest, Topic
from contacts.views.frame import half_hidden, speak_in
from contacts.wording import consent_wording
from crm.limits import too_often
from crm.links import BadLink

JOINS_AN_HOUR = 40
"""From one network address: a library or a church hall signs up a room full of people."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Become a member: the form, kept as it was typed when something is missing."""
    if request.method != "POST":
        form = JoinForm(initial=_suggested(request))
        return render(request, "contacts/public/join.html", {"form": form, "wording": consent_wording()})
    form = JoinForm(request.POST)
    status = 200
    if form.is_valid():
        if form.is_from_a_program:
            return redirect("contacts:join-sent")
        if not too_often(request, "join", limit=JOINS_AN_HOUR, seconds=3600):
            ask_to_join(**form.answers(), wording=consent_wording(), wording_language=get_language() or "en")
            return redirect("contacts:join-sent")
        form.add_error(None, _("Many people joined from here within the hour. Please press the button again later."))
        status = 429
    return render(request, "contacts/public/join.html", {"form": form, "wording": consent_wording()}, status=status)


def _suggested(request: HttpRequest) -> dict:
    """The page's language, and the topic that a link such as “host a table” leads here for."""
    wanted = request.GET.get("topic")
    topics = [topic for topic in Topic.objects.filter(public=True) if topic.slug == wanted] if wanted else []
    return {"language": get_language() or "en", "topics": topics}


@require_GET
def join_sent(request: HttpRequest) -> HttpResponse:
    """Check your inbox: the same answer whoever joined."""
    return render(request, "contacts/public/join_sent.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """One button to confirm; after it, the welcome. Opening the page confirms nothing."""
    try:
        asked = JoinRequest.objects.select_related("stakeholder").get(pk=read_confirm_token(token))
    except (BadLink, JoinRequest.DoesNotExist):
        return render(request, "contacts/public/confirm_gone.html", status=404)
    speak_in(request, asked.language)
    if request.method == "POST":
        confirm_join(asked)
        return redirect("contacts:confirm", token)
    context = {"asked": asked, "topics": asked.topics.all(), "address": half_hidden(asked.email)}
    if asked.stakeholder is None:
        return render(request, "contacts/public/confirm.html", context)
    context["preferences"] = preferences_token(asked.stakeholder.pk)
    context["reachable"] = may_be_written_to(asked.email)
    return render(request, "contacts/public/welcome.html", context)
