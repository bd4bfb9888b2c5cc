"""Leave a list: a page with buttons, the one-click POST of mail programs, and the way back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from contacts import leaving
from contacts.actions import come_back, leave_all, leave_list
from contacts.identity.current import whoever_is_now
from contacts.leaving import LeaveLink
from contacts.models import Stakeholder, Topic
from contacts.views.frame import address_of, nobody_here, signed_page, speak_to

Reader = tuple[LeaveLink, Stakeholder | None, Topic | None]


@signed_page
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Which list this is, a button to leave it and one to leave everything; only they change anything."""
    link, stakeholder, topic = _who_leaves_what(token)
    if stakeholder is None or topic is None:
        return nobody_here(request)
    speak_to(request, stakeholder)
    if request.method != "POST":
        return render(request, "contacts/public/leave.html", _page(token, stakeholder, topic))
    if request.POST.get("what") == "everything":
        left = leave_all(stakeholder, origin=link.origin)
    else:
        left = leave_list(stakeholder, topic, origin=link.origin)
    left = left._replace(preferences=leaving.preferences_token_from(token))
    return redirect("contacts:left", leaving.come_back_token(left))


@csrf_exempt
@signed_page
@require_http_methods(["GET", "HEAD", "POST"])
def leave_one_click(request: HttpRequest, token: str) -> HttpResponse:
    """RFC 8058: the mail program posts, nothing else is needed; whoever opens the address gets the page."""
    if request.method != "POST":
        return leave(request, token)
    link, stakeholder, topic = _who_leaves_what(token)
    if request.POST.get("List-Unsubscribe") != "One-Click":
        return HttpResponse("List-Unsubscribe=One-Click is missing\n", status=400, content_type="text/plain")
    if stakeholder is not None and topic is not None:
        leave_list(stakeholder, topic, origin=link.origin, how="one-click")
    return HttpResponse("OK\n", content_type="text/plain")


@signed_page
@require_http_methods(["GET", "HEAD", "POST"])
def left(request: HttpRequest, token: str) -> HttpResponse:
    """What was left, and for an hour the button that takes it back."""
    what = leaving.read_come_back_token(token)
    stakeholder = whoever_is_now(what.stakeholder_id)
    if stakeholder is None:
        return nobody_here(request)
    speak_to(request, stakeholder)
    if request.method == "POST":
        come_back(stakeholder, what)
        return redirect("contacts:left", token)
    had = list(Topic.objects.filter(pk__in=what.had))
    back = stakeholder.consents.filter(topic__in=had, state="given", channel="email").count() if had else 0
    context = {
        "topic": Topic.objects.filter(pk=what.topic_id).first(),
        "had": had,
        "is_back": bool(had) and back == len(had),
        "token": token,
        "preferences": what.preferences,
    }
    return render(request, "contacts/public/left.html", context)


def _who_leaves_what(token: str) -> Reader:
    link = leaving.read_leave_token(token)
    return link, whoever_is_now(link.stakeholder_id), Topic.objects.filter(pk=link.topic_id).first()


def _page(token: str, stakeholder: Stakeholder, topic: Topic) -> dict:
    receives = stakeholder.consents.filter(topic=topic, state="given", channel="email").exists()
    return {
        "topic": topic,
        "token": token,
        "receives": receives,
        "address": address_of(stakeholder),
        "preferences": leaving.preferences_token_from(token),
    }
