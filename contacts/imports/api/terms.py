"""The terms of a file as programs say them: when it is sent, and changed before it is saved."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from rest_framework import serializers

from contacts.imports.actions import partner_named
from contacts.imports.models import ImportRun, Partner
from contacts.imports.occasions import occasion_named
from contacts.imports.policy import Policy
from contacts.models.taxonomy import Topic
from crm.api import OneLine
from crm.errors import Refused
from crm.models import User

SAVES = "contacts.change_importrun"
NAMES = {name: name for name in ("rule", "blanks", "system", "tags", "occasion", "consented_on")} | {
    "policy": "matches"
}
"""What programs call a term, and what the policy calls it."""


class NothingElse:
    """Refuses words that mean nothing here, so that a slip of the pen is not passed over."""

    def to_internal_value(self, data: Any) -> Any:
        """What was sent; raises ValidationError for every name that is not known."""
        strange = [str(name) for name in data if name not in self.fields] if hasattr(data, "keys") else []  # type: ignore[attr-defined]
        if strange:
            words = gettext("There is no such field. Fields: %(known)s.") % {"known": ", ".join(self.fields)}  # type: ignore[attr-defined]
            raise serializers.ValidationError({name[:40]: [words] for name in strange})
        return super().to_internal_value(data)  # type: ignore[misc]


class BaseTerms(serializers.Serializer):
    """What people agreed to, and what the house does with those in the book."""

    topics: serializers.SlugRelatedField = serializers.SlugRelatedField(
        slug_field="slug", many=True, queryset=Topic.objects.all(), required=False
    )
    wording = serializers.CharField(
        required=False, allow_blank=True, help_text="How people were asked; the proof of their yes."
    )
    consented_on = serializers.DateField(
        required=False, allow_null=True, help_text="When they agreed; the day the file came when it is empty."
    )
    policy = serializers.ChoiceField(ImportRun.Matches.choices, required=False)
    blanks = serializers.BooleanField(required=False, help_text="An empty cell empties the field; with `update` only.")
    rule = serializers.ChoiceField(ImportRun.Rule.choices, required=False)
    system = OneLine(
        max_length=40, required=False, allow_blank=True, help_text="Whose numbers bare numbers are, such as salesforce."
    )
    tags = serializers.ListField(child=OneLine(max_length=100), required=False)
    occasion = OneLine(
        max_length=160,
        required=False,
        allow_blank=True,
        help_text="What they came to: an event’s number or short name",
    )

    def validate_consented_on(self, day: date | None) -> date | None:
        """Nobody agrees tomorrow."""
        if day and day > timezone.localdate():
            raise serializers.ValidationError(gettext("This day is still to come."))
        return day

    def validate_occasion(self, text: str) -> str:
        """An event that is there, as runs keep it."""
        try:
            return occasion_named(text) if text else ""
        except Refused as refusal:
            raise serializers.ValidationError(str(refusal)) from refusal

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The rule by number needs to know whose number."""
        rule = attrs.get("rule", getattr(self.instance, "rule", ImportRun.Rule.NARROW))
        if rule == ImportRun.Rule.NUMBER and not attrs.get("system", getattr(self.instance, "system", "")):
            words = gettext("Name the system, so that its numbers are not taken for another’s.")
            raise serializers.ValidationError({"system": [words]})
        return attrs

    def on(self, policy: Policy) -> Policy:
        """`policy` with what was said instead; what was not named stays."""
        facts = {NAMES[name]: value for name, value in self.validated_data.items() if name in NAMES}
        return replace(policy, **{**facts, "tags": tuple(facts.get("tags", policy.tags))})


class TermsSerializer(NothingElse, BaseTerms):
    """Other terms for a file that is not saved; what is not named stays."""


class SendSerializer(BaseTerms):
    """A file with its terms; partners say what people agreed to, the house what is done with the book."""

    OF_STAFF = ("policy", "blanks", "rule", "tags", "occasion", "new_partner")

    file = serializers.FileField(allow_empty_file=True)
    partner: serializers.PrimaryKeyRelatedField = serializers.PrimaryKeyRelatedField(
        queryset=Partner.objects.none(), required=False, help_text="Your own when left out, if you have one only."
    )
    new_partner = OneLine(max_length=160, required=False, help_text="The name of a partner; made when it is new.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Partners choose among their own."""
        super().__init__(*args, **kwargs)
        user: User | None = getattr(self.context.get("request"), "user", None)
        if user is None or not user.is_authenticated:
            return
        self.fields["partner"].queryset = Partner.objects.visible_to(user)  # type: ignore[attr-defined]
        if not user.has_perm(SAVES):
            for name in self.OF_STAFF:
                del self.fields[name]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One partner."""
        attrs = super().validate(attrs)
        if "partner" in attrs and attrs.get("new_partner"):
            words = gettext("Choose a partner or name a new one, not both.")
            raise serializers.ValidationError({"new_partner": [words]})
        attrs["partner"] = attrs.get("partner") or self._partner(attrs)
        return attrs

    def _partner(self, attrs: dict[str, Any]) -> Partner:
        if attrs.get("new_partner"):
            return partner_named(attrs["new_partner"])
        mine = list(Partner.objects.visible_to(self.context["request"].user)[:2])
        if self.context["request"].user.has_perm(SAVES) or len(mine) != 1:
            raise serializers.ValidationError({"partner": [gettext("Say which partner the file comes from.")]})
        return mine[0]
