"""How lists of the API are narrowed."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


class KnownFilters(DjangoFilterBackend):
    """Filters by the names a room offers; a misspelled one is refused, for it would answer everybody."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        """The narrowed rows; raises ValidationError that names what is not known."""
        filters = self.get_filterset_class(view, queryset)
        known = {"page", "page_size", *(filters.base_filters if filters else ())}
        if unknown := set(request.query_params) - known:
            raise ValidationError({name: [gettext("There is no filter of this name.")] for name in sorted(unknown)})
        return super().filter_queryset(request, queryset, view)
