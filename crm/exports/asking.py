"""The page that asks which kind of file somebody wants."""

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget

from crm.doors import page
from crm.exports.registry import EXPORTS, Question
from crm.models import Export
from crm.said import tree


class ExportForm(forms.Form):
    """Which kind of file somebody wants."""

    format = forms.ChoiceField(
        label=gettext_lazy("Kind of file"),
        choices=Export.Format.choices,
        initial=Export.Format.CSV,
        widget=UnfoldAdminRadioSelectWidget,
    )


def ask_page(request: HttpRequest, key: str, question: Question, form: ExportForm | None = None) -> HttpResponse:
    """Ask for the kind of file; the form carries on which rows are meant."""
    wanted = EXPORTS.get(key)
    if wanted is None:
        raise LookupError(key)
    context: dict[str, Any] = {
        "title": _("Export: %(list)s") % {"list": wanted.title},
        "name": wanted.describe(question),
        "form": form or ExportForm(),
        "question": json.dumps(question),
        "where": reverse("crm:export", args=[key]),
    }
    return page(request, "crm/export.html", context)


def tidy_question(text: str) -> Question:
    """What a form carried on, with nothing in it that no list understands."""
    try:
        found = tree(text)
    except ValueError:
        return {"ids": []}
    if not isinstance(found, dict):
        return {"ids": []}
    kept: Question = {key: str(found[key])[:4000] for key in ("list", "segment") if key in found}
    if isinstance(ids := found.get("ids"), list):
        kept["ids"] = [pk for pk in ids if isinstance(pk, int)]
    return kept or {"ids": []}
