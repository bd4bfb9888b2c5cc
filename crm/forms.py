"""What forms of the back office share."""

import json
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext_lazy as _

from crm.said import is_writable, tree


class JsonField(forms.JSONField):
    """JSON as a form carries it; what is too deep to be looked at is not taken, and stays as it was typed."""

    any_sign = False
    """Whether the form itself looks for signs that no text can hold, and says where they are."""

    def to_python(self, value: Any) -> Any:
        """What it says; raises ValidationError."""
        if isinstance(value, str) and value:
            try:
                tree(value, any_sign=self.any_sign)
            except ValueError:
                words = self.error_messages["invalid"]
                raise forms.ValidationError(words, code="invalid", params={"value": value}) from None
        return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What is shown again after a mistake."""
        try:
            tree(data or "null", any_sign=self.any_sign)
        except ValueError:
            return InvalidJSONInput(data)
        return super().bound_data(data, initial)

    def prepare_value(self, value: Any) -> Any:
        """The JSON; letters stand in it as they are, unless no page can hold them."""
        said = super().prepare_value(value)
        return said if is_writable(said) else json.dumps(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether somebody typed something else; what cannot be read is."""
        try:
            tree(data or "null", any_sign=self.any_sign)
        except ValueError:
            return True
        return super().has_changed(initial, data)


class RowForm(forms.ModelForm):
    """A form that is a row of a table: each field says its own name, since a screen reader hears no column heading."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.label:
                field.widget.attrs.setdefault("aria-label", str(field.label))


class Picker(AutocompleteSelect):
    """A field in which one looks for somebody by name; while it is empty it says so, and has no name otherwise."""

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        """The attributes with the words that stand in the empty field."""
        return super().build_attrs(base_attrs, extra_attrs) | {"data-placeholder": str(_("Look for a name"))}
