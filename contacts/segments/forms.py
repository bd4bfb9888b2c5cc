"""The form staff build a segment with: rows of pickers where scripts run, plain JSON where they do not."""

import json
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import Segment
from contacts.segments.errors import InvalidDefinition
from contacts.segments.reading import DEEPEST, read
from contacts.segments.registry import ALONE, CRITERIA, NEGATIONS, Criterion
from crm.forms import JsonField


def offer() -> dict[str, Any]:
    """Everything the pickers offer: criteria with their operators and choices, and the words around them."""
    return {
        "criteria": [_offered(criterion) for criterion in CRITERIA],
        "negations": NEGATIONS,
        "alone": ALONE,
        "deepest": DEEPEST,
        "words": _words(),
    }


def _offered(criterion: Criterion) -> dict[str, Any]:
    choices = criterion.choices() if criterion.choices else ()
    return {
        "key": criterion.key,
        "label": str(criterion.label),
        "group": str(criterion.group),
        "operators": [{"key": op, "label": str(criterion.operator_label(op))} for op in criterion.operators],
        "value": criterion.value.value,
        "choices": [{"key": str(key), "label": str(label)} for key, label in choices],
        "placeholder": str(criterion.placeholder),
    }


def _words() -> dict[str, str]:
    return {
        "all": _("all of these are true"),
        "any": _("at least one of these is true"),
        "none": _("none of these is true"),
        "notall": _("not all of these are true"),
        "mode": _("Who belongs: those for whom"),
        "inner": _("Those for whom"),
        "addRule": _("Add a rule"),
        "addGroup": _("Add a group of rules"),
        "remove": _("Remove this rule"),
        "removeGroup": _("Remove this group"),
        "criterion": _("What to look at"),
        "operator": _("How to compare"),
        "value": _("Compare with"),
        "filter": _("Find in the list"),
        "nothing": _("There is nothing to choose yet."),
        "yes": _("yes"),
        "no": _("no"),
        "days": _("days"),
        "unknown": _("unknown: %s"),
        "empty": _("No rules yet: everyone in the book belongs to this segment."),
        "counting": _("Counting …"),
        "sample": _("Such as"),
        "failed": _("The count could not be had just now. Nothing is lost; it will be tried again."),
    }


class RulesWidget(forms.Textarea):
    """A rule builder; the JSON stays in the textarea, which is what is sent."""

    template_name = "contacts/segment_builder.html"

    class Media:
        css = {"all": ["contacts/segments.css"]}
        js = ["contacts/segment_builder.js"]

    def get_context(self, name, value, attrs) -> dict[str, Any]:
        """Add what the pickers offer and where the live count is asked."""
        context = super().get_context(name, value, attrs)
        context["offer"] = offer()
        context["preview_url"] = reverse("admin:contacts_segment_preview")
        return context


class RulesField(JsonField):
    """A definition that can be read."""

    widget = RulesWidget

    def validate(self, value: Any) -> None:
        """Refuse a definition with problems, every one in words."""
        try:
            read(value)
        except InvalidDefinition as error:
            raise forms.ValidationError([str(problem) for problem in error.problems]) from error

    def prepare_value(self, value: Any) -> Any:
        """The JSON in a form people can follow when scripts do not run."""
        return json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, dict) else value


class SegmentForm(forms.ModelForm):
    """Name, description and rules of a segment."""

    definition = RulesField(label=gettext_lazy("Rules"), initial=lambda: {"all": []})

    class Meta:
        model = Segment
        fields = ["name", "description", "definition"]
