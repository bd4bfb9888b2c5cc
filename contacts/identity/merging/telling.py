"""What a merge did and what taking it back brought about, in words and numbers for pages, commands and the API."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.identity.merging.choosing import CUSTOM
from contacts.identity.merging.rows import BOOK, field_of, spot
from contacts.identity.models import StakeholderMerge
from contacts.models import CustomField, Stakeholder


def told_of(merge: StakeholderMerge) -> dict[str, Any]:
    """The numbers of a merge: what moved and what was there twice by relation, which fields changed, who said no."""
    steps = merge.kept.get("journal", [])
    moved = {step["place"]: len(step["ids"]) for step in steps if step["did"] == "moved"}
    twice = Counter(step["place"] for step in steps if step["did"] == "dropped")
    changed = [step for step in steps if step["did"] == "changed" and step["place"] == BOOK]
    fields = sorted(name for step in changed for name in step["now"] if name != "updated_at")
    return {
        "merge": merge.pk,
        "survivor": merge.survivor_id,
        "merged": merge.merged_id,
        "moved": moved,
        "twice": dict(twice),
        "fields": fields,
        "withdrawn": len(merge.kept.get("said", [])),
    }


def sentences(report: Mapping[str, Any]) -> list[str]:
    """The report of an unmerge as people say it: what stays, what is gone, what is different."""
    told = []
    if stayed := _things(report["stayed"]):
        told.append(_("Came since and stays with the one who was kept: %(things)s.") % {"things": stayed})
    if went := _things(report["went"]):
        told.append(_("Came since and went along, by its address: %(things)s.") % {"things": went})
    if gone := _things(report["gone"]):
        told.append(_("Was removed or changed since, and stays so: %(things)s.") % {"things": gone})
    if report["edited"]:
        fields = ", ".join(label_of(field) for field in report["edited"])
        told.append(_("Was edited since and stays as it is: %(fields)s.") % {"fields": fields})
    return [*told, *report["remarks"]]


def _things(places: Mapping[str, list]) -> str:
    return ", ".join(things_of(place, len(ids)) for place, ids in places.items())


def things_of(place: str, number: int) -> str:
    """Such as “3 registrations”."""
    own = None if place == BOOK else spot(place).place.words
    if own is not None:
        return own % number
    meta = (Stakeholder if place == BOOK else spot(place).model)._meta
    words = ngettext("%(number)d %(one)s", "%(number)d %(many)s", number)
    return words % {"number": number, "one": meta.verbose_name, "many": meta.verbose_name_plural}


def label_of(field: str) -> str:
    """What a field is called on pages, one of our own too."""
    if field.startswith(CUSTOM):
        slug = field.removeprefix(CUSTOM)
        own = CustomField.objects.filter(slug=slug).first()
        return own.name if own else slug
    return str(field_of(Stakeholder, field).verbose_name)
