"""The form of a feed."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from contacts.imports.feeds.addresses import HIDDEN, address_of
from contacts.imports.feeds.errors import Trouble, WrongPlace
from contacts.imports.feeds.folder import make_place, place_of
from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.models import ImportRun

SECRET_SHOWN = f":{HIDDEN}@"


class FeedForm(forms.ModelForm):
    """Where a partner's files are read, how often, and on which terms; a password is taken and never shown again."""

    tags = forms.CharField(
        label=gettext_lazy("Tags for everybody in the file"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("With commas between them."),
    )

    policy = forms.ChoiceField(
        label=gettext_lazy("What happens to people who are in the book already?"),
        choices=ImportRun.Matches.choices,
        initial=ImportRun.Matches.FILL,
        widget=UnfoldAdminSelectWidget,
    )
    """Not called as in the model: a field of this name would hide `form.matches()` from every script of the page."""

    class Meta:
        model = PartnerFeed
        fields = [
            "partner",
            "kind",
            "location",
            "every",
            "active",
            "topics",
            "consent_wording",
            "system",
            "tags",
            "most_rejected",
            "most_changed",
        ]
        widgets = {
            "topics": UnfoldAdminCheckboxSelectMultipleWidget,
            "consent_wording": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        }

    def __init__(self, *args, **kwargs) -> None:
        """What is there already, without the password."""
        super().__init__(*args, **kwargs)
        self.kept = self.instance.location
        self.initial["tags"] = ", ".join(self.instance.tags)
        self.initial["policy"] = self.instance.matches
        if self.instance.pk:
            self.initial["location"] = _without_password(self.kept)

    def clean_policy(self) -> str:
        """What is done with people who are in the book."""
        self.instance.matches = self.cleaned_data["policy"]
        return self.instance.matches

    def clean_tags(self) -> list[str]:
        """The tags one by one."""
        return [tag for part in self.cleaned_data["tags"].split(",") if (tag := " ".join(part.split()))]

    def clean(self) -> dict:
        """The place must be one from which a feed may read."""
        cleaned = super().clean() or {}
        if not {"partner", "kind", "location"} <= cleaned.keys():
            return cleaned
        location = cleaned["location"].strip()
        if SECRET_SHOWN in location and location == _without_password(self.kept):
            location = self.kept
        try:
            if cleaned["kind"] == PartnerFeed.Kind.FOLDER:
                place_of(cleaned["partner"], location)
            else:
                address_of(location)
        except WrongPlace as wrong:
            self.add_error("location", str(wrong))
        cleaned["location"] = location
        return cleaned

    def make_folder(self) -> None:
        """Make the folder, so that the partner's files have where to go; one that cannot be made says so when read."""
        try:
            make_place(self.instance.partner, self.instance.location)
        except (OSError, Trouble, WrongPlace) as error:
            self.instance.stopped_because = str(error) if not isinstance(error, OSError) else _("No folder.")


def _without_password(location: str) -> str:
    scheme, found, rest = location.partition("://")
    credentials, at, site = rest.partition("@")
    if not found or not at or "/" in credentials:
        return location
    return f"{scheme}://{credentials.partition(':')[0]}{SECRET_SHOWN}{site}"
