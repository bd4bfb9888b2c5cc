"""The forms of the book: a stakeholder, their addresses and what staff write down on their page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from contacts.models import ContactPoint, Stakeholder, StakeholderType, Suppression, Topic
from crm.forms import RowForm

SEPARATOR = ", "


class StakeholderForm(forms.ModelForm):
    """Who somebody is; types and tags are kept with them."""

    its_types = forms.ModelMultipleChoiceField(
        StakeholderType.objects.all(), required=False, label=_("Types"), widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    its_tags = forms.CharField(
        label=_("Tags"),
        required=False,
        help_text=_("Several with commas between them."),
        widget=UnfoldAdminTextInputWidget,
    )

    class Meta:
        model = Stakeholder
        fields = ["kind", "name", "first_name", "last_name", "language", "zip", "source", "notes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["its_types"] = list(self.instance.types.all())
            self.initial["its_tags"] = SEPARATOR.join(map(str, self.instance.tags.all()))
            self._show_own_values()
            for field in self.fields.values():
                # The form carries what it showed, so that only what was changed on it is saved:
                # somebody else, or an import, may have written the rest meanwhile.
                field.show_hidden_initial = True

    def _show_own_values(self) -> None:
        for name, field in self.fields.items():
            if own := getattr(field, "own", None):
                self.initial[name] = str(self.instance.custom.get(own.slug, ""))
                field.stands(self.initial[name])  # type: ignore[attr-defined]

    def clean_its_tags(self) -> list[str]:
        """The tags one by one."""
        return _words(self.cleaned_data["its_tags"])

    @property
    def tags_taken_off(self) -> set[str]:
        """Tags that the form showed and that are gone from it, in lower case."""
        shown = self.data.get(self.add_initial_prefix("its_tags"), self.initial.get("its_tags", ""))
        return {name.lower() for name in _words(shown)} - {name.lower() for name in self.cleaned_data["its_tags"]}


def _words(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := " ".join(part.split()))]


class ContactPointForm(RowForm):
    """An address or number; choosing another main one is done for all of them at once."""

    main = forms.BooleanField(label=_("main one"), required=False, widget=UnfoldBooleanSwitchWidget)

    class Meta:
        model = ContactPoint
        fields = ["kind", "value", "label", "status"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["main"] = self.instance.is_primary

    def clean(self) -> dict[str, Any]:
        """An e-mail address must look like one."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") == ContactPoint.Kind.EMAIL and cleaned.get("value"):
            try:
                forms.EmailField().clean(cleaned["value"].strip())
            except forms.ValidationError as error:
                self.add_error("value", error)
        return cleaned


class SubscribeForm(forms.Form):
    """Somebody told staff that they want a topic."""

    topic = forms.ModelChoiceField(Topic.objects.all())
    note = forms.CharField(max_length=300)


class TopicForm(forms.Form):
    """One topic of somebody."""

    topic = forms.ModelChoiceField(Topic.objects.all())


class TagForm(forms.Form):
    """One tag."""

    tag = forms.CharField(
        label=_("Tag"), max_length=100, widget=UnfoldAdminTextInputWidget(attrs={"list": "known-tags"})
    )


class StopForm(forms.Form):
    """An address that must not be mailed, and why."""

    point = forms.ModelChoiceField(ContactPoint.objects.emails())
    note = forms.CharField(max_length=200, required=False)


class AllowForm(forms.Form):
    """Why an address may be mailed again."""

    suppression = forms.ModelChoiceField(Suppression.objects.all())
    reason = forms.CharField(max_length=200)


class SuppressionForm(forms.ModelForm):
    """An address that must not be mailed."""

    address = forms.EmailField(label=_("address"))

    class Meta:
        model = Suppression
        fields = ["address", "reason", "note"]
