"""Questions of a file, shown with how it begins when it is read one way or the other; the answer reads it again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from contacts.imports.admin.doors import go_to
from contacts.imports.admin.sending import look_into
from contacts.imports.models import ImportRun
from contacts.imports.questions import KEYS, answer_import
from crm.doors import person
from crm.errors import Refused


def answer(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Keep how the file is meant and check it again; an empty answer lets it ask once more."""
    said = {key: request.POST[key][:80] for key in KEYS if key in request.POST}
    try:
        look_into(answer_import(run, said, by=person(request)), by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return go_to(run)
