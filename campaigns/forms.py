"""Forms of the newsletter's editor, and of the rules by which newsletters leave."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget

from campaigns.content.blocks import BLOCKS
from campaigns.content.merge import FIELDS, LINKS
from campaigns.content.render import check_content
from campaigns.models import Campaign, SendingRules
from crm.forms import JsonField
from engagement.models import Event

Policy = Campaign.UncertainPolicy


class BlocksWidget(forms.Widget):
    """Mounts the block editor over a hidden field that carries the blocks as JSON."""

    template_name = "campaigns/blocks_widget.html"

    class Media:
        css = {"all": ["campaigns/editor.css"]}
        js = [forms.widgets.Script("campaigns/editor.js", type="module")]

    problems: list[dict[str, Any]] = []

    def format_value(self, value: Any) -> str:
        """The blocks as JSON, whatever was posted."""
        return value if isinstance(value, str) else json.dumps(value or [])

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Everything the editor needs to draw itself."""
        context = super().get_context(name, value, attrs)
        context["editor"] = {
            "kinds": [block.describe() for block in BLOCKS],
            "fields": [[name, str(field.label)] for name, field in FIELDS.items()],
            "links": [[name, str(label)] for name, label in LINKS.items()],
            "events": [[event.pk, f"{event.title} · {event.starts_at:%Y-%m-%d}"] for event in _events(self, value)],
            "problems": self.problems,
        }
        return context


def _events(widget: BlocksWidget, value: Any) -> list[Event]:
    """Public events, the coming ones first."""
    coming = Event.objects.published().upcoming()[:100]
    return [*coming, *Event.objects.published().past()[:30]]


class BlocksField(JsonField):
    """Blocks; their own checks say in which one a sign stands that no text can hold."""

    any_sign = True


class CampaignForm(forms.ModelForm):
    """What staff fill in to write a newsletter; who says nothing about uncertain mails leaves them as they were."""

    uncertain_policy = forms.ChoiceField(
        label=_("When it is uncertain whether a mail arrived"),
        choices=[
            (Policy.RESEND, _("Send it again by itself after a while: nobody misses it, somebody may get it twice")),
            (Policy.HOLD, _("Wait for one of us to decide: nobody gets it twice, somebody may miss it until then")),
        ],
        widget=UnfoldAdminRadioSelectWidget,
        initial=Policy.RESEND,
        required=False,
        help_text=_(
            "Now and then the line breaks after a mail was handed over and before the mail server answered. "
            "Then nobody can know whether it arrived."
        ),
    )

    class Meta:
        model = Campaign
        fields = [
            "name", "topic", "include", "exclude", "subject", "preheader", "subject_es", "preheader_es",
            "uncertain_policy", "blocks",
        ]  # fmt: skip
        field_classes = {"blocks": BlocksField}
        widgets = {"blocks": BlocksWidget}
        help_texts = {"include": _("Everybody in any of these segments …"), "exclude": _("… except who is in these.")}

    def clean_uncertain_policy(self) -> str:
        """What was chosen, or what stands already."""
        return self.cleaned_data.get("uncertain_policy") or self.instance.uncertain_policy

    def clean_blocks(self) -> list[Any]:
        """The posted JSON as a list; an emptied editor is an empty list."""
        return self.cleaned_data.get("blocks") or []

    def clean(self) -> dict[str, Any]:
        """Name every problem of the content at its field; those of the blocks also reach the editor."""
        data = super().clean() or {}
        says = Campaign(**{name: data.get(name, "") for name in ("subject", "preheader", "subject_es", "preheader_es")})
        says.blocks = data.get("blocks", [])
        problems = check_content(says)
        widget = self.fields["blocks"].widget
        widget.problems = [vars(problem) for problem in problems if problem.index >= 0]
        for problem in problems:
            where = "blocks" if problem.index >= 0 else problem.field
            self.add_error(where, ValidationError(str(problem) if problem.index >= 0 else problem.message))
        return data


class TestForm(forms.Form):
    """Where a test goes, and in which language."""

    test_address = forms.EmailField(label=_("Send a test to"))
    test_language = forms.ChoiceField(choices=[("en", _("English")), ("es", _("Spanish"))], required=False)


HOUR = "%H:%M"
"""Nobody sets the seconds of an hour."""


class SendingRulesForm(forms.ModelForm):
    """Quiet hours and the warm-up, with what does not go together said beside it."""

    class Meta:
        model = SendingRules
        fields = [
            "quiet_hours", "quiet_from", "quiet_until",
            "warm_up", "warm_up_first", "warm_up_growth", "warm_up_target", "warm_up_hour", "warm_up_since",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.TimeField):
                field.widget.format = HOUR

    def clean(self) -> dict[str, Any]:
        """A plan grows, and quiet hours end."""
        said = super().clean() or {}
        first, target = said.get("warm_up_first"), said.get("warm_up_target")
        if first and target and first >= target:
            self.add_error("warm_up_target", _("It must be more than on the first day."))
        if said.get("quiet_from") is not None and said.get("quiet_from") == said.get("quiet_until"):
            self.add_error("quiet_until", _("Quiet hours must end at another time than they begin."))
        return said
