"""Files of partners for programs: staff see all, partners send and see their own."""

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, Throttled, ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from contacts.imports.actions import check_import, receive_file
from contacts.imports.api.serializers import (
    AnswerSerializer,
    ImportSerializer,
    MappingSerializer,
    QuestionSerializer,
    RevertSerializer,
    RowSerializer,
    SettleSerializer,
    TicksSerializer,
)
from contacts.imports.api.terms import SendSerializer, TermsSerializer
from contacts.imports.asking import AT_ONCE, ask_for_check, ask_for_commit, ask_for_revert, ask_to_stop
from contacts.imports.errors import Unreadable
from contacts.imports.mapping.choosing import map_import
from contacts.imports.models import ImportRow, ImportRun
from contacts.imports.policy import AS_ALWAYS, change_terms, policy_of
from contacts.imports.questions import answer_import, open_questions
from contacts.imports.rejected import rejected_csv
from contacts.imports.reviewing import names_two
from contacts.imports.settling import settle_row
from contacts.imports.warnings.ticks import tick_warnings
from contacts.tasks import check_received_file, commit_received_file, revert_saved_file
from crm.api import Pages, may
from crm.bell import ring
from crm.limits import too_often_for

HOUR = 3600
FILES_AN_HOUR = 60
SAVES = may("contacts.change_importrun")
LIFTS = "contacts.delete_suppression"


class SendsFiles(BasePermission):
    """Staff who work with files, and people of partners."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the asker may send files and see what became of them."""
        asker = request.user
        return asker.is_authenticated and any(
            asker.has_perm(name) for name in ("contacts.add_importrun", "crm.send_own_files")
        )


class AsCsv(BaseRenderer):
    """The file goes out as it is."""

    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        """Only refusals come this way."""
        return JSONRenderer().render(data)


class ImportFilter(filters.FilterSet):
    """Narrow the files by state, partner or fingerprint."""

    state = filters.MultipleChoiceFilter(choices=ImportRun.State.choices)

    class Meta:
        model = ImportRun
        fields = ["partner", "door", "sha256"]


class RowFilter(filters.FilterSet):
    """Narrow the rows by what became of them."""

    outcome = filters.MultipleChoiceFilter(choices=ImportRow.Outcome.choices)

    class Meta:
        model = ImportRow
        fields: ClassVar[list[str]] = ["line"]


class ImportViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[ImportRun]):
    """Send a file, see what it would do, save it, take it back. A file of somebody else is not there."""

    serializer_class = ImportSerializer
    permission_classes = [SendsFiles]
    parser_classes = [JSONParser, MultiPartParser]
    lookup_value_converter = "int"
    pagination_class = Pages
    filterset_class = ImportFilter
    queryset = ImportRun.objects.all()
    http_method_names = ["get", "post", "head", "options"]

    def get_queryset(self) -> QuerySet[ImportRun]:
        """What the asker may see, newest first."""
        runs = ImportRun.objects.visible_to(self.request.user)
        return runs.select_related("partner", "job", "by").prefetch_related("topics").order_by("-pk")

    @extend_schema(request={"multipart/form-data": SendSerializer}, responses={201: ImportSerializer})
    def create(self, request: Request) -> Response:
        """Send a file. A small one is checked at once; a large one says `checking` and is asked for again."""
        if too_often_for(str(request.user.pk), "api-imports", limit=FILES_AN_HOUR, seconds=HOUR):
            raise Throttled(wait=HOUR)
        asked = SendSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        facts = asked.validated_data
        run = receive_file(
            facts["file"],
            partner=facts["partner"],
            topics=facts.get("topics", ()),
            wording=facts.get("wording", ""),
            policy=asked.on(AS_ALWAYS),
            door=ImportRun.Door.API,
            by=request.user,
        )
        return self._checked(run, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: Any = None) -> Response:
        """Read the file anew and say what it would do; the book stays as it is."""
        return self._checked(self.get_object())

    @extend_schema(responses=QuestionSerializer(many=True))
    @action(detail=True, filter_backends=[], pagination_class=None)
    def questions(self, request: Request, pk: Any = None) -> Response:
        """What a file that is `asking` leaves open, with how it begins when it is read one way or the other."""
        return Response(QuestionSerializer(open_questions(self.get_object()), many=True).data)

    @extend_schema(request=AnswerSerializer, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: Any = None) -> Response:
        """Say how a file is meant, and read it anew."""
        run, asked = self.get_object(), AnswerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return self._checked(answer_import(run, asked.validated_data, by=request.user))

    @extend_schema(request=TermsSerializer, responses=ImportSerializer)
    @action(detail=True, methods=["post"], permission_classes=[SAVES])
    def terms(self, request: Request, pk: Any = None) -> Response:
        """Change the terms of a file that is not saved, and check it anew; what is not named stays."""
        run = self.get_object()
        asked = TermsSerializer(run, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        facts = asked.validated_data
        topics, wording = facts.get("topics", run.topics.all()), facts.get("wording", run.consent_wording)
        change_terms(run, asked.on(policy_of(run)), topics=topics, wording=wording, by=request.user)
        return self._checked(run)

    @extend_schema(request=MappingSerializer, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def mapping(self, request: Request, pk: Any = None) -> Response:
        """Say what columns and words mean, and read the file anew."""
        run, asked = self.get_object(), MappingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return self._checked(map_import(run, **asked.validated_data, by=request.user))

    @extend_schema(request=TicksSerializer, responses={202: ImportSerializer})
    @action(detail=True, methods=["post"], permission_classes=[SAVES])
    def commit(self, request: Request, pk: Any = None) -> Response:
        """Save a checked file in the background; `ticked` names the warnings that were read."""
        run, asked = self.get_object(), TicksSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        tick_warnings(run, asked.validated_data["ticked"], by=request.user)
        ask_for_commit(run, by=request.user)
        ring(commit_received_file.name, run.pk)
        return self._told(run, status.HTTP_202_ACCEPTED)

    @extend_schema(request=RevertSerializer, responses={202: ImportSerializer})
    @action(detail=True, methods=["post"], permission_classes=[SAVES])
    def revert(self, request: Request, pk: Any = None) -> Response:
        """Take back what a saved file did, in the background; what was changed since stays and is said so.

        With `give_back_consent`, for those who may allow addresses again, agreements that only this file took and
        blocks that only it brought are undone, too.
        """
        run, asked = self.get_object(), RevertSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        misread = asked.validated_data["reason"] if asked.validated_data["give_back_consent"] else None
        if misread is not None and not request.user.has_perm(LIFTS):
            raise PermissionDenied
        ask_for_revert(run, by=request.user, misread=misread)
        ring(revert_saved_file.name, run.pk)
        return self._told(run, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: ImportSerializer})
    @action(detail=True, methods=["post"], permission_classes=[SAVES])
    def cancel(self, request: Request, pk: Any = None) -> Response:
        """End the work on a file; what was saved of it so far is taken back."""
        run = self.get_object()
        ask_to_stop(run)
        return self._told(run, status.HTTP_202_ACCEPTED)

    @extend_schema(request=SettleSerializer, responses={204: None})
    @action(detail=True, methods=["post"], permission_classes=[SAVES])
    def settle(self, request: Request, pk: Any = None) -> Response:
        """Say who a row is that could mean several people; it is kept, and obeyed when the file is saved."""
        run, asked = self.get_object(), SettleSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        settle_row(run, asked.validated_data.pop("line"), **asked.validated_data, by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        responses=RowSerializer(many=True),
        parameters=[OpenApiParameter("outcome", str, enum=ImportRow.Outcome.values, many=True)],
    )
    @action(detail=True, filter_backends=[])
    def rows(self, request: Request, pk: Any = None) -> Response:
        """The rows of a file and what becomes of each; before it is saved, those somebody should look at."""
        run = self.get_object()
        every = run.rows.by_row() if names_two(run) else run.rows.order_by("line")
        rows = RowFilter(request.query_params, every)
        if not rows.form.is_valid():
            raise ValidationError(rows.form.errors)
        page = self.paginate_queryset(rows.qs)
        told = RowSerializer(page, many=True, context=self.get_serializer_context())
        return self.get_paginated_response(told.data)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    @action(detail=True, url_path="rejected.csv", url_name="rejected", renderer_classes=[AsCsv, JSONRenderer])
    def rejected(self, request: Request, pk: Any = None) -> StreamingHttpResponse:
        """The rows that were not taken, in the file's own columns with line and reason, ready to be mended."""
        run = self.get_object()
        answer = StreamingHttpResponse(rejected_csv(run), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="rejected-{run.pk}.csv"'
        return answer

    def _checked(self, run: ImportRun, code: int = status.HTTP_200_OK) -> Response:
        """Check a small file at once, let a worker check a large one."""
        if run.size > AT_ONCE:
            ask_for_check(run, by=self.request.user)
            ring(check_received_file.name, run.pk)
            return self._told(run, code if code == status.HTTP_201_CREATED else status.HTTP_202_ACCEPTED)
        try:
            check_import(run, by=self.request.user)
        except Unreadable:
            run.refresh_from_db()
        return self._told(run, code)

    def _told(self, run: ImportRun, code: int) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=run.pk)).data, status=code)
