"""What every API room shares: who may do what, and how a refusal is answered."""

from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError as FormValidationError
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import AllowAny, BasePermission, DjangoModelPermissions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView, exception_handler

from crm.errors import Refused


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


class SignInSerializer(serializers.Serializer):
    """E-mail and password."""

    email = serializers.EmailField(write_only=True)
    password = serializers.CharField(write_only=True, trim_whitespace=False)
    token = serializers.CharField(read_only=True)


class TokenView(APIView):
    """Trade e-mail and password for the token that goes into `Authorization: Token …`."""

    permission_classes = [AllowAny]
    authentication_classes = ()
    throttle_classes = [AnonRateThrottle]

    @extend_schema(request=SignInSerializer, responses=SignInSerializer)
    def post(self, request: Request) -> Response:
        """Answer the user's token, made on the first sign-in."""
        asked = SignInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user = authenticate(request, username=asked.validated_data["email"], password=asked.validated_data["password"])
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
    """A verb that refuses answers 409 with its sentence; a broken rule of a field answers 400."""
    if isinstance(exc, Refused):
        return Response({"detail": str(exc), "code": type(exc).__name__}, status=status.HTTP_409_CONFLICT)
    if isinstance(exc, FormValidationError):
        exc = ValidationError(exc.message_dict if hasattr(exc, "error_dict") else exc.messages)
    return exception_handler(exc, context)
