"""What the members' pages share: the reader's language, links that do not open, addresses half hidden."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache

from contacts.forms.preferences import LinkForm
from contacts.models import Stakeholder
from crm.links import BadLink

View = Callable[..., HttpResponse]


def signed_page(view: View) -> View:
    """A page behind a signed link: never kept by caches, and a link that does not open is answered kindly."""

    @never_cache
    @wraps(view)
    def kind(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except BadLink as reason:
            return link_does_not_open(request, str(reason))

    return kind


def link_does_not_open(request: HttpRequest, reason: str) -> HttpResponse:
    """Say why, and how to leave or change everything anyway."""
    return render(request, "contacts/public/bad_link.html", {"reason": reason, "form": LinkForm()}, status=404)


def nobody_here(request: HttpRequest) -> HttpResponse:
    """The person of this link is no longer in the book, so nothing is sent to them."""
    return render(request, "contacts/public/nobody.html", status=410)


def speak_to(request: HttpRequest, stakeholder: Stakeholder) -> None:
    """Answer in the language the person chose for their mails, unless they chose one on the site."""
    speak_in(request, stakeholder.language)


def speak_in(request: HttpRequest, language: str) -> None:
    """Answer in `language`, that of the mail the reader comes from, unless they chose one on the site."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(language)
        request.LANGUAGE_CODE = language


def half_hidden(address: str) -> str:
    """An address its owner recognises and nobody else can read: “m•••@example.org”."""
    local, _at, domain = address.partition("@")
    return f"{local[:1]}•••@{domain}"


def address_of(stakeholder: Stakeholder) -> str:
    """The main e-mail address of somebody, half hidden; empty when there is none."""
    point = stakeholder.contact_points.emails().order_by("-is_primary", "pk").first()
    return half_hidden(point.value) if point else ""
