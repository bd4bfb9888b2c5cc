"""The machines' door to people and segments."""

from typing import Any

import django_filters as filters
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiTypes, extend_schema, extend_schema_field, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import CreateModelMixin, ListModelMixin, RetrieveModelMixin, UpdateModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ModelViewSet

from contacts.actions.addresses import add_email, add_phone
from contacts.actions.own import NotItsValue, set_own_values
from contacts.actions.stakeholders import create_stakeholder, set_types, tag_stakeholders, update_stakeholder
from contacts.identity.api import MergingDoors
from contacts.imports.cleaning.own import LONGEST_VALUE
from contacts.models import Consent, ContactPoint, CustomField, Segment, Stakeholder, StakeholderType, Tag, Topic
from contacts.segments.actions import delete_segment, save_segment
from contacts.segments.compiler import people_of
from contacts.segments.counting import count
from contacts.segments.describing import describe
from contacts.segments.errors import InvalidDefinition
from contacts.segments.reading import read
from crm.api import Pages, RolePermissions, RowSerializer, may

PHONE = r"^\+?[\d ().x/-]{7,40}$"
"""Digits as people group them; the book keeps what was written."""


class ContactPointSerializer(serializers.ModelSerializer):
    """An address or number and whether it works."""

    class Meta:
        model = ContactPoint
        fields = ["kind", "value", "label", "status", "is_primary", "verified_at"]


class ConsentSerializer(serializers.ModelSerializer):
    """The latest word on a topic."""

    topic: serializers.SlugRelatedField = serializers.SlugRelatedField(slug_field="slug", read_only=True)

    class Meta:
        model = Consent
        fields = ["topic", "channel", "state", "since"]


class OwnValuesField(serializers.DictField):
    """Values of fields of our own by short name, in the form of the book: 2026-05-01, 12.5, yes."""

    child = serializers.CharField(allow_blank=True, max_length=LONGEST_VALUE)

    @cached_property
    def known(self) -> frozenset[str]:
        """The fields there are, asked once for a whole page of people."""
        return frozenset(CustomField.objects.values_list("slug", flat=True))

    def to_representation(self, value: dict[str, str]) -> dict[str, str]:
        """What is filled, of fields that are still there."""
        return {slug: str(text) for slug, text in value.items() if slug in self.known}


class StakeholderSerializer(RowSerializer):
    """A person or an organisation, with how to reach them and what they agreed to."""

    types = serializers.SlugRelatedField(
        slug_field="slug", many=True, queryset=StakeholderType.objects.all(), required=False
    )
    tags = serializers.SlugRelatedField(slug_field="name", many=True, queryset=Tag.objects.all(), required=False)
    contact_points = ContactPointSerializer(many=True, read_only=True)
    consents = ConsentSerializer(many=True, read_only=True)
    custom = OwnValuesField(required=False)
    emails = serializers.ListField(child=serializers.EmailField(), write_only=True, required=False)
    phones = serializers.ListField(child=serializers.RegexField(PHONE), write_only=True, required=False)

    class Meta:
        model = Stakeholder
        fields = [
            "id",
            "kind",
            "name",
            "first_name",
            "last_name",
            "language",
            "zip",
            "source",
            "types",
            "tags",
            "custom",
            "contact_points",
            "consents",
            "emails",
            "phones",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["source", "created_at", "updated_at"]
        extra_kwargs = {"name": {"required": False}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Somebody new needs a name of some kind."""
        if self.instance is None and not any(attrs.get(part) for part in ("name", "first_name", "last_name")):
            raise serializers.ValidationError({"name": [gettext("Give a name, or a first or last name.")]})
        return attrs

    @transaction.atomic
    def create(self, validated: dict[str, Any]) -> Stakeholder:
        """Put the stakeholder in the book by the verb."""
        tags, values = [tag.name for tag in validated.pop("tags", [])], validated.pop("custom", {})
        by = self.context["request"].user
        stakeholder = create_stakeholder(**validated, tags=tags, source="API", by=by)
        fill(stakeholder, values, by)
        return stakeholder

    @transaction.atomic
    def update(self, stakeholder: Stakeholder, validated: dict[str, Any]) -> Stakeholder:
        """Change fields, own ones too, and types, add tags, addresses and numbers; what is not named stays."""
        by = self.context["request"].user
        for address in validated.pop("emails", []):
            add_email(stakeholder, address, by=by)
        for number in validated.pop("phones", []):
            add_phone(stakeholder, number, by=by)
        if "types" in validated:
            set_types(stakeholder, validated.pop("types"), by=by)
        tag_stakeholders([stakeholder.pk], [tag.name for tag in validated.pop("tags", [])], by=by)
        fill(stakeholder, validated.pop("custom", {}), by)
        update_stakeholder(stakeholder, by=by, **validated)
        return stakeholder


def fill(stakeholder: Stakeholder, values: dict[str, str], by: Any) -> None:
    """Write values of fields of our own; raises ValidationError when there is no such field or it cannot hold one."""
    try:
        if values:
            set_own_values(stakeholder, values, by=by)
    except NotItsValue as error:
        raise serializers.ValidationError({"custom": [str(error)]}) from error


class StakeholderFilter(filters.FilterSet):
    """Narrow the book by words, type, tag, place, language or consent."""

    search = filters.CharFilter(method="by_words", label=_("Every word in name, address or number"))
    type = filters.ModelMultipleChoiceFilter(
        field_name="types", to_field_name="slug", queryset=StakeholderType.objects.all()
    )
    tag = filters.ModelMultipleChoiceFilter(field_name="tags", to_field_name="name", queryset=Tag.objects.all())
    subscribed_to: filters.ModelChoiceFilter = filters.ModelChoiceFilter(
        method="by_topic", to_field_name="slug", queryset=Topic.objects.all(), label=_("Agreed to this topic")
    )
    email = filters.CharFilter(method="by_email", label=_("Has exactly this e-mail address"))
    changed_since = filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = Stakeholder
        fields = ["kind", "zip", "language"]

    def by_words(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those whose search text has every word."""
        return queryset.search(value)  # type: ignore[attr-defined]

    @extend_schema_field(OpenApiTypes.STR)
    def by_topic(self, queryset: QuerySet, name: str, topic: Topic | None) -> QuerySet:
        """Those whose latest word on the topic is yes."""
        return queryset.consenting(topic) if topic else queryset  # type: ignore[attr-defined]

    def by_email(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those with this address, however it is capitalised."""
        point = ContactPoint.objects.emails().filter(stakeholder=OuterRef("pk"), normalized=value.strip().lower())
        return queryset.filter(Exists(point))


class StakeholderViewSet(
    MergingDoors, CreateModelMixin, UpdateModelMixin, ListModelMixin, RetrieveModelMixin, GenericViewSet[Stakeholder]
):
    """People and organisations; what an asker may see is what they may see in the back office."""

    serializer_class = StakeholderSerializer
    permission_classes = [RolePermissions]
    lookup_value_converter = "int"
    pagination_class = Pages
    filterset_class = StakeholderFilter
    queryset = Stakeholder.objects.all()
    http_method_names = ["get", "post", "patch", "head", "options"]

    def get_queryset(self) -> QuerySet[Stakeholder]:
        """The book as this user may see it, without a query per person."""
        return (
            Stakeholder.objects.visible_to(self.request.user)
            .prefetch_related("types", "tags", "contact_points", "consents__topic")
            .order_by("pk")
        )


class SegmentSerializer(RowSerializer):
    """A saved question: its rules, and the same in a sentence."""

    sentence = serializers.SerializerMethodField()

    class Meta:
        model = Segment
        fields = ["id", "name", "description", "definition", "sentence", "created_at", "updated_at"]
        read_only_fields = ["created_at", "updated_at"]

    def get_sentence(self, segment: Segment) -> str:
        """The rules as people say them."""
        return describe(segment.definition)

    def validate_name(self, name: str) -> str:
        """Two segments of one name could not be told apart."""
        others = Segment.objects.exclude(pk=self.instance.pk) if self.instance else Segment.objects.all()
        if others.filter(name__iexact=name).exists():
            raise serializers.ValidationError(gettext("There is a segment of this name already."))
        return name

    def validate_definition(self, definition: Any) -> Any:
        """Refuse rules that cannot be read, naming each place."""
        return checked(definition)

    def create(self, validated: dict[str, Any]) -> Segment:
        """Save a new segment by the verb."""
        return save_segment(**validated, by=self.context["request"].user)

    def update(self, segment: Segment, validated: dict[str, Any]) -> Segment:
        """Change a segment by the verb; what is not named stays."""
        kept = {field: getattr(segment, field) for field in ("name", "definition", "description")}
        return save_segment(segment, **{**kept, **validated}, by=self.context["request"].user)


class QuestionSerializer(serializers.Serializer):
    """Rules that are not saved."""

    definition = serializers.JSONField()

    def validate_definition(self, definition: Any) -> Any:
        """Refuse rules that cannot be read, naming each place."""
        return checked(definition)


def checked(definition: Any) -> Any:
    """`definition` as it is, when it can be read; raises ValidationError with every problem."""
    try:
        read(definition)
    except InvalidDefinition as wrong:
        raise serializers.ValidationError([str(problem) for problem in wrong.problems]) from wrong
    return definition


COUNT = inline_serializer("SegmentCount", {"count": serializers.IntegerField()})


class SegmentViewSet(ModelViewSet[Segment]):
    """Saved questions about stakeholders, and how many people answer to them now."""

    serializer_class = SegmentSerializer
    permission_classes = [RolePermissions]
    lookup_value_converter = "int"
    pagination_class = Pages
    queryset = Segment.objects.order_by("pk")

    def perform_destroy(self, instance: Segment) -> None:
        """Only one that nothing is sent to."""
        delete_segment(instance, by=self.request.user)

    @extend_schema(responses=COUNT)
    @action(detail=True)
    def count(self, request: Request, pk: Any = None) -> Response:
        """How many people are in the segment now."""
        return Response({"count": count(people_of(self.get_object().definition))})

    @extend_schema(request=QuestionSerializer, responses=COUNT)
    @action(detail=False, methods=["post"], permission_classes=[may("contacts.view_segment")])
    def preview(self, request: Request) -> Response:
        """How many people answer to rules that are not saved."""
        asked = QuestionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response({"count": count(people_of(asked.validated_data["definition"]))})
