"""The form with which a file is sent."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from contacts.imports.models import Partner
from contacts.models.taxonomy import Topic


class UploadForm(forms.Form):
    """Which file, from whom, and what its people agreed to."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        help_text=_("CSV or Excel (.xlsx) with one row for each person and headings above them."),
    )
    partner = forms.ModelChoiceField(Partner.objects.none(), label=_("Partner"), widget=UnfoldAdminSelectWidget)
    new_partner = forms.CharField(
        label=_("or a new partner"), required=False, max_length=160, widget=UnfoldAdminTextInputWidget
    )
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

    def __init__(self, *args, user, **kwargs) -> None:
        """Partners choose among their own; staff may name a new one."""
        super().__init__(*args, **kwargs)
        mine = Partner.objects.visible_to(user)
        self.fields["partner"].queryset = mine  # type: ignore[attr-defined]
        if user.has_perm("contacts.add_partner"):
            self.fields["partner"].required = False
        else:
            del self.fields["new_partner"]
            self.fields["partner"].initial = mine.first()

    def clean(self) -> dict:
        """One partner, known or new."""
        cleaned = super().clean() or {}
        if cleaned.get("partner") and cleaned.get("new_partner"):
            self.add_error("new_partner", _("Choose a partner or name a new one, not both."))
        if not cleaned.get("partner") and not cleaned.get("new_partner") and "partner" not in self.errors:
            self.add_error("partner", _("Say which partner the file comes from."))
        return cleaned
