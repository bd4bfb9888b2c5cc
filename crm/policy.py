"""What a browser may load: strict on public pages, relaxed where unfold runs (decision 0016).

Unfold's Alpine.js evaluates attributes as script and its charts write inline styles. Nothing there
shows HTML that a visitor wrote outside a sandboxed frame.
"""

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

STRICT = {
    "default-src": [SELF],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
RELAXED = {
    **STRICT,
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "frame-src": [SELF],
    "frame-ancestors": [SELF],
}


def relaxed(response: HttpResponse) -> HttpResponse:
    """Mark a page of the back office; everything else stays strict."""
    response._csp_config = RELAXED  # type: ignore[attr-defined]
    return response


class PolicyMiddleware(CSPMiddleware):
    """Strict for everyone; the admin's own pages, and those marked by `relaxed`, get what unfold needs."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """The policy of this response."""
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and parts.config is None:
            match = request.resolver_match
            parts.config = RELAXED if match is not None and match.app_name == "admin" else STRICT
        return parts
