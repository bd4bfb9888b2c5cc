"""The machines' door to events, registrations and conversations."""

from typing import Any, ClassVar

import django_filters as filters
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import CreateModelMixin, ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ModelViewSet

from contacts.models import Stakeholder
from crm.api import Pages, RolePermissions, RowSerializer, may
from engagement.actions import (
    cancel_registration,
    create_event,
    log_gathering,
    mark_attendance,
    publish_event,
    register,
    revise_event,
)
from engagement.actions.gatherings import Conversation, Guest, Promise
from engagement.conversations.people import people_known_to
from engagement.models import (
    Commitment,
    Edition,
    Event,
    Gathering,
    Note,
    Participant,
    Registration,
    Strategy,
)


def known_to(serializer: serializers.Serializer, field: str, stakeholder: Stakeholder) -> Stakeholder:
    """`stakeholder`, when the asker may find them; else the same answer as for a number nobody has."""
    user = serializer.context["request"].user
    known = user.has_perm("contacts.view_stakeholder") or people_known_to(user).filter(pk=stakeholder.pk).exists()
    if not known:
        serializer.fields[field].fail("does_not_exist", pk_value=stakeholder.pk)
    return stakeholder


class EventSerializer(RowSerializer):
    """An event with its seats: `registered_count` of `capacity` are taken."""

    registered_count = serializers.IntegerField(read_only=True)
    waitlisted_count = serializers.IntegerField(read_only=True)
    attended_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Event
        fields = [
            "id",
            "slug",
            "title_en",
            "title_es",
            "kind",
            "state",
            "summary_en",
            "summary_es",
            "description_en",
            "description_es",
            "starts_at",
            "ends_at",
            "venue",
            "address",
            "zip",
            "capacity",
            "waitlist",
            "featured",
            "registered_count",
            "waitlisted_count",
            "attended_count",
        ]
        read_only_fields = ["state"]
        extra_kwargs = {"slug": {"required": False}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """An event ends after it starts."""
        starts, ends = (attrs.get(field, getattr(self.instance, field, None)) for field in ("starts_at", "ends_at"))
        if starts and ends and ends <= starts:
            raise serializers.ValidationError({"ends_at": [gettext("The end must come after the start.")]})
        return attrs

    def create(self, validated: dict[str, Any]) -> Event:
        """Make a draft; publishing is a step of its own."""
        return create_event(**validated, by=self.context["request"].user)

    @transaction.atomic
    def update(self, event: Event, validated: dict[str, Any]) -> Event:
        """Change the event and let the waitlist move up when seats were added."""
        changed = {field for field, value in validated.items() if getattr(event, field) != value}
        event = super().update(event, validated)
        revise_event(event, changed=changed, by=self.context["request"].user)
        return event


class EventFilter(filters.FilterSet):
    """Narrow events by kind, state and date."""

    starts_after = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="gte")
    starts_before = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="lt")

    class Meta:
        model = Event
        fields = ["kind", "state", "featured", "zip"]


class EventViewSet(ModelViewSet[Event]):
    """Forums, workshops, trainings and conversation days."""

    serializer_class = EventSerializer
    permission_classes = [RolePermissions]
    lookup_value_converter = "int"
    pagination_class = Pages
    filterset_class = EventFilter
    queryset = Event.objects.all()
    http_method_names = ["get", "post", "patch", "head", "options"]

    def get_queryset(self) -> QuerySet[Event]:
        """Every event with its counts."""
        return Event.objects.with_counts().order_by("pk")

    @extend_schema(request=None, responses=EventSerializer)
    @action(detail=True, methods=["post"], permission_classes=[may("engagement.change_event")])
    def publish(self, request: Request, pk: Any = None) -> Response:
        """Show the event on the public site and open its registration."""
        publish_event(self.get_object(), by=request.user)
        return Response(self.get_serializer(self.get_object()).data)


class RegistrationSerializer(RowSerializer):
    """Who comes to what; registering goes through the same rules as the public page."""

    event = serializers.SlugRelatedField(slug_field="slug", queryset=Event.objects.published())
    name = serializers.CharField(source="stakeholder.name", read_only=True)

    class Meta:
        model = Registration
        fields = ["id", "event", "stakeholder", "name", "state", "language", "source", "registered_at", "changed_at"]
        read_only_fields = ["state", "source", "registered_at", "changed_at"]
        validators: ClassVar[list] = []  # the verb says it in words, and knows about cancelled ones

    def validate_stakeholder(self, stakeholder: Stakeholder) -> Stakeholder:
        """Somebody the asker may find."""
        return known_to(self, "stakeholder", stakeholder)

    def create(self, validated: dict[str, Any]) -> Registration:
        """Give the stakeholder a seat or a place in the waitlist."""
        event = validated.pop("event")
        return register(event, **validated, source="API", by=self.context["request"].user)


class RegistrationFilter(filters.FilterSet):
    """Narrow registrations by event, person and state."""

    event: filters.ModelChoiceFilter = filters.ModelChoiceFilter(to_field_name="slug", queryset=Event.objects.all())

    class Meta:
        model = Registration
        fields = ["state", "stakeholder"]


class AttendanceSerializer(serializers.Serializer):
    """Whether the person came."""

    state = serializers.ChoiceField(choices=["attended", "no_show", "registered"])


class RegistrationViewSet(CreateModelMixin, ListModelMixin, RetrieveModelMixin, GenericViewSet[Registration]):
    """Seats and waitlists."""

    serializer_class = RegistrationSerializer
    permission_classes = [RolePermissions]
    lookup_value_converter = "int"
    pagination_class = Pages
    filterset_class = RegistrationFilter
    queryset = Registration.objects.select_related("event", "stakeholder").order_by("pk")

    @extend_schema(request=None, responses=RegistrationSerializer)
    @action(detail=True, methods=["post"], permission_classes=[may("engagement.change_registration")])
    def cancel(self, request: Request, pk: Any = None) -> Response:
        """Free the seat; the first on the waitlist moves up."""
        registration = cancel_registration(self.get_object(), by=request.user)
        return Response(self.get_serializer(registration).data)

    @extend_schema(request=AttendanceSerializer, responses=RegistrationSerializer)
    @action(detail=True, methods=["post"], permission_classes=[may("engagement.change_registration")])
    def attendance(self, request: Request, pk: Any = None) -> Response:
        """Write down whether the person came."""
        asked = AttendanceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        registration = mark_attendance(self.get_object(), asked.validated_data["state"], by=request.user)
        return Response(self.get_serializer(registration).data)


class ParticipantSerializer(serializers.ModelSerializer):
    """A guest at the table."""

    class Meta:
        model = Participant
        fields = ["id", "stakeholder", "first_name", "zip"]


class GuestSerializer(serializers.Serializer):
    """A guest to write down: known by e-mail, or a first name and a zip."""

    first_name = serializers.CharField(max_length=100, required=False, default="")
    email = serializers.EmailField(required=False, default="")
    zip = serializers.RegexField(r"^\d{5}$", required=False, default="")


class NoteSerializer(serializers.ModelSerializer):
    """What was said under a prompt."""

    class Meta:
        model = Note
        fields = ["prompt", "text"]


class CommitmentSerializer(serializers.ModelSerializer):
    """Who will do what for which strategy."""

    strategy = serializers.SlugRelatedField(
        slug_field="letter", queryset=Strategy.objects.all(), required=False, allow_null=True
    )

    class Meta:
        model = Commitment
        fields = ["text", "strategy", "due_on", "state"]
        read_only_fields = ["state"]


class ConversationSerializer(RowSerializer):
    """One On the Table conversation, whole."""

    edition = serializers.SlugRelatedField(slug_field="year", queryset=Edition.objects.all())
    participants = ParticipantSerializer(many=True, read_only=True)
    guests = GuestSerializer(many=True, write_only=True, required=False)
    notes = NoteSerializer(many=True, required=False)
    commitments = CommitmentSerializer(many=True, required=False)
    submission_key = serializers.UUIDField(required=False)

    class Meta:
        model = Gathering
        fields = [
            "id",
            "edition",
            "host",
            "state",
            "held_on",
            "zip",
            "place",
            "language",
            "attendance",
            "submission_key",
            "participants",
            "guests",
            "notes",
            "commitments",
        ]
        read_only_fields = ["state"]

    def validate_host(self, host: Stakeholder) -> Stakeholder:
        """Somebody the asker may find."""
        return known_to(self, "host", host)

    def to_representation(self, gathering: Gathering) -> dict[str, Any]:
        """Who sat there is only for those who may see participants."""
        shown = super().to_representation(gathering)
        if not self.context["request"].user.has_perm("engagement.view_participant"):
            del shown["participants"], shown["host"]
        return shown

    def create(self, validated: dict[str, Any]) -> Gathering:
        """Log the conversation by the verb; the same `submission_key` twice makes one record."""
        key = validated.pop("submission_key", None)
        notes = {note["prompt"].pk: note["text"] for note in validated.pop("notes", [])}
        guests = [Guest(**guest) for guest in validated.pop("guests", [])]
        promises = [Promise(**promise) for promise in validated.pop("commitments", [])]
        talk = Conversation(**validated, guests=guests, notes=notes, promises=promises)
        return log_gathering(talk, submission_key=key, by=self.context["request"].user)


class ConversationFilter(filters.FilterSet):
    """Narrow conversations by edition, place and day."""

    edition = filters.NumberFilter(field_name="edition__year")
    held_after = filters.DateFilter(field_name="held_on", lookup_expr="gte")

    class Meta:
        model = Gathering
        fields = ["zip", "language", "state"]


class ConversationViewSet(CreateModelMixin, ListModelMixin, RetrieveModelMixin, GenericViewSet[Gathering]):
    """On the Table: organizers see what they logged, staff see all."""

    serializer_class = ConversationSerializer
    permission_classes = [RolePermissions]
    lookup_value_converter = "int"
    pagination_class = Pages
    filterset_class = ConversationFilter
    queryset = Gathering.objects.all()

    def get_queryset(self) -> QuerySet[Gathering]:
        """The conversations this user may see, without a query per table."""
        return (
            Gathering.objects.visible_to(self.request.user)
            .select_related("edition")
            .prefetch_related("participants", "notes", "commitments__strategy")
            .order_by("pk")
        )
