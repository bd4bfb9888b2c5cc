"""Who somebody is now: numbers and links of a merged one lead to the survivor."""

from contacts.identity.models import StakeholderMerge
from contacts.models import Stakeholder

LONGEST = 100
"""Merges are re-pointed when a survivor is merged itself, so one step is the rule; this only stops a circle."""


def current_id(pk: int) -> int:
    """The number under which `pk` is in the book now: their own, or that of whoever they were merged with."""
    for _step in range(LONGEST):
        found = StakeholderMerge.objects.filter(merged_id=pk, undone_at__isnull=True).values_list("survivor_id")
        survivor = found.first()
        if survivor is None:
            return pk
        pk = survivor[0]
    return pk


def whoever_is_now(pk: int) -> Stakeholder | None:
    """The stakeholder that a link made for `pk` means today; None when they are no longer in the book."""
    return Stakeholder.objects.filter(pk=pk).first() or Stakeholder.objects.filter(pk=current_id(pk)).first()


def hold(stakeholder: Stakeholder) -> Stakeholder:
    """Lock somebody, who may have been merged a moment ago, and answer with who they are now."""
    locked = Stakeholder.objects.select_for_update()
    return locked.filter(pk=stakeholder.pk).first() or locked.get(pk=current_id(stakeholder.pk))


def whose_it_was(place: str, pk: int) -> Stakeholder | None:
    """Whom row `pk` of `place` is about although a merge let it go, for the survivor had one of the same."""
    let_go = {"journal": [{"did": "changed", "place": place, "pk": pk}]}
    merge = StakeholderMerge.objects.filter(undone_at__isnull=True, kept__contains=let_go).order_by("pk").last()
    return merge.survivor if merge else None


def let_go_for(place: str, person: int) -> list[int]:
    """The rows of `place` that are about somebody although merges let them go, for they had one of the same."""
    let_go = {"journal": [{"did": "changed", "place": place}]}
    merges = StakeholderMerge.objects.filter(survivor=person, undone_at__isnull=True, kept__contains=let_go)
    steps = [step for kept in merges.values_list("kept", flat=True) for step in kept["journal"]]
    return [step["pk"] for step in steps if step["did"] == "changed" and step["place"] == place]


def row_now(place: str, pk: int) -> int | None:
    """The number of the row that stands for row `pk` of `place`, which a merge dropped as it was there twice."""
    dropped = [{"did": "dropped", "place": place, "row": {"id": pk}}]
    merges = StakeholderMerge.objects.filter(undone_at__isnull=True, kept__contains={"journal": dropped})
    for kept in merges.order_by("-pk").values_list("kept", flat=True):
        for step in kept["journal"]:
            if step["did"] == "dropped" and step["place"] == place and step["row"].get("id") == pk and step["for"]:
                return row_now(place, step["for"]) or step["for"]
    return None
