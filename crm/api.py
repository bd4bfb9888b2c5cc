"""What every API room shares: who may do what, and how a refusal is answered."""

from typing import Any, ClassVar

from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError as FormValidationError
from django.db import DataError, models
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import AllowAny, BasePermission, DjangoModelPermissions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from crm.errors import Misstated, Refused
from crm.signin import QUARTER, guesses_too_often


class RolePermissions(DjangoModelPermissions):
    """The same permissions as the back office; reading needs the view permission too."""

    perms_map = {
        **DjangoModelPermissions.perms_map,
        "GET": ["%(app_label)s.view_%(model_name)s"],
        "OPTIONS": ["%(app_label)s.view_%(model_name)s"],
        "HEAD": ["%(app_label)s.view_%(model_name)s"],
    }


def may(permission: str) -> type[BasePermission]:
    """A permission class for one action: signed in and holding `permission`, such as `app.verb_noun`."""

    class May(BasePermission):
        """Holds the named permission."""

        def has_permission(self, request: Request, view: APIView) -> bool:
            return request.user.is_authenticated and request.user.has_perm(permission)

    return May


class OneLine(serializers.CharField):
    """Text of a single line: what may become the subject of a mail never breaks out of it."""

    def to_internal_value(self, data: Any) -> str:
        """The text; raises ValidationError when it holds a line break."""
        text = super().to_internal_value(data)
        if any(mark in text for mark in "\r\n"):
            raise ValidationError(gettext("Write this in one line."))
        return text


class RowSerializer(serializers.ModelSerializer):
    """What every serializer of our models starts from: short texts have one line."""

    serializer_field_mapping: ClassVar[dict] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: OneLine,
    }


class SignInSerializer(serializers.Serializer):
    """E-mail and password."""

    email = serializers.EmailField(write_only=True)
    password = serializers.CharField(write_only=True, trim_whitespace=False)
    token = serializers.CharField(read_only=True)


class TokenView(APIView):
    """Trade e-mail and password for the token that goes into `Authorization: Token …`."""

    permission_classes = [AllowAny]
    authentication_classes = ()

    @extend_schema(request=SignInSerializer, responses=SignInSerializer)
    def post(self, request: Request) -> Response:
        """Answer the user's token, made on the first sign-in."""
        asked = SignInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        account, password = asked.validated_data["email"], asked.validated_data["password"]
        if guesses_too_often(request, account):
            raise Throttled(wait=QUARTER)
        user = authenticate(request, username=account, password=password)
        if user is None:
            raise ValidationError({"detail": gettext("This e-mail address and password do not go together.")})
        token, _created = Token.objects.get_or_create(user=user)
        return Response({"token": token.key})


class Pages(PageNumberPagination):
    """50 to a page unless asked otherwise with `page_size`, 500 at most."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


def answer_refusals(exc: Exception, context: dict) -> Response | None:
    """A verb that refuses answers 409 with its sentence; what makes no sense or is out of range, 400."""
    if isinstance(exc, Refused):
        code = status.HTTP_400_BAD_REQUEST if isinstance(exc, Misstated) else status.HTTP_409_CONFLICT
        return Response({"detail": str(exc), "code": type(exc).__name__}, status=code)
    if isinstance(exc, DataError | OverflowError):
        exc = ValidationError({"detail": gettext("A number or a date is out of range.")})
    if isinstance(exc, RecursionError):
        exc = ValidationError({"detail": gettext("Lists and objects stand too deep inside of each other here.")})
    if isinstance(exc, FormValidationError):
        exc = ValidationError(exc.message_dict if hasattr(exc, "error_dict") else exc.messages)
    return exception_handler(exc, context)
