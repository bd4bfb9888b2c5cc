"""How far a piece of long work is: a page, and the fragment it asks for every second."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers

from crm.doors import back_office, page
from crm.models import Job

ENDED = "job-ended"
"""What the page hears when the work is over; a page with more on it than the work can then show what came of it."""


@back_office()
def job(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The page of one job; htmx gets only the part that moves."""
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if request.headers.get("HX-Request"):
        response = render(request, "crm/_job.html", {"job": found})
        if not found.is_open:
            response["HX-Trigger"] = ENDED
    else:
        response = page(request, "crm/job.html", {"job": found, "title": found.label})
    patch_vary_headers(response, ["HX-Request"])
    return response
