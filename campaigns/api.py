"""The machines' door to newsletters: write a draft, launch it, watch it, stop it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import django_filters as filters
from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet

from campaigns.actions.control import cancel_campaign, finish_sending, pause_campaign, resume_campaign
from campaigns.actions.correct import correct_campaign
from campaigns.actions.launch import NotADraft, launch_campaign
from campaigns.actions.pace import FASTEST, set_pace
from campaigns.actions.retry import retry_failed
from campaigns.actions.uncertain import give_up, mark_as_sent, send_again, undo_decision
from campaigns.answers import findings, got_it, headline
from campaigns.content.blocks import check
from campaigns.evidence import doubts, timeline
from campaigns.models import Campaign
from campaigns.sending.telling.why import facts_about
from contacts.identity.current import current_id
from contacts.models import Segment, Stakeholder, Topic
from crm.api import Pages, RolePermissions, RowSerializer, may

DECIDE = {"arrived": mark_as_sent, "again": send_again, "never": give_up}
"""What may be decided about uncertain messages, by the names that programs and forms use."""


class CampaignSerializer(RowSerializer):
    """A newsletter: its audience, its words and how far it is."""

    topic = serializers.SlugRelatedField(slug_field="slug", queryset=Topic.objects.all())
    include = serializers.PrimaryKeyRelatedField(many=True, queryset=Segment.objects.all(), required=False)
    exclude = serializers.PrimaryKeyRelatedField(many=True, queryset=Segment.objects.all(), required=False)

    class Meta:
        model = Campaign
        fields = [
            "id",
            "name",
            "topic",
            "include",
            "exclude",
            "subject",
            "subject_es",
            "preheader",
            "preheader_es",
            "blocks",
            "uncertain_policy",
            "corrects",
            "part",
            "state",
            "pause_reason",
            "per_hour",
            "audience_size",
            "created_at",
            "launched_at",
            "finished_at",
        ]
        read_only_fields = [
            "corrects",
            "part",
            "state",
            "pause_reason",
            "per_hour",
            "audience_size",
            "created_at",
            "launched_at",
            "finished_at",
        ]

    def validate_blocks(self, blocks: Any) -> Any:
        """Refuse content that could not be rendered, naming each place."""
        problems = check(blocks)
        if problems:
            raise serializers.ValidationError([str(problem) for problem in problems])
        return blocks

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        """Who gets a correction, and on which topic, is decided by what it corrects."""
        if self.instance is not None and self.instance.corrects_id is not None:
            why = _("This is a correction: whom it goes to is decided by the newsletter that it corrects.")
            meant: dict[str, Any] = {name: [why] for name in ("topic", "include", "exclude") if name in said}
            if meant:
                raise serializers.ValidationError(meant)
        return said

    def create(self, validated: dict[str, Any]) -> Campaign:
        """Make a draft."""
        return super().create({**validated, "created_by": self.context["request"].user})

    def update(self, campaign: Campaign, validated: dict[str, Any]) -> Campaign:
        """Change a draft; what was launched stays as it was sent."""
        if campaign.state != Campaign.State.DRAFT:
            raise NotADraft
        return super().update(campaign, validated)


class PaceSerializer(serializers.Serializer):
    """How many messages an hour a newsletter may send at most; null takes the limit away."""

    per_hour = serializers.IntegerField(min_value=1, max_value=FASTEST, allow_null=True)


class CorrectionSerializer(serializers.Serializer):
    """Which parts of a newsletter's audience are written to: those who got it, those who did not."""

    parts = serializers.ListField(child=serializers.ChoiceField(choices=Campaign.Part.choices), allow_empty=False)


class DecisionSerializer(serializers.Serializer):
    """What is decided about which uncertain messages; without `deliveries` about all."""

    decision = serializers.ChoiceField(choices=list(DECIDE))
    deliveries = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, allow_empty=False, max_length=10_000
    )


class UndoSerializer(serializers.Serializer):
    """The moment of a decision, as the history of a message tells it."""

    at = serializers.DateTimeField()


class MomentSerializer(serializers.Serializer):
    """Something that happened to a message; without `at` it is what holds now."""

    at = serializers.DateTimeField(allow_null=True)
    kind = serializers.CharField()
    title = serializers.CharField()
    words = serializers.CharField()
    said_by = serializers.CharField(source="source")
    by = serializers.CharField()


class DoubtSerializer(serializers.Serializer):
    """An uncertain message, with what is known about it and what comes by itself."""

    delivery = serializers.IntegerField(source="delivery.pk")
    person = serializers.IntegerField(source="delivery.stakeholder_id", allow_null=True)
    address = serializers.CharField(source="delivery.address")
    tries = serializers.IntegerField(source="delivery.attempts")
    handed_over_at = serializers.DateTimeField(source="delivery.intent_at")
    why = serializers.CharField()
    said_by = serializers.CharField(source="source")
    others = MomentSerializer(many=True)
    comes = serializers.CharField()


class CampaignFilter(filters.FilterSet):
    """Narrow newsletters by state and topic."""

    topic: filters.ModelChoiceFilter = filters.ModelChoiceFilter(to_field_name="slug", queryset=Topic.objects.all())

    class Meta:
        model = Campaign
        fields = ["state", "corrects", "part"]


class CampaignViewSet(ModelViewSet[Campaign]):
    """Newsletters; launching freezes the audience and starts to send."""

    serializer_class = CampaignSerializer
    permission_classes = [RolePermissions]
    lookup_value_converter = "int"
    pagination_class = Pages
    filterset_class = CampaignFilter
    queryset = Campaign.objects.select_related("topic").prefetch_related("include", "exclude").order_by("pk")
    http_method_names = ["get", "post", "patch", "head", "options"]

    def _do(self, verb: Callable[..., Any], request: Request) -> Response:
        verb(self.get_object(), by=request.user)
        return Response(self.get_serializer(self.get_object()).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: CampaignSerializer})
    @action(detail=True, methods=["post"], permission_classes=[may("campaigns.launch_campaign")])
    def launch(self, request: Request, pk: Any = None) -> Response:
        """Freeze the audience and start to send."""
        return self._do(launch_campaign, request)

    @extend_schema(request=None, responses={202: CampaignSerializer})
    @action(detail=True, methods=["post"], permission_classes=[may("campaigns.launch_campaign")])
    def pause(self, request: Request, pk: Any = None) -> Response:
        """Stop after what is on its way."""
        return self._do(pause_campaign, request)

    @extend_schema(request=None, responses={202: CampaignSerializer})
    @action(detail=True, methods=["post"], permission_classes=[may("campaigns.launch_campaign")])
    def resume(self, request: Request, pk: Any = None) -> Response:
        """Go on sending."""
        return self._do(resume_campaign, request)

    @extend_schema(request=None, responses={202: CampaignSerializer})
    @action(detail=True, methods=["post"], permission_classes=[may("campaigns.launch_campaign")])
    def cancel(self, request: Request, pk: Any = None) -> Response:
        """Send no more; what is not out yet is skipped."""
        return self._do(cancel_campaign, request)

    @extend_schema(request=None, responses={202: CampaignSerializer})
    @action(detail=True, methods=["post"], permission_classes=[may("campaigns.launch_campaign")])
    def retry(self, request: Request, pk: Any = None) -> Response:
        """Try what failed once more, and nothing else."""
        return self._do(retry_failed, request)

    @extend_schema(request=PaceSerializer, responses={202: CampaignSerializer})
    @action(detail=True, methods=["post"], permission_classes=[may("campaigns.launch_campaign")])
    def slow(self, request: Request, pk: Any = None) -> Response:
        """Send so many messages an hour at most, within seconds; `null` takes the limit away."""
        asked = PaceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return self._do(partial(set_pace, per_hour=asked.validated_data["per_hour"]), request)

    @extend_schema(request=None, responses={202: CampaignSerializer})
    @action(detail=True, methods=["post"], permission_classes=[may("campaigns.launch_campaign")])
    def finish(self, request: Request, pk: Any = None) -> Response:
        """Send at once what is left, put off or waiting, paused or not."""
        return self._do(finish_sending, request)

    @extend_schema(request=CorrectionSerializer, responses={201: CampaignSerializer(many=True)})
    @action(
        detail=True,
        methods=["post"],
        permission_classes=[may("campaigns.launch_campaign")],
        filterset_class=None,
        pagination_class=None,
    )
    def correct(self, request: Request, pk: Any = None) -> Response:
        """Make drafts for those who got a wrong newsletter, those who did not, or both; nothing is sent yet."""
        asked = CorrectionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        drafts = correct_campaign(self.get_object(), parts=asked.validated_data["parts"], by=request.user)
        return Response(self.get_serializer(drafts, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=DoubtSerializer(many=True))
    @action(detail=True, permission_classes=[may("campaigns.view_delivery")], filterset_class=None)
    def uncertain(self, request: Request, pk: Any = None) -> Response:
        """Messages of which nobody knows whether they arrived, with what is known about each."""
        campaign = self.get_object()
        rows = campaign.deliveries.filter(state="uncertain").select_related("stakeholder").order_by("pk")
        pager = Pages()
        shown = pager.paginate_queryset(rows, request, view=self) or []
        return pager.get_paginated_response(DoubtSerializer(doubts(campaign, shown), many=True).data)

    @extend_schema(request=DecisionSerializer, responses={202: CampaignSerializer})
    @action(detail=True, methods=["post"], permission_classes=[may("campaigns.launch_campaign")])
    def decide(self, request: Request, pk: Any = None) -> Response:
        """Decide about uncertain messages: the named ones, or all of them."""
        asked = DecisionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        verb = DECIDE[asked.validated_data["decision"]]
        return self._do(partial(verb, deliveries=asked.validated_data.get("deliveries")), request)

    @extend_schema(request=UndoSerializer, responses={202: CampaignSerializer})
    @action(detail=True, methods=["post"], permission_classes=[may("campaigns.launch_campaign")])
    def undo(self, request: Request, pk: Any = None) -> Response:
        """Take back what was decided at this moment about uncertain messages."""
        asked = UndoSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return self._do(partial(undo_decision, at=asked.validated_data["at"]), request)

    @extend_schema(responses=OpenApiTypes.OBJECT, parameters=[OpenApiParameter("person", int, "path")])
    @action(detail=True, url_path="people/<int:person>", permission_classes=[may("campaigns.view_delivery")])
    def people(self, request: Request, pk: Any = None, person: int = 0) -> Response:
        """Why somebody got it or not, and what happened to their message."""
        seen = Stakeholder.objects.visible_to(request.user)
        facts = facts_about(self.get_object(), get_object_or_404(seen, pk=current_id(person)))
        answers = [{"question": one.question, "answer": one.answer, "good": one.good} for one in findings(facts)]
        history = MomentSerializer(timeline(facts.delivery) if facts.delivery else [], many=True).data
        state = facts.delivery.state if facts.delivery else None
        told = {"headline": headline(facts), "good": got_it(facts), "state": state}
        return Response({**told, "findings": answers, "history": history})

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def progress(self, request: Request, pk: Any = None) -> Response:
        """How many deliveries are in each state."""
        states: QuerySet = self.get_object().deliveries.order_by().values_list("state").annotate(Count("pk"))
        return Response(dict(states))
