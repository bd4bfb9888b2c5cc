"""Fields that several of the members' forms share."""

import re

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.models import ModelMultipleChoiceField
from django.utils.translation import gettext_lazy as _

from contacts.models import StakeholderType, Topic

LANGUAGE_NAMES = [("en", "English"), ("es", "Español")]
"""Each language by its own name, so that its readers recognise it."""

LOOKS_LIKE_A_LINK = re.compile(r"://|www\.|[<>{}\[\]@\\]", re.IGNORECASE)


def just_a_name(value: str) -> None:
    """A name goes into mails: it must not carry somebody's link or marks there."""
    if LOOKS_LIKE_A_LINK.search(value):
        raise ValidationError(_("Please write just the name, without a link and without signs such as < or @."))


class ZipField(forms.CharField):
    """Five digits; the four that may follow them are dropped."""

    def __init__(self, **kwargs) -> None:
        """Phones offer digits and the zip code they know."""
        widget = forms.TextInput({"autocomplete": "postal-code", "inputmode": "numeric", "size": 10})
        super().__init__(**{"max_length": 10, "required": False, "widget": widget, **kwargs})

    def clean(self, value) -> str:
        """The five digits, or nothing."""
        text = super().clean(value)
        if not text:
            return ""
        if not re.fullmatch(r"[0-9]{5}(-?[0-9]{4})?", text):
            raise ValidationError(_("A zip code has five digits, like 28202."))
        return text[:5]


def language_field() -> forms.ChoiceField:
    """In which language mails should come."""
    known = dict(settings.LANGUAGES)
    choices = [(code, name) for code, name in LANGUAGE_NAMES if code in known]
    return forms.ChoiceField(label=_("Language of your e-mails"), choices=choices, widget=forms.RadioSelect)


def types_field() -> ModelMultipleChoiceField:
    """What one is to the Alliance: persons' types first."""
    return ModelMultipleChoiceField(
        label=_("Who you are"),
        help_text=_("Tick everything that fits, or nothing."),
        queryset=StakeholderType.objects.order_by("-kind", "order", "name_en"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


def topics_field(**kwargs) -> ModelMultipleChoiceField:
    """What one wants to receive."""
    return ModelMultipleChoiceField(
        label=_("What you would like to receive"),
        queryset=Topic.objects.filter(public=True),
        widget=forms.CheckboxSelectMultiple,
        **kwargs,
    )


def name_field(label, autocomplete: str, *, max_length: int = 100) -> forms.CharField:
    """One line of a name, which the phone may fill in."""
    return forms.CharField(
        label=label,
        max_length=max_length,
        required=False,
        validators=[just_a_name],
        widget=forms.TextInput({"autocomplete": autocomplete}),
    )
