"""Sending a file."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from contacts.imports.actions import check_import, partner_named, receive_file
from contacts.imports.admin.doors import go_to
from contacts.imports.asking import AT_ONCE, ask_for_check
from contacts.imports.errors import Unreadable
from contacts.imports.forms import UploadForm
from contacts.imports.models import ImportRun
from contacts.tasks import check_received_file
from crm.bell import ring
from crm.doors import page, person
from crm.errors import Refused


def send(request: HttpRequest) -> HttpResponse:
    """The form; a small file is checked while its sender waits."""
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return go_to(_receive(request, form))
        except Refused as refusal:
            form.add_error("file", str(refusal))
    return page(request, "contacts/imports/upload.html", {"title": _("Send a file"), "form": form})


def _receive(request: HttpRequest, form: UploadForm) -> ImportRun:
    facts, sender = form.cleaned_data, person(request)
    partner = facts["partner"] or partner_named(facts["new_partner"])
    run = receive_file(facts["file"], partner=partner, topics=facts["topics"], wording=facts["wording"], by=sender)
    if run.size <= AT_ONCE:
        _check_now(run)
    else:
        ask_for_check(run, by=sender)
        ring(check_received_file.name, run.pk)
    return run


def _check_now(run: ImportRun) -> None:
    """The page of the run says it when the file was refused."""
    try:
        check_import(run)
    except Unreadable:
        run.refresh_from_db()
