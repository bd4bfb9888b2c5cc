"""Whoever was signed out while they filled in a form hears that it was not taken, and comes back to its page.

A session ends after some hours, or in another window. What is sent then leads to the sign-in page, and without a word
the file or the text that was sent would just be gone.
"""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _


class SignedOutMiddleware:
    """Says so on the sign-in page. A part of a page that asks by itself has the whole page go there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the answer through unless it leads a stranger to sign in."""
        answer = self.get_response(request)
        where = answer.get("Location", "")
        if urlsplit(where).path != reverse("admin:login") or request.user.is_authenticated:
            return answer
        if request.method == "POST":
            messages.warning(
                request, _("You were signed out meanwhile, and what you sent was not taken. Sign in and send it again.")
            )
        by_itself = bool(request.headers.get("HX-Request"))
        if request.method == "GET" and not by_itself:
            return answer
        to_sign_in = redirect_to_login(_came_from(request, where), reverse("admin:login"))
        if not by_itself:
            return to_sign_in
        whole = HttpResponse(status=204)
        whole["HX-Redirect"] = to_sign_in.url
        return whole


def _came_from(request: HttpRequest, where: str) -> str:
    """The page a form or a part of it stands on; a button's own address could not be opened after signing in."""
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if page and url_has_allowed_host_and_scheme(page, {request.get_host()}):
        parts = urlsplit(page)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return parse_qs(urlsplit(where).query).get(REDIRECT_FIELD_NAME, [reverse("admin:index")])[0]
