"""Fields of our own on the form of a person or an organisation."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from contacts.admin.forms import StakeholderForm
from contacts.models import CustomField
from contacts.own import kept_as

OWN = "own_"
"""What stands before the short name of a field of our own on the form."""
LONGEST = 1_000
Kind = CustomField.Kind
HINTS = {Kind.NUMBER: _("A number, such as 12 or 12.5.")}


class DayInput(UnfoldAdminTextInputWidget):
    """The browser's own way to pick a day."""

    input_type = "date"


class OwnValueField(forms.CharField):
    """A value of a field of our own, kept in the form of the book; what stands there already always fits."""

    def __init__(self, own: CustomField, **kwargs: Any) -> None:
        more = {"label": own.name, "required": False, "max_length": LONGEST, "help_text": HINTS.get(Kind(own.kind), "")}
        super().__init__(widget=_widget(own), **{**more, **kwargs})
        self.own = own
        self.standing = ""

    def stands(self, value: str) -> None:
        """Take what is in the book; a choice that is offered no more can still be left as it is."""
        self.standing = value
        choices = getattr(self.widget, "choices", None)
        if choices is not None and value and value not in dict(choices):
            self.widget.choices = [*choices, (value, value)]

    def to_python(self, value: Any) -> str:
        """The form of the book, or what was written when it does not fit."""
        text = super().to_python(value) or ""
        return text if text == self.standing else kept_as(self.own, text) or text

    def validate(self, value: str) -> None:
        """Refuse what the field cannot hold."""
        super().validate(value)
        if value and value != self.standing and not kept_as(self.own, value):
            raise forms.ValidationError(_now("“%(value)s” does not fit here.") % {"value": value[:80]})


def _widget(own: CustomField) -> forms.Widget:
    if own.kind == Kind.YES_NO:
        return UnfoldAdminSelectWidget(choices=[("", "–"), ("yes", _("yes")), ("no", _("no"))])
    if own.kind == Kind.CHOICE:
        return UnfoldAdminSelectWidget(choices=[("", "–"), *((choice, choice) for choice in own.choices)])
    if own.kind == Kind.DATE:
        return DayInput()
    return UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"} if own.kind == Kind.NUMBER else {})


def form_with(fields: Iterable[CustomField]) -> type[StakeholderForm]:
    """The form of a person or an organisation with these fields of our own on it."""
    own = {f"{OWN}{field.slug}": OwnValueField(field) for field in fields}
    return type("StakeholderForm", (StakeholderForm,), own)


def names_of(fields: Iterable[CustomField]) -> list[str]:
    """What these fields of our own are called on the form."""
    return [f"{OWN}{field.slug}" for field in fields]


def changed_values(form: forms.BaseForm) -> dict[str, str]:
    """The values that were changed on the form, by short name."""
    return {name.removeprefix(OWN): form.cleaned_data[name] for name in form.changed_data if name.startswith(OWN)}
