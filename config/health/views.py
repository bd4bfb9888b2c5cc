"""`GET /healthz`, for load balancers, containers and `make run`."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.health.questions import QUESTIONS, is_down


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Each part “ok” or why not; 503 when one is not that the house cannot do without."""
    answers = {name: ask() for name, ask in QUESTIONS.items()}
    return JsonResponse(answers, status=503 if any(is_down(*answer) for answer in answers.items()) else 200)
