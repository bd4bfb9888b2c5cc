"""Sending a file, and changing the terms on which it was sent."""

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from contacts.imports.actions import check_import, partner_named, receive_file
from contacts.imports.admin.doors import go_to
from contacts.imports.asking import AT_ONCE, ask_for_check
from contacts.imports.errors import Unreadable
from contacts.imports.forms import TermsForm, UploadForm, terms_of, usual_terms
from contacts.imports.keeping.periods import how_long
from contacts.imports.models import ImportRun, Partner
from contacts.imports.policy import change_terms, latest_of, may_change
from contacts.tasks import check_received_file
from crm.bell import ring
from crm.doors import page, person
from crm.errors import Refused
from crm.said import whole

A_SHA256 = re.compile(r"[0-9a-f]{64}")


def send(request: HttpRequest) -> HttpResponse:
    """The form, with the terms of the partner's last file; a small file is checked while its sender waits."""
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, user=person(request))
        if form.is_valid():
            try:
                return go_to(_receive(request, form))
            except Refused as refusal:
                form.add_error("file", str(refusal))
    else:
        form = _with_last_terms(request)
    fragment = request.headers.get("HX-Request") and request.method == "GET"
    if fragment:
        response = render(request, "contacts/imports/_terms.html", {"form": form})
    else:
        response = page(
            request, "contacts/imports/upload.html", {"title": _("Send a file"), "form": form, "kept": how_long()}
        )
    patch_vary_headers(response, ["HX-Request"])
    return response


def _with_last_terms(request: HttpRequest) -> UploadForm:
    """An empty form for the partner that is named, or for one's own."""
    mine = Partner.objects.visible_to(person(request))
    named = whole(request.GET.get("partner"))
    if named is not None:
        partner = mine.filter(pk=named).first()
    else:
        partner = None if person(request).has_perm("contacts.view_partner") else mine.first()
    last = latest_of(partner) if partner else None
    return UploadForm(initial={"partner": partner, **usual_terms(last)}, user=person(request))


def _receive(request: HttpRequest, form: UploadForm) -> ImportRun:
    facts, sender = form.cleaned_data, person(request)
    is_staff = sender.has_perm("contacts.add_importrun")
    run = receive_file(
        facts["file"],
        partner=facts["partner"] or partner_named(facts["new_partner"]),
        topics=facts["topics"],
        wording=facts["wording"],
        policy=form.chosen(),
        door=ImportRun.Door.OFFICE if is_staff else ImportRun.Door.PARTNER,
        by=sender,
    )
    look_into(run, by=sender)
    return run


def look_into(run: ImportRun, *, by) -> None:
    """Check a file: a small one at once, a large one in the background."""
    if run.size > AT_ONCE:
        ask_for_check(run, by=by)
        ring(check_received_file.name, run.pk)
        return
    try:
        check_import(run, by=by)
    except Unreadable:
        run.refresh_from_db()  # its page says why


def known(request: HttpRequest) -> HttpResponse:
    """Whether the file whose fingerprint (`sha256`) is asked for was sent before; said before it is sent again."""
    digest = request.GET.get("sha256", "")
    runs = ImportRun.objects.visible_to(person(request)).exclude(state=ImportRun.State.REMOVED)
    twin = runs.select_related("partner").filter(sha256=digest).first() if A_SHA256.fullmatch(digest) else None
    answer = render(request, "contacts/imports/_known.html", {"twin": twin})
    answer["X-CSRFToken"] = get_token(request)  # signing in meanwhile, in another window, made the form's own one old
    return answer


def terms(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Change what was chosen when the file was sent; then it is checked again."""
    if not may_change(run):
        messages.info(request, _("This file is being worked on or saved already; its choices stay as they are."))
        return go_to(run)
    of_this_file = {"consented_on": run.consented_on, "occasion": run.occasion}
    form = TermsForm(request.POST or None, initial=terms_of(run) | of_this_file, user=person(request))
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            change_terms(run, form.chosen(), topics=facts["topics"], wording=facts["wording"], by=person(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            look_into(run, by=person(request))
        return go_to(run)
    context = {"title": _("Choices for “%(file)s”") % {"file": run.original_name}, "form": form, "run": run}
    return page(request, "contacts/imports/terms.html", context)
