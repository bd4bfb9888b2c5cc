"""The machines' door to events, registrations and conversations."""

import django_filters as filters
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.mixins import CreateModelMixin, ListModelMixin, RetrieveModelMixin
from rest_framework.viewsets import GenericViewSet, ModelViewSet

from crm.api import Pages, RolePermissions
from engagement.models import Commitment, Event, Gathering, Note, Participant, Registration


class EventSerializer(serializers.ModelSerializer):
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
    pagination_class = Pages
    filterset_class = EventFilter
    queryset = Event.objects.all()
    http_method_names = ["get", "post", "patch", "head", "options"]

    def get_queryset(self) -> QuerySet[Event]:
        """Every event with its counts."""
        return Event.objects.with_counts().order_by("pk")
