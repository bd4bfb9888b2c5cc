"""The preferences form, and the one that asks for a fresh link to it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.fields import ZipField, language_field, name_field, topics_field, types_field
from contacts.models import Stakeholder, Topic

FACTS = ("first_name", "last_name", "name", "language", "zip")


class PreferencesForm(forms.Form):
    """What somebody receives and what we know of them."""

    topics = topics_field(required=False)
    first_name = name_field(_("First name"), "given-name")
    last_name = name_field(_("Last name"), "family-name")
    name = name_field(_("Name of the organization"), "organization", max_length=200)
    language = language_field()
    zip = ZipField(label=_("Zip code"))
    types = types_field()

    def __init__(self, stakeholder: Stakeholder, data=None) -> None:
        """Start from what is known of `stakeholder`."""
        self.offered = list(Topic.objects.filter(public=True))
        super().__init__(data, initial=_known(stakeholder))
        person = stakeholder.kind == Stakeholder.Kind.PERSON
        for name in ("name",) if person else ("first_name", "last_name"):
            del self.fields[name]
        for name in self.fields.keys() & {"first_name", "last_name", "name"}:
            if data and data.get(name) == self.initial[name]:
                self.fields[name].validators = []  # a name that stands so in the book keeps nobody from leaving a topic

    def clean(self) -> dict:
        """A name may be corrected, not emptied."""
        cleaned = super().clean() or self.cleaned_data
        names = [name for name in ("first_name", "last_name", "name") if name in self.fields]
        if any(self.initial[name] for name in names) and not any(cleaned.get(name) for name in names):
            self.add_error(names[0], _("Please leave a name here, so that we know how to address you."))
        return cleaned

    def answers(self) -> dict:
        """What was chosen, as the verb takes it."""
        return {
            "topics": self.cleaned_data["topics"],
            "offered": self.offered,
            "types": self.cleaned_data["types"],
            "facts": {name: self.cleaned_data[name] for name in FACTS if name in self.cleaned_data},
        }


class LinkForm(forms.Form):
    """Whose link should be mailed."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput({"autocomplete": "email"}))


def _known(stakeholder: Stakeholder) -> dict:
    return {
        **{fact: getattr(stakeholder, fact) for fact in FACTS},
        "types": list(stakeholder.types.all()),
        "topics": list(Topic.objects.filter(consent__stakeholder=stakeholder, consent__state="given")),
    }
