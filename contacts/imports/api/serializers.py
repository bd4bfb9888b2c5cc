"""What the API says and takes about files of partners."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from contacts.imports.actions import partner_named
from contacts.imports.models import ImportDecision, ImportRow, ImportRun, Partner
from contacts.imports.policy import Policy
from contacts.imports.warnings.ticks import is_ticked
from contacts.models.stakeholders import Stakeholder
from contacts.models.taxonomy import Topic
from crm.api import OneLine
from crm.models import User

READS_BOOK = "contacts.view_stakeholder"
SAVES = "contacts.change_importrun"


class PartnerSerializer(serializers.ModelSerializer):
    """Who sent a file."""

    class Meta:
        model = Partner
        fields = ["id", "name"]


class WarningSerializer(serializers.Serializer):
    """Something to look at; what `must` be ticked is named by its code when the file is saved."""

    code = serializers.CharField()
    text = serializers.CharField()
    count = serializers.IntegerField()
    must = serializers.BooleanField()
    ticked = serializers.BooleanField()


class ColumnSerializer(serializers.Serializer):
    """A column of the file and the field it was taken for, empty when it was left out."""

    at = serializers.IntegerField()
    heading = serializers.CharField()
    field = serializers.CharField()


class ProgressSerializer(serializers.Serializer):
    """How far a worker is."""

    percent = serializers.IntegerField(allow_null=True)
    message = serializers.CharField()


class ImportSerializer(serializers.ModelSerializer):
    """One file of a partner: its terms, how far it is, and what it would do or did."""

    partner = PartnerSerializer(read_only=True)
    topics: serializers.SlugRelatedField = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)
    file = serializers.CharField(source="original_name", read_only=True)
    received_at = serializers.DateTimeField(source="created_at", read_only=True)
    policy = serializers.CharField(source="matches", read_only=True)
    wording = serializers.CharField(source="consent_wording", read_only=True)
    rows = serializers.SerializerMethodField()
    columns = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()

    class Meta:
        model = ImportRun
        fields = [
            "id", "partner", "file", "size", "sha256", "door", "state", "refusal", "received_at",
            "topics", "wording", "consented_on", "policy", "blanks", "rule", "system", "tags",
            "rows", "counts", "changes", "columns", "warnings", "progress",
            "committed_at", "reverted_at", "revert_report",
        ]  # fmt: skip
        read_only_fields = fields

    def get_rows(self, run: ImportRun) -> int:
        """How many rows the file has, as far as it was read."""
        return sum(run.counts.values())

    @extend_schema_field(ColumnSerializer(many=True))
    def get_columns(self, run: ImportRun) -> list[dict[str, Any]]:
        """The columns in their order."""
        kept = ("at", "heading", "field")
        return [{name: column.get(name, "") for name in kept} for column in run.mapping.get("columns", [])]

    @extend_schema_field(WarningSerializer(many=True))
    def get_warnings(self, run: ImportRun) -> list[dict[str, Any]]:
        """What somebody should look at before the file is saved."""
        return [{**one, "ticked": is_ticked(run, one)} for one in run.warnings]

    @extend_schema_field(ProgressSerializer(allow_null=True))
    def get_progress(self, run: ImportRun) -> dict[str, Any] | None:
        """While a worker is on it."""
        return {"percent": run.job.percent, "message": run.job.message} if run.job and run.job.is_open else None

    def to_representation(self, run: ImportRun) -> dict[str, Any]:
        """What a revert left in the book is for those who may read the book."""
        told = super().to_representation(run)
        if not self.context["request"].user.has_perm(READS_BOOK):
            del told["revert_report"]
        return told


class SendSerializer(serializers.Serializer):
    """A file with its terms; partners say what people agreed to, the house what is done with the book."""

    OF_STAFF = ("policy", "blanks", "rule", "tags", "new_partner")

    file = serializers.FileField(allow_empty_file=True)
    partner: serializers.PrimaryKeyRelatedField = serializers.PrimaryKeyRelatedField(
        queryset=Partner.objects.none(), required=False, help_text="Your own when left out, if you have one only."
    )
    new_partner = OneLine(max_length=160, required=False, help_text="The name of a partner; made when it is new.")
    topics: serializers.SlugRelatedField = serializers.SlugRelatedField(
        slug_field="slug", many=True, queryset=Topic.objects.all(), required=False
    )
    wording = serializers.CharField(required=False, help_text="How people were asked; the proof of their yes.")
    consented_on = serializers.DateField(required=False)
    policy = serializers.ChoiceField(ImportRun.Matches.choices, required=False)
    blanks = serializers.BooleanField(required=False)
    rule = serializers.ChoiceField(ImportRun.Rule.choices, required=False)
    system = OneLine(max_length=40, required=False, help_text="Whose numbers bare numbers are, such as salesforce.")
    tags = serializers.ListField(child=OneLine(max_length=100), required=False)

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

    def validate_consented_on(self, day: Any) -> Any:
        """Nobody agrees tomorrow."""
        if day > timezone.localdate():
            raise serializers.ValidationError(gettext("This day is still to come."))
        return day

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One partner; the rule by number needs to know whose number."""
        if attrs.get("rule") == ImportRun.Rule.NUMBER and not attrs.get("system"):
            words = gettext("Name the system, so that its numbers are not taken for another’s.")
            raise serializers.ValidationError({"system": [words]})
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

    @property
    def chosen(self) -> Policy:
        """The terms; what was not asked is as always."""
        facts = self.validated_data
        return Policy(
            matches=facts.get("policy") or ImportRun.Matches.FILL,
            rule=facts.get("rule") or ImportRun.Rule.NARROW,
            blanks=facts.get("blanks", False),
            system=facts.get("system", ""),
            tags=tuple(facts.get("tags", ())),
            consented_on=facts.get("consented_on"),
        )


class RowSerializer(serializers.ModelSerializer):
    """What became of a row. Who it is in the book stands there for those who may read the book."""

    class Meta:
        model = ImportRow
        fields = ["line", "outcome", "column", "message", "cells", "stakeholder", "candidates"]

    def to_representation(self, row: ImportRow) -> dict[str, Any]:
        """Without people of the book for those who may not see them."""
        told = super().to_representation(row)
        if not self.context["request"].user.has_perm(READS_BOOK):
            del told["stakeholder"], told["candidates"]
        return told


class TicksSerializer(serializers.Serializer):
    """Codes of the warnings that whoever saves the file has read."""

    ticked = serializers.ListField(child=serializers.CharField(), required=False, default=list)


class MappingSerializer(serializers.Serializer):
    """What columns and words mean: a field for each heading (empty: left out), a target for each word of a kind."""

    columns = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, default=dict)
    values = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField(allow_blank=True)), required=False, default=dict
    )


class SettleSerializer(serializers.Serializer):
    """Who an unclear row is: somebody in the book (with their number), somebody new, or nobody."""

    line = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    choice = serializers.ChoiceField(ImportDecision.Choice.choices)
    stakeholder: serializers.PrimaryKeyRelatedField = serializers.PrimaryKeyRelatedField(
        queryset=Stakeholder.objects.all(), required=False, allow_null=True, default=None
    )


class RevertSerializer(serializers.Serializer):
    """Whether the file was misread: then the agreements it took and the blocks it alone brought are undone, too."""

    give_back_consent = serializers.BooleanField(required=False, default=False)
    reason = serializers.CharField(
        required=False, max_length=400, help_text="How the file was misread; asked for with give_back_consent."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A no is undone for a stated reason only."""
        if attrs["give_back_consent"] and not attrs.get("reason"):
            raise serializers.ValidationError({"reason": [gettext("Say how the file was misread.")]})
        return attrs
