"""The door for providers: is it theirs, write it down, ring; nothing else happens while they wait for the answer."""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.webhooks import inbox, sns
from campaigns.webhooks.proof import NotTheirs, Proven, prove
from campaigns.webhooks.reading import Told, read
from crm.bell import ring
from crm.provider.known import heard
from crm.said import whole

log = logging.getLogger(__name__)

LARGEST = 10 * 2**20
"""Bytes of a request; the largest batches of providers have a few million."""


@csrf_exempt
@require_http_methods(["POST", "GET", "HEAD"])
def told(request: HttpRequest, provider: str) -> HttpResponse:
    """What a provider has to say; GET and HEAD only see whether somebody is there, as some of them ask first."""
    if provider not in heard(settings.EMAIL_PROVIDER, settings.WEBHOOK_PROVIDERS):
        return HttpResponseNotFound()
    if request.method != "POST":
        return HttpResponse()
    if _size(request) > LARGEST:
        return HttpResponse(status=413)
    request._body = request.read(LARGEST)  # Django's own limit is for forms of people
    try:
        proven = prove(provider, request)
    except NotTheirs as refusal:
        return _refused(provider, refusal)
    if provider == "amazon_ses" and not sns.confirm_if_asked(proven.reader, request):
        return HttpResponse(status=503)
    return _write_down(provider, proven, read(provider, proven, request))


def _write_down(provider: str, proven: Proven, rows: list[Told]) -> HttpResponse:
    if inbox.put(rows):
        ring("campaigns.tasks.take_in_news")
    elif proven.token and rows and inbox.is_used(rows[0]):
        log.warning("A signature of %s came a second time, with other words; nothing of it counts", provider)
        return HttpResponse(status=403)
    return HttpResponse()


def _refused(provider: str, refusal: NotTheirs) -> HttpResponse:
    log.warning("Something that is not shown to be of %s was refused", provider)
    answer = HttpResponse(status=refusal.status)
    if refusal.status == 401:
        answer["WWW-Authenticate"] = 'Basic realm="news"'
    return answer


def _size(request: HttpRequest) -> int:
    length = whole(request.META.get("CONTENT_LENGTH") or "0")
    return LARGEST + 1 if length is None else length
