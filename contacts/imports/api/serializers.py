"""What the API says and takes about files of partners."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from contacts.identity.current import whoever_is_now
from contacts.imports.api.terms import NothingElse
from contacts.imports.keeping.periods import why_gone
from contacts.imports.models import ImportDecision, ImportRow, ImportRun, Partner
from contacts.imports.warnings.ticks import is_ticked
from contacts.models.stakeholders import Stakeholder

READS_BOOK = "contacts.view_stakeholder"


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
            "topics", "wording", "consented_on", "policy", "blanks", "rule", "system", "tags", "occasion",
            "answers", "rows", "counts", "changes", "columns", "warnings", "progress",
            "committed_at", "reverted_at", "revert_report", "file_gone_at", "file_gone_because",
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
        """What a revert left in the book is for those who may read the book; a file that is gone says why."""
        told = super().to_representation(run)
        if run.state == ImportRun.State.REMOVED:
            told["refusal"] = why_gone(run)
        if not self.context["request"].user.has_perm(READS_BOOK):
            del told["revert_report"]
        return told


class RowSerializer(serializers.ModelSerializer):
    """What became of a row. Who it is in the book stands there for those who may read the book.

    `line` names it when it is settled, `place` is where it stands in the file, in words: a row may name two people.
    """

    place = serializers.CharField(read_only=True)

    class Meta:
        model = ImportRow
        fields = ["line", "place", "outcome", "column", "message", "cells", "stakeholder"]

    def to_representation(self, row: ImportRow) -> dict[str, Any]:
        """Without people of the book for those who may not see them."""
        told = super().to_representation(row)
        if not self.context["request"].user.has_perm(READS_BOOK):
            del told["stakeholder"]
        return told


class OptionSerializer(serializers.Serializer):
    """One way to read a file: what to answer with, what it is called, and how the file begins when it is read so."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    lines = serializers.ListField(child=serializers.CharField())


class QuestionSerializer(serializers.Serializer):
    """What a file leaves open: the name of its answer, the question, and the options, the best guess first."""

    key = serializers.CharField()
    text = serializers.CharField()
    options = OptionSerializer(many=True)


class AnswerSerializer(NothingElse, serializers.Serializer):
    """How a file is meant, by the `value` of an option; an empty answer lets it ask once more."""

    encoding = serializers.CharField(required=False, allow_blank=True, max_length=80)
    sheet = serializers.CharField(required=False, allow_blank=True, max_length=80, trim_whitespace=False)

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        """An answer to something."""
        if not attrs:
            raise serializers.ValidationError(gettext("Answer “encoding” or “sheet”."))
        return attrs


class TicksSerializer(serializers.Serializer):
    """Codes of the warnings that whoever saves the file has read."""

    ticked = serializers.ListField(child=serializers.CharField(), required=False, default=list)


class MappingSerializer(serializers.Serializer):
    """What columns and words mean: a field for each heading (empty: left out), a target for each word of a kind."""

    columns = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, default=dict)
    values = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField(allow_blank=True)), required=False, default=dict
    )


class SomebodyNow(serializers.PrimaryKeyRelatedField):
    """Somebody in the book by their number; the number of somebody who was merged is that of who they are now."""

    def to_internal_value(self, data: Any) -> Stakeholder:
        """Who that is today."""
        now = whoever_is_now(data) if type(data) is int and 0 < data < 2**63 else None
        return now or super().to_internal_value(data)


class SettleSerializer(serializers.Serializer):
    """Who an unclear row is: somebody in the book (with their number), somebody new, or nobody."""

    line = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    choice = serializers.ChoiceField(ImportDecision.Choice.choices)
    stakeholder = SomebodyNow(queryset=Stakeholder.objects.all(), required=False, allow_null=True, default=None)


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
