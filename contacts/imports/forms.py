"""The forms with which a file is sent and its terms are changed."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from contacts.imports.mapping.values import split_words
from contacts.imports.models import ImportRun, Partner
from contacts.imports.occasions import occasion_choices
from contacts.imports.policy import Policy
from contacts.models.taxonomy import Topic

ACCEPTED = ".csv,.tsv,.txt,.xlsx,.ods,.zip"

MATCHES = [
    (ImportRun.Matches.FILL, _("Fill what is blank; what is written stays")),
    (ImportRun.Matches.UPDATE, _("Take what the file says; it replaces what is written")),
    (ImportRun.Matches.SKIP, _("Leave them as they are; only new people are added")),
]
RULES = [
    (ImportRun.Rule.NARROW, _("By their number in the partner’s system, or by e-mail and a name that goes with it")),
    (ImportRun.Rule.NUMBER, _("By their number in the partner’s system only")),
]


class DayInput(UnfoldAdminTextInputWidget):
    """The browser's own way to pick a day."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        """As browsers want it."""
        return value.isoformat() if hasattr(value, "isoformat") else value


class TermsForm(forms.Form):
    """What the people of a file agreed to, what is done with those in the book, what everybody gets."""

    topics = forms.ModelMultipleChoiceField(
        Topic.objects.all(),
        label=_("What did these people agree to receive?"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Only what the partner asked them. Nobody who left is ever turned back on."),
    )
    wording = forms.CharField(
        label=_("How were they asked?"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("The words of the form or sign-up sheet; kept as the proof of their yes."),
    )
    consented_on = forms.DateField(
        label=_("When did they agree?"),
        required=False,
        widget=DayInput,
        help_text=_("The day of the event or of the sign-up. Empty: the day the file arrives."),
    )
    policy = forms.ChoiceField(
        label=_("What happens to people who are in the book already?"),
        choices=MATCHES,
        required=False,
        initial=ImportRun.Matches.FILL,
        widget=UnfoldAdminRadioSelectWidget,
    )
    blanks = forms.BooleanField(
        label=_("An empty cell empties what is written, in columns the file has"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=_("Tick it only when the partner’s list is complete and the better one."),
    )
    rule = forms.ChoiceField(
        label=_("How are they known again?"),
        choices=RULES,
        required=False,
        initial=ImportRun.Rule.NARROW,
        widget=UnfoldAdminRadioSelectWidget,
    )
    system = forms.CharField(
        label=_("Which system does the list come from?"),
        required=False,
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Such as salesforce or mailchimp. The numbers it gives to people are then kept and known again."),
    )
    tags = forms.CharField(
        label=_("Tags for everybody in the file"),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Separated by commas, such as fall forum, west side."),
    )
    occasion = forms.ChoiceField(
        label=_("Did they come to something of ours?"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("People of a list from Eventbrite, Zoom or pretix are registered, and those who came are marked."),
    )
    FOLDED = ("occasion", "policy", "blanks", "rule", "system", "tags")
    """Under “More choices”: right as they are for most files."""
    OF_STAFF = ("occasion", "policy", "blanks", "rule", "tags")
    """What the house decides, not the partner."""

    def __init__(self, *args: Any, user, **kwargs: Any) -> None:
        """Partners say what people agreed to; what is done with the book is for staff to say."""
        super().__init__(*args, **kwargs)
        if not user.has_perm("contacts.change_importrun"):
            for name in self.OF_STAFF:
                del self.fields[name]
        elif offered := occasion_choices(self.initial.get("occasion") or ""):
            self.fields["occasion"].choices = [("", _("No")), *offered]  # type: ignore[attr-defined]
        else:
            del self.fields["occasion"]

    def clean_consented_on(self):
        """Nobody agrees tomorrow."""
        day = self.cleaned_data["consented_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        return day

    def clean(self) -> dict:
        """The rule by number needs to know whose number."""
        cleaned = super().clean() or {}
        if cleaned.get("rule") == ImportRun.Rule.NUMBER and not cleaned.get("system"):
            self.add_error("system", _("Name the system, so that its numbers are not taken for another’s."))
        return cleaned

    @property
    def folded(self) -> list[forms.BoundField]:
        """The fields under “More choices”."""
        return [self[name] for name in self.FOLDED if name in self.fields]

    @property
    def unfolded(self) -> bool:
        """Whether something under “More choices” is not as usual, or wrong."""
        usual = {"policy": ImportRun.Matches.FILL, "rule": ImportRun.Rule.NARROW}
        return any(field.errors or (field.value() or "") != usual.get(field.name, "") for field in self.folded)

    def chosen(self) -> Policy:
        """The terms that were chosen; what was not asked is as always."""
        facts = self.cleaned_data
        return Policy(
            matches=facts.get("policy") or ImportRun.Matches.FILL,
            rule=facts.get("rule") or ImportRun.Rule.NARROW,
            blanks=facts.get("blanks", False),
            system=facts.get("system", ""),
            tags=tuple(split_words(facts.get("tags", ""))),
            occasion=facts.get("occasion", ""),
            consented_on=facts["consented_on"],
        )


def terms_of(run: ImportRun | None) -> dict[str, object]:
    """The terms of a run as the first values of a form; the day on which people agreed is of one file only."""
    if run is None:
        return {}
    return {
        "topics": list(run.topics.all()),
        "wording": run.consent_wording,
        "policy": run.matches,
        "blanks": run.blanks,
        "rule": run.rule,
        "system": run.system,
        "tags": ", ".join(run.tags),
    }


def usual_terms(last: ImportRun | None) -> dict[str, object]:
    """The terms of a partner's last file as those of the next one; a yes is stated anew for each file."""
    return {name: value for name, value in terms_of(last).items() if name not in ("topics", "wording")}


class UploadForm(TermsForm):
    """Which file, from whom, and on which terms."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=_("CSV, Excel (.xlsx), OpenDocument (.ods), or one of them in a ZIP; a row for each person."),
    )
    partner = forms.ModelChoiceField(
        Partner.objects.none(), label=_("Partner"), empty_label=_("Choose a partner"), widget=UnfoldAdminSelectWidget
    )
    new_partner = forms.CharField(
        label=_("or a new partner"), required=False, max_length=160, widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, *args: Any, user, **kwargs: Any) -> None:
        """Partners choose among their own; staff may name a new one."""
        super().__init__(*args, user=user, **kwargs)
        self.mine = list(Partner.objects.visible_to(user))
        chooser = self.fields["partner"]
        chooser.queryset = Partner.objects.visible_to(user)  # type: ignore[attr-defined]
        if user.has_perm("contacts.add_partner"):
            chooser.required = False
        else:
            del self.fields["new_partner"]
            if len(self.mine) == 1:
                chooser.initial = self.mine[0]
                chooser.widget = forms.HiddenInput()

    def clean(self) -> dict:
        """One partner, known or new."""
        cleaned = super().clean()
        if cleaned.get("partner") and cleaned.get("new_partner"):
            self.add_error("new_partner", _("Choose a partner or name a new one, not both."))
        if not cleaned.get("partner") and not cleaned.get("new_partner") and "partner" not in self.errors:
            self.add_error("partner", _("Say which partner the file comes from."))
        return cleaned
