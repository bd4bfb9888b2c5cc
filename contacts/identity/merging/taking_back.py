"""A journal read backwards: each step is taken back as far as nobody touched the same thing since.

What cannot be as it was is told in the report by numbers and in plain words, never by names.
"""

from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import ForeignKey, Model

from contacts.identity.current import whoever_is_now
from contacts.identity.merging.journal import Step
from contacts.identity.merging.rows import BOOK, Spot, field_of, keys, numbers, plain, row_from, spot, table, without
from contacts.models import Stakeholder


@dataclass
class Report:
    """What taking two apart brought about; keys of `back`, `restored`, `gone` and `stayed` are relations."""

    back: dict[str, int] = field(default_factory=dict)
    restored: dict[str, int] = field(default_factory=dict)
    gone: dict[str, list[Any]] = field(default_factory=dict)
    stayed: dict[str, list[Any]] = field(default_factory=dict)
    went: dict[str, list[Any]] = field(default_factory=dict)
    edited: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def lose(self, place: str, ids: list[Any]) -> None:
        """These are no longer where the merge put them."""
        if ids:
            self.gone.setdefault(place, []).extend(ids)

    def remark(self, words: str) -> None:
        """Say something once."""
        if words and words not in self.remarks:
            self.remarks.append(words)


class TakingBack:
    """Takes the steps of one merge back, the last first."""

    def __init__(self, survivor: int, merged: int) -> None:
        self.survivor, self.merged, self.report = survivor, merged, Report()

    def all(self, steps: list[Step]) -> Report:
        """Every step; gives the report."""
        undo = {"moved": self._moved, "changed": self._changed, "dropped": self._dropped, "repointed": self._repointed}
        for step in reversed(steps):
            undo[step["did"]](step)
        return self.report

    def _moved(self, step: Step) -> None:
        """Rows go back to their person, unless they are gone or somebody else's since."""
        place = spot(step["place"])
        standing = numbers(place.of(self.survivor).filter(pk__in=keys(step["ids"])))
        self.report.lose(place.key, without(step["ids"], set(keys(standing))))
        went = self._give_back(place, standing)
        if went:
            self.report.back[place.key] = self.report.back.get(place.key, 0) + went

    def _give_back(self, place: Spot, ids: list[Any]) -> int:
        """All at once; one by one when a later edit stands in the way of some."""
        if not ids:
            return 0
        try:
            with transaction.atomic():
                return place.rows.filter(pk__in=keys(ids)).update(**{place.column: self.merged})
        except IntegrityError:
            if len(ids) == 1:
                self.report.lose(place.key, ids)
                return 0
            return sum(self._give_back(place, [pk]) for pk in ids)

    def _changed(self, step: Step) -> None:
        """Values that are still what the merge made them are what they were before."""
        model = table(step["place"])
        row: Any = model._base_manager.filter(pk=step["pk"]).first()
        if row is None:
            self.report.lose(step["place"], [step["pk"]])
            return
        before = {name: getattr(row, name) for name in step["was"]}
        for name, was in step["was"].items():
            self._restore(row, name, was, step["now"][name], in_book=step["place"] == BOOK)
        if step["place"] != BOOK:
            self.report.remark(spot(step["place"]).place.returns(row))
        values = {name: getattr(row, name) for name in before if getattr(row, name) != before[name]}
        if values:
            self._save(step, row, values)

    def _save(self, step: Step, row: Model, values: dict[str, Any]) -> None:
        try:
            with transaction.atomic():
                type(row)._base_manager.filter(pk=row.pk).update(**values)
        except IntegrityError:
            self.report.lose(step["place"], [step["pk"]])

    def _restore(self, row: Any, name: str, was: Any, now: Any, *, in_book: bool) -> None:
        """One value; of own fields each key by itself. What somebody edited since stays, and is told of people."""
        column = field_of(type(row), name)
        if isinstance(was, dict) and isinstance(now, dict):
            self._restore_keys(row, name, was, now)
        elif plain(column, getattr(row, name)) == now:
            setattr(row, name, column.to_python(was))
        elif in_book and name != "updated_at":
            self.report.edited.append(name)

    def _restore_keys(self, row: Any, name: str, was: dict, now: dict) -> None:
        value = dict(getattr(row, name))
        for key in sorted(now.keys() | was.keys()):
            if was.get(key) == now.get(key):
                continue
            if value.get(key) != now.get(key):
                self.report.edited.append(f"{name}:{key}")
            elif key in was:
                value[key] = was[key]
            else:
                value.pop(key, None)
        setattr(row, name, value)

    def _dropped(self, step: Step) -> None:
        """A row that was there twice comes back whole, unless what it hangs on is gone."""
        place = spot(step["place"])
        row = row_from(place.model, step["row"])
        if not _all_there(row):
            self.report.lose(place.key, [row.pk])
            return
        self.report.remark(place.place.returns(row))
        try:
            with transaction.atomic():
                row.save_base(raw=True, force_insert=True)
        except IntegrityError:
            self.report.lose(place.key, [row.pk])
            return
        self.report.restored[place.key] = self.report.restored.get(place.key, 0) + 1

    def _repointed(self, step: Step) -> None:
        """What hung on the dropped row hangs on it again."""
        if not table(step["place"])._base_manager.filter(pk=step["was"]).exists():
            return
        rows = apps.get_model(step["model"])._base_manager.filter(
            pk__in=keys(step["ids"]), **{step["column"]: step["now"]}
        )
        rows.update(**{step["column"]: step["was"]})


def _all_there(row: Model) -> bool:
    """Whether everything the row points to still is; a user who left is no hindrance where nobody may stand."""
    for column in row._meta.concrete_fields:
        if not isinstance(column, ForeignKey) or getattr(row, column.attname) is None:
            continue
        target: Any = column.related_model
        if target._base_manager.filter(pk=getattr(row, column.attname)).exists():
            continue
        if target is Stakeholder and (now := whoever_is_now(getattr(row, column.attname))):
            setattr(row, column.attname, now.pk)
            continue
        if not column.null:
            return False
        setattr(row, column.attname, None)
    return True
