"""Forms of events: the few fields a visitor fills in, and those at the door."""

from typing import TypedDict

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.fields import just_a_name
from contacts.models.stakeholders import five_digits


def text_input(autocomplete: str, **attributes: str) -> forms.TextInput:
    """A text field that phones can fill in by themselves."""
    return forms.TextInput(attrs={"autocomplete": autocomplete, **attributes})


class Details(TypedDict):
    """Who somebody is, as verbs take it."""

    first_name: str
    last_name: str
    email: str
    zip: str


class PersonForm(forms.Form):
    """Who somebody is, in four fields."""

    first_name = forms.CharField(
        label=_("First name"), max_length=100, validators=[just_a_name], widget=text_input("given-name")
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=100, validators=[just_a_name], widget=text_input("family-name")
    )
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    zip = forms.CharField(
        label=_("Zip code"),
        max_length=5,
        required=False,
        validators=[five_digits],
        widget=text_input("postal-code", inputmode="numeric", pattern="[0-9]{5}"),
    )

    def person(self) -> Details:
        """What verbs ask for."""
        data = self.cleaned_data
        return {name: data[name] for name in Details.__annotations__}  # type: ignore[return-value]


NEWSLETTER_WORDING = _("Also send me the newsletter of the Alliance. I can leave it at any time.")
"""What somebody agrees to by the tick, word for word; it counts once they press the button in the mail."""


class RegistrationForm(PersonForm):
    """What a visitor fills in to register for an event; the newsletter is theirs to ask for."""

    newsletter = forms.BooleanField(label=NEWSLETTER_WORDING, required=False)
    website = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    @property
    def is_from_a_robot(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.data.get("website"))


class WalkInForm(PersonForm):
    """Somebody at the door: a first name is enough."""

    last_name = forms.CharField(
        label=_("Last name"), max_length=100, required=False, validators=[just_a_name], widget=text_input("off")
    )
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
