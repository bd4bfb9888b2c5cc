"""What forms of the back office share."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils.translation import gettext_lazy as _


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
