"""The join form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.fields import ZipField, language_field, name_field, topics_field, types_field


class JoinForm(forms.Form):
    """Who joins, where they live, what they are and what they want to receive."""

    first_name = name_field(_("First name"), "given-name")
    last_name = name_field(_("Last name"), "family-name")
    organisation = name_field(_("Organization"), "organization", max_length=200)
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("We send an e-mail there and ask you to confirm, so that nobody else can sign you up."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    zip = ZipField(
        label=_("Zip code"),
        help_text=_("Opportunity here differs from one zip code to the next; yours tells us what is near you."),
    )
    language = language_field()
    types = types_field()
    topics = topics_field(error_messages={"required": _("Tick at least one topic, so that we know what to send you.")})
    website = forms.CharField(required=False, widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"}))
    """Hidden from people; programs that fill in every field give themselves away by it."""

    def clean(self) -> dict:
        """Somebody must be named: a person, an organisation, or both."""
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.get(part) or part in self.errors for part in ("first_name", "last_name", "organisation")):
            self.add_error("first_name", _("Tell us your name, or the name of your organization."))
        return cleaned

    @property
    def is_from_a_program(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.data.get("website"))

    def answers(self) -> dict:
        """What was typed, as the verb takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "website"}
