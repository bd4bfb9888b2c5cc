"""Lists that stay quick with a million people: counts that stop early, filters that ask like segments do."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.contrib.filters.admin import MultipleDropdownFilter

from contacts.segments.registry import CRITERIA, Criterion

CAP = 10_000
"""Pages of a filtered list end here; a narrower question is the way on."""


class QuickPaginator(Paginator):
    """Counts exactly up to CAP; beyond, the whole table is estimated and a filtered one says “more than”."""

    template_name = "contacts/_pagination.html"
    object_list: Any

    @cached_property
    def count(self) -> int:
        """How many, as exactly as can be had at once."""
        found = self.object_list.order_by()[: CAP + 1].values("pk").count()
        if found <= CAP:
            return found
        return CAP if self.filtered else max(CAP, self._estimate())

    @property
    def filtered(self) -> bool:
        """Whether the list shows only a part of its table."""
        return bool(self.object_list.query.where)

    @property
    def more_than(self) -> bool:
        """Whether the count stopped early."""
        return self.filtered and self.count == CAP

    def _estimate(self) -> int:
        """What PostgreSQL believes the table holds."""
        table = self.object_list.model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", [table])
            return cursor.fetchone()[0]


class CriterionFilter(MultipleDropdownFilter):
    """A filter of the list that asks exactly what the criterion of the same name asks in a segment."""

    criterion: Criterion

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        """The choices of the criterion."""
        return [(str(key), str(label)) for key, label in (self.criterion.choices or list)()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those who fit any of what was chosen; a value nobody offers fits nobody."""
        chosen = [value for value in self.value() or [] if value]
        if not chosen:
            return queryset
        known = {key for key, _label in self.lookup_choices}
        if not known.issuperset(chosen):
            return queryset.none()
        return queryset.filter(self.criterion.ask("any_of", chosen))


def criterion_filter(key: str) -> type[CriterionFilter]:
    """The filter that asks the criterion `key`."""
    criterion = CRITERIA.get(key)
    if criterion is None:
        raise LookupError(f"no criterion is called “{key}”")
    facts = {"criterion": criterion, "title": criterion.label, "parameter_name": key}
    return type(f"{key.title()}Filter", (CriterionFilter,), facts)
