"""The machines' door to merging: make people one, take them apart, and find who stands behind an old number."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from contacts.identity.current import current_id
from contacts.identity.merging import MOST, merge_all, named, unmerge
from contacts.identity.merging.choosing import UnknownChoice
from contacts.identity.merging.telling import told_of
from contacts.models import StakeholderMerge
from crm.api import may

BOOK = may("contacts.change_stakeholder")


class MergeSerializer(serializers.Serializer):
    """Who becomes a part of the one in the address, and whose value of which field is kept."""

    merged = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=MOST - 1)
    fields_from = serializers.DictField(child=serializers.IntegerField(min_value=0), required=False)


class MergedSerializer(serializers.Serializer):
    """A merge in numbers: what moved and what was there twice, by relation."""

    merge = serializers.IntegerField()
    survivor = serializers.IntegerField()
    merged = serializers.IntegerField()
    moved = serializers.DictField(child=serializers.IntegerField())
    twice = serializers.DictField(child=serializers.IntegerField())
    fields_changed = serializers.ListField(child=serializers.CharField(), source="fields")
    withdrawn = serializers.IntegerField()


class UnmergeSerializer(serializers.Serializer):
    """Which merge of the one in the address."""

    merge = serializers.IntegerField(min_value=1)


class ApartSerializer(serializers.Serializer):
    """What went back, what came since and stays, what went along by its address, what was edited or removed since."""

    survivor = serializers.IntegerField()
    merged = serializers.IntegerField()
    back = serializers.DictField(child=serializers.IntegerField())
    restored = serializers.DictField(child=serializers.IntegerField())
    stayed = serializers.DictField(child=serializers.ListField())
    went = serializers.DictField(child=serializers.ListField())
    gone = serializers.DictField(child=serializers.ListField())
    edited = serializers.ListField(child=serializers.CharField())
    remarks = serializers.ListField(child=serializers.CharField())


class MergingDoors:
    """What the room of stakeholders can do beside reading and writing one of them."""

    kwargs: dict[str, Any]

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One of them; the number of somebody who was merged leads on to who they are now (307)."""
        try:
            return super().retrieve(request, *args, **kwargs)  # type: ignore[misc]
        except Http404:
            now = current_id(kwargs["pk"])
            if now == kwargs["pk"]:
                raise
            there = reverse("api:v1:stakeholder-detail", args=[now])
            return Response(status=status.HTTP_307_TEMPORARY_REDIRECT, headers={"Location": there})

    @extend_schema(request=MergeSerializer, responses=MergedSerializer(many=True))
    @action(detail=True, methods=["post"], permission_classes=[BOOK], pagination_class=None, filterset_class=None)
    def merge(self, request: Request, pk: Any = None) -> Response:
        """Make others a part of this one; the newest value of each field wins unless `fields_from` says whose."""
        asked = MergeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        survivor = self.get_object()  # type: ignore[attr-defined]
        others = named(asked.validated_data["merged"])
        try:
            merges = merge_all(survivor, others, fields=asked.validated_data.get("fields_from"), by=request.user)
        except UnknownChoice as unknown:
            raise serializers.ValidationError({"fields_from": [str(unknown)]}) from unknown
        return Response(MergedSerializer([told_of(merge) for merge in merges], many=True).data)

    @extend_schema(request=UnmergeSerializer, responses=ApartSerializer)
    @action(detail=True, methods=["post"], permission_classes=[BOOK], pagination_class=None, filterset_class=None)
    def unmerge(self, request: Request, pk: Any = None) -> Response:
        """Take one merge back: both are there again, and the answer says what is not as it was."""
        asked = UnmergeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        merges = StakeholderMerge.objects.filter(survivor=self.get_object(), pk=asked.validated_data["merge"])  # type: ignore[attr-defined]
        merge = merges.first()
        if merge is None:
            raise Http404
        return Response(ApartSerializer(unmerge(merge, by=request.user)).data)
