"""A NUL in a search or a form is a bad request: no text that people write holds one, and PostgreSQL takes none.

Forms say so by themselves, in the words of their fields; this is for what is read without a form.
"""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

NUL = "\0"


class UnwritableMiddleware:
    """Answers 400 where a view failed at a NUL that it was sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing of its own."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, why: Exception) -> None:
        """Raise BadRequest instead of a failure that is the sender's."""
        if isinstance(why, ValueError | DataError) and _holds_nul(request):
            raise BadRequest("A NUL was sent") from why


def _holds_nul(request: HttpRequest) -> bool:
    said = [text for form in (request.GET, request.POST) for name, texts in form.lists() for text in (name, *texts)]
    return any(NUL in str(text) for text in (request.path, *said))
