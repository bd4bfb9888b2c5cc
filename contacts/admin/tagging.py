"""Put a tag on, or take it off, many people at once."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from contacts.actions import tag_stakeholders
from contacts.admin.forms import TagForm
from contacts.models import Tag
from crm.doors import page


@admin.action(description=_("Put a tag on them"), permissions=["change"])
def tag_many(office: Any, request: HttpRequest, people: Any) -> HttpResponse | None:
    """Ask for the tag, then put it on everybody who was chosen."""
    form = TagForm(request.POST if "tag" in request.POST else None)
    if form.is_valid():
        ids = people.order_by().values_list("pk", flat=True)
        number = tag_stakeholders(ids, [form.cleaned_data["tag"]], by=request.user)
        messages.success(
            request,
            ngettext("%(number)d person has the tag now.", "%(number)d people have the tag now.", number)
            % {"number": number},
        )
        return None
    return page(
        request,
        "contacts/tag_many.html",
        {
            "title": _("Put a tag on people"),
            "form": form,
            "tags": Tag.objects.all()[:500],
            "number": people.count(),
            "checkbox": ACTION_CHECKBOX_NAME,
            "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "across": request.POST.get("select_across", "0"),
        },
    )
