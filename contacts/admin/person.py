"""The page about one stakeholder and what staff can do on it; every deed is one verb."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from contacts.actions import (
    erase_person,
    export_person,
    give_consent,
    lift_suppression,
    suppress,
    tag_stakeholders,
    undo_withdrawal,
    untag_stakeholders,
    withdraw_consent,
)
from contacts.admin.about import about
from contacts.admin.forms import AllowForm, StopForm, SubscribeForm, TagForm, TopicForm
from contacts.admin.merging import just_merged
from contacts.identity.current import current_id
from contacts.models import ConsentEvent, Stakeholder, Suppression, Tag
from crm.doors import page
from crm.errors import Refused
from crm.models import User
from crm.panels import panels_for
from crm.said import whole

AT_THE_DESK = "written down by staff"
Deed = Callable[[HttpRequest, Stakeholder, dict[str, Any]], str]


def find(request: HttpRequest, pk: Any) -> Stakeholder:
    """The stakeholder, if this user may see them; for one who was merged, who they are now."""
    if whole(pk) is None:
        raise Http404
    seen = Stakeholder.objects.visible_to(request.user)
    return seen.filter(pk=pk).first() or get_object_or_404(seen, pk=current_id(int(pk)))


def has_moved(pk: Any) -> bool:
    """Whether this number is that of somebody who was merged."""
    number = whole(pk)
    return number is not None and current_id(number) != number


def page_view(request: HttpRequest, pk: Any) -> HttpResponse:
    """The page."""
    if not request.user.has_perm("contacts.view_stakeholder"):
        raise PermissionDenied
    person = find(request, pk)
    if person.pk != int(pk):
        return redirect("admin:contacts_stakeholder_change", person.pk)
    user = cast(User, request.user)
    context = about(person, user) | {"just_merged": just_merged(request, person)}
    context["panels"] = [
        (panel.title, render_to_string(panel.template, panel.context, request)) for panel in panels_for(person.pk, user)
    ]
    return page(request, "contacts/person.html", context)


class NothingToSend(forms.Form):
    """A deed that needs no more than its button."""


def deed(permission: str, form_class: type[forms.Form] = NothingToSend) -> Callable[[Deed], Callable]:
    """A door for one button of the page: checks who may, reads the form, does it, says so, goes back."""

    def decorate(do: Deed) -> Callable:
        @require_POST
        @wraps(do)
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            person = find(request, pk)
            form = form_class(request.POST)
            if not form.is_valid():
                messages.error(request, _("Something was missing; nothing was changed."))
                return redirect("admin:contacts_stakeholder_change", person.pk)
            try:
                messages.success(request, do(request, person, form.cleaned_data))
            except Refused as refusal:
                messages.error(request, str(refusal))
            return redirect("admin:contacts_stakeholder_change", person.pk)

        return view

    return decorate


@deed("contacts.add_consentevent", SubscribeForm)
def subscribe(request: HttpRequest, person: Stakeholder, said: dict[str, Any]) -> str:
    """They said yes to a topic, and this is how."""
    give_consent(
        person,
        said["topic"],
        source=AT_THE_DESK,
        wording=said["note"],
        language=person.language,
        evidence={"note": said["note"]},
        by=request.user,
    )
    return _("%(name)s gets “%(topic)s” from now on.") % {"name": person, "topic": said["topic"]}


@deed("contacts.add_consentevent", TopicForm)
def take_off(request: HttpRequest, person: Stakeholder, said: dict[str, Any]) -> str:
    """They do not want a topic any more."""
    withdraw_consent(person, said["topic"], source=AT_THE_DESK, by=request.user)
    return _("%(name)s no longer gets “%(topic)s”.") % {"name": person, "topic": said["topic"]}


class UndoForm(forms.Form):
    """The leaving that was a slip."""

    event = forms.ModelChoiceField(ConsentEvent.objects.all())


@deed("contacts.add_consentevent", UndoForm)
def undo(request: HttpRequest, person: Stakeholder, said: dict[str, Any]) -> str:
    """Taking somebody off a topic was a slip."""
    if said["event"].stakeholder_id != person.pk:
        raise PermissionDenied
    undo_withdrawal(said["event"], by=request.user)
    return _("Undone: %(name)s gets “%(topic)s” as before.") % {"name": person, "topic": said["event"].topic}


@deed("contacts.add_suppression", StopForm)
def stop(request: HttpRequest, person: Stakeholder, said: dict[str, Any]) -> str:
    """An address of theirs must not be mailed."""
    if said["point"].stakeholder_id != person.pk:
        raise PermissionDenied
    reason = Suppression.Reason.MANUAL
    suppress(said["point"].value, reason=reason, source=AT_THE_DESK, note=said["note"], by=request.user)
    return _("%(address)s is not mailed any more.") % {"address": said["point"]}


@deed("contacts.delete_suppression", AllowForm)
def allow(request: HttpRequest, person: Stakeholder, said: dict[str, Any]) -> str:
    """An address of theirs may be mailed again, for a reason."""
    address = str(said["suppression"])
    if not person.contact_points.filter(fingerprint=said["suppression"].fingerprint).exists():
        raise PermissionDenied
    lift_suppression(said["suppression"], reason=said["reason"], by=request.user)
    return _("%(address)s may be mailed again.") % {"address": address}


@deed("contacts.change_stakeholder", TagForm)
def add_tag(request: HttpRequest, person: Stakeholder, said: dict[str, Any]) -> str:
    """Put a tag on them."""
    tag_stakeholders([person.pk], [said["tag"]], by=request.user)
    return _("Tagged “%(tag)s”.") % {"tag": said["tag"]}


@deed("contacts.change_stakeholder", TagForm)
def remove_tag(request: HttpRequest, person: Stakeholder, said: dict[str, Any]) -> str:
    """Take a tag off them."""
    tag = get_object_or_404(Tag, name=said["tag"])
    untag_stakeholders([person.pk], tag, by=request.user)
    return _("The tag “%(tag)s” was taken off.") % {"tag": tag}


def _may_erase(request: HttpRequest) -> None:
    if not request.user.has_perm("contacts.erase_stakeholder"):
        raise PermissionDenied


def export_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything we know about them, as a file for them to keep."""
    _may_erase(request)
    told = json.dumps(export_person(find(request, pk)), cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
    return HttpResponse(
        told,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="person-{pk}.json"', "Cache-Control": "no-store"},
    )


def erase_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what erasing means, then do it when the button is pressed."""
    _may_erase(request)
    person = find(request, pk)
    if person.pk != pk:
        messages.warning(request, _("They were merged since. Nothing was erased: look first who they are now."))
        return redirect("admin:contacts_stakeholder_change", person.pk)
    if request.method == "POST":
        erase_person(person, by=request.user, keep_suppression="keep" in request.POST)
        messages.success(request, _("They were erased. What they did is still counted, without their name."))
        return redirect("admin:contacts_stakeholder_changelist")
    return page(request, "contacts/erase.html", {"title": _("Erase somebody"), "person": person})


DOORS = [
    ("everything", "export_person", export_view),
    ("erase", "erase", erase_view),
    ("subscribe", "subscribe", subscribe),
    ("take-off", "take_off", take_off),
    ("undo", "undo", undo),
    ("stop", "stop", stop),
    ("allow", "allow", allow),
    ("tag", "add_tag", add_tag),
    ("untag", "remove_tag", remove_tag),
]
"""Route, name and view of everything that can be done on the page."""
