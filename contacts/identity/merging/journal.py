"""The journal of a merge: every row it touched, step by step, so that it can be taken back.

    journal = Journal()
    journal.move(spot, merged, survivor)      # rows go with their person
    journal.drop(spot, row, stays)            # a row that is there twice is remembered whole
    journal.change(place, row, values)        # values that a row took over
    merge.kept["journal"] = journal.steps     # plain values only

The steps are read backwards by `taking_back`.
"""

from typing import Any

from django.db.models import Model

from contacts.identity.merging.rows import Spot, dependents, field_of, keys, numbers, plain, plain_row

Step = dict[str, Any]


class Journal:
    """Does what a merge does to rows, and notes it."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def move(self, spot: Spot, merged: int, survivor: int) -> None:
        """All rows of the one become rows of the other."""
        ids = numbers(spot.of(merged))
        if ids:
            self.steps.append({"did": "moved", "place": spot.key, "ids": ids})
            spot.of(merged).filter(pk__in=keys(ids)).update(**{spot.column: survivor})

    def change(self, place: str, row: Model, values: dict[str, Any]) -> None:
        """Give `row` these values; what stays the same is not noted."""
        fields = {name: field_of(type(row), name) for name in values}
        was = {name: plain(field, getattr(row, field.attname)) for name, field in fields.items()}
        now = {name: plain(field, values[name]) for name, field in fields.items()}
        differ = {name for name in values if was[name] != now[name]}
        if not differ:
            return
        self.steps.append(
            {
                "did": "changed",
                "place": place,
                "pk": row.pk,
                "was": {name: was[name] for name in sorted(differ)},
                "now": {name: now[name] for name in sorted(differ)},
            }
        )
        type(row)._base_manager.filter(pk=row.pk).update(**{name: values[name] for name in differ})

    def drop(self, spot: Spot, row: Model, stays: Model | None) -> None:
        """Take a row away that is there twice; what points to it points to `stays` from then on."""
        for field in dependents(spot.model) if stays else []:
            pointing = field.model._base_manager.filter(**{field.attname: row.pk})
            self._repoint(spot, field, numbers(pointing), row, stays)
        kept = stays.pk if stays else None
        self.steps.append({"did": "dropped", "place": spot.key, "row": plain_row(row), "for": kept})
        rows = spot.rows.filter(pk=row.pk)
        rows._raw_delete(rows.db)

    def _repoint(self, spot: Spot, field: Any, ids: list[Any], row: Model, stays: Any) -> None:
        if not ids:
            return
        label = field.model._meta.label
        note = {"model": label, "column": field.attname, "ids": ids, "was": row.pk, "now": stays.pk}
        self.steps.append({"did": "repointed", "place": spot.key, **note})
        field.model._base_manager.filter(pk__in=keys(ids)).update(**{field.attname: stays.pk})
