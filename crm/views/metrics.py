"""`GET /metrics`, for a monitoring system that shows its token or asks from this very machine."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from crm.metrics import exposition

PASSED_ON = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")
"""What proxies write: who comes through one is a stranger, however near the proxy stands."""


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Every figure as Prometheus text; never to the public, not even by a setting that was forgotten."""
    if settings.METRICS_TOKEN:
        if not _shows_token(request):
            refusal = HttpResponse("Show METRICS_TOKEN as a bearer token.\n", status=401, content_type="text/plain")
            refusal["WWW-Authenticate"] = 'Bearer realm="metrics"'
            return refusal
    elif not _is_from_here(request):
        said = "Only this machine may read this as long as METRICS_TOKEN is not set.\n"
        return HttpResponse(said, status=403, content_type="text/plain")
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _shows_token(request: HttpRequest) -> bool:
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    return kind.lower() == "bearer" and constant_time_compare(token.strip(), settings.METRICS_TOKEN)


def _is_from_here(request: HttpRequest) -> bool:
    try:
        here = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    return here and not any(header in request.headers for header in PASSED_ON)
