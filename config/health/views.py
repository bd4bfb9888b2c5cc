"""`GET /healthz`, for load balancers, containers and `make run`."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.health.questions import QUESTIONS


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Each part “ok” or why not; 503 when any is not."""
    answers = {name: ask() for name, ask in QUESTIONS.items()}
    return JsonResponse(answers, status=200 if set(answers.values()) == {"ok"} else 503)
