"""What the book itself adds to the page about somebody: who else they may be, their household, their merges."""

from collections.abc import Iterator, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.identity.households import housemates
from contacts.identity.merging.telling import sentences
from contacts.identity.pages import pairs_of
from contacts.models import ConsentEvent, DuplicateCandidate, Stakeholder, StakeholderMerge
from crm.panels import CONTACTS, PANELS, Contact, Panel

LATEST, SHOWN = 10, 5
SHARES = {"email": gettext_lazy("the same inbox"), "postal": gettext_lazy("the same postal address")}


@PANELS.register("merges")
def merges(stakeholder_id: int, user) -> Panel | None:
    """Who became part of them, with the button that takes them apart; and what was taken apart."""
    if not user.has_perm("contacts.view_stakeholder"):
        return None
    found = StakeholderMerge.objects.filter(
        Q(survivor=stakeholder_id) | Q(merged_id=stakeholder_id, undone_at__isnull=False)
    )
    latest = list(found.select_related("by", "undone_by", "survivor").order_by("-pk")[:LATEST])
    context = {
        "merges": [_line(merge, stakeholder_id) for merge in latest],
        "may_take_apart": user.has_perm("contacts.change_stakeholder"),
    }
    return Panel(_("Merged"), "contacts/_merges_panel.html", context, order=10) if latest else None


def _line(merge: StakeholderMerge, person: int) -> dict:
    undone = merge.undone_at is not None
    return {
        "merge": merge,
        "name": merge.kept.get("row", {}).get("name", ""),
        "other": merge.merged_id if merge.survivor_id == person else merge.survivor_id,
        "told": sentences(merge.report) if undone and merge.report else [],
    }


@PANELS.register("may-be-the-same")
def may_be_the_same(stakeholder_id: int, user) -> Panel | None:
    """Others who may be this one, the surest first."""
    found = DuplicateCandidate.objects.visible_to(user).open().likely().about(stakeholder_id)
    pairs = pairs_of(found.select_related("one", "other").order_by("-score", "pk")[:SHOWN])
    if not pairs:
        return None
    others = [(pair, pair.sides[pair.candidate.one_id == stakeholder_id]) for pair in pairs]
    may_decide = user.has_perm("contacts.change_stakeholder")
    context = {"others": others, "may_decide": may_decide, "stakeholder_id": stakeholder_id}
    return Panel(_("May be the same as"), "contacts/_same_panel.html", context, order=5)


@PANELS.register("household")
def household(stakeholder_id: int, user) -> Panel | None:
    """Who shares their postal address or their inbox."""
    person = Stakeholder.objects.visible_to(user).filter(pk=stakeholder_id).first()
    mates = housemates(person) if person else []
    context = {"mates": [(mate.who, [SHARES[kind] for kind in mate.shares]) for mate in mates]}
    return Panel(_("Household"), "contacts/_household_panel.html", context, order=30) if mates else None


@CONTACTS.register("topics")
def last_words(people: Sequence[int], user) -> Iterator[Contact]:
    """The last that each of them said about a topic."""
    if not user.has_perm("contacts.view_stakeholder"):
        return
    said = ConsentEvent.objects.filter(stakeholder__in=people).select_related("topic")
    for one in said.order_by("stakeholder_id", "-at", "-pk").distinct("stakeholder_id"):
        yield Contact(one.stakeholder_id, one.at, str(one))
