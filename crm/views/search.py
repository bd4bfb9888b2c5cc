"""One box that finds everything: a page, and the list inside the palette."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from crm.doors import back_office, page, person
from crm.searches import search_everything


@back_office()
def search(request: HttpRequest) -> HttpResponse:
    """What the words in `s` find for who is signed in."""
    words = request.GET.get("s", "").strip()
    hits = search_everything(words, person(request))
    if request.headers.get("HX-Request"):
        response = render(request, "crm/_palette.html", {"hits": hits, "words": words})
    else:
        found = [(kind, list(group)) for kind, group in groupby(hits, key=lambda hit: hit.kind)]
        context = {"title": _("Search"), "words": words, "found": found}
        response = page(request, "crm/search.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
