"""Side by side: choose what is kept of two to five who are one, and take two apart again."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from contacts.identity.current import current_id
from contacts.identity.merging import MOST, merge_all, unmerge
from contacts.identity.merging.choosing import choices
from contacts.identity.merging.comparing import columns_of, fields_of, in_order, words_of
from contacts.identity.merging.telling import sentences
from contacts.models import Stakeholder, StakeholderMerge
from crm.doors import page
from crm.errors import Refused

LIST = "admin:contacts_stakeholder_changelist"
PERSON = "admin:contacts_stakeholder_change"
MERGE = "admin:contacts_stakeholder_merge"
PAIRS = "admin:contacts_duplicatecandidate_changelist"


@admin.action(description=gettext_lazy("Merge them: they are one"), permissions=["change"])
def merge_chosen(office: Any, request: HttpRequest, people: Any) -> HttpResponse | None:
    """Put those who were chosen side by side."""
    numbers = list(people.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not 2 <= len(numbers) <= MOST:
        messages.error(request, _("Choose two to %(most)d who are one.") % {"most": MOST})
        return None
    return redirect(f"{reverse(MERGE)}?ids={','.join(map(str, numbers))}")


@require_http_methods(["GET", "HEAD", "POST"])
def merge_view(request: HttpRequest) -> HttpResponse:
    """The page with a column for each, and the button that makes them one."""
    if not request.user.has_perm("contacts.change_stakeholder"):
        raise PermissionDenied
    numbers = _numbers(request.GET.get("ids", ""))
    people = in_order(list(Stakeholder.objects.visible_to(request.user).filter(pk__in=numbers)))
    if len(people) < 2 or len(people) > MOST:
        return _too_few(request, numbers, people)
    if request.method == "POST":
        if request.POST.get("seen") == _state_of(people):
            return _merge(request, people)
        messages.warning(request, _("They were changed since this page was opened. Please look again."))
    context = {
        "title": _("Make them one"),
        "people": people,
        "fields": fields_of(people, {}),
        "columns": columns_of(people, stays=_who_stays(request, people)),
        "words": words_of(people),
        "seen": _state_of(people),
        "same_kind": len({person.kind for person in people}) == 1,
        "back": pairs_left(request.GET) or reverse(LIST),
    }
    return page(request, "contacts/merge.html", context)


@require_POST
def take_apart_view(request: HttpRequest) -> HttpResponse:
    """Take merges back, the latest first, and say what is not as it was."""
    if not request.user.has_perm("contacts.change_stakeholder"):
        raise PermissionDenied
    numbers = _numbers(",".join(request.POST.getlist("merge")))
    merges = list(StakeholderMerge.objects.filter(pk__in=numbers).order_by("-pk"))
    if not merges:
        messages.error(request, _("Nothing was chosen, or they were erased since. Nothing was changed."))
        return redirect(LIST)
    reports = [report for merge in merges if (report := _take_apart(request, merge))]
    if reports:
        words = ngettext("They are two again", "They are %(number)d again", len(reports)) % {"number": len(reports) + 1}
        messages.success(request, _("%(words)s, each with what was theirs.") % {"words": words})
    for sentence in dict.fromkeys(sentence for report in reports for sentence in sentences(report)):
        messages.info(request, sentence)
    back = pairs_left(request.POST)
    return redirect(back) if back else redirect(PERSON, merges[-1].survivor_id)


def pairs_left(asked: Mapping[str, str]) -> str:
    """The list of pairs, as somebody left it to come here; empty when they came from elsewhere."""
    address = asked.get("back", "")
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and urlsplit(address).path == reverse(PAIRS)
    return address if ours else ""


def _take_apart(request: HttpRequest, merge: StakeholderMerge) -> dict[str, Any] | None:
    try:
        return unmerge(merge, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return None


def _numbers(text: str) -> list[int]:
    """Numbers from an address; what is none is left out."""
    return [int(word) for word in dict.fromkeys(text.split(",")) if word.isdecimal() and len(word) < 19]


def _too_few(request: HttpRequest, numbers: list[int], people: Sequence[Stakeholder]) -> HttpResponse:
    """Nothing to compare: they are one already, some are gone, or too many were chosen."""
    now = {current_id(pk) for pk in numbers[: MOST + 1]}
    if len(people) == 1 and len(numbers) > 1 and now == {people[0].pk}:
        messages.info(request, _("They are one already."))
        back = pairs_left(request.GET)
        return redirect(back) if back else redirect(PERSON, people[0].pk)
    messages.error(request, _("Choose two to %(most)d who are one.") % {"most": MOST})
    return redirect(LIST)


def _who_stays(request: HttpRequest, people: Sequence[Stakeholder]) -> int:
    """The number of the entry that was chosen to stay; of who has been in the book longest when none was."""
    chosen = request.POST.get("stays", "")
    return next((person.pk for person in people if str(person.pk) == chosen), people[0].pk)


def _merge(request: HttpRequest, people: list[Stakeholder]) -> HttpResponse:
    """Make them one as the form says; only what differs from the rule's own choice was chosen."""
    stays = _who_stays(request, people)
    people = sorted(people, key=lambda person: person.pk != stays)
    ruled = {choice.field: choice.chosen for choice in choices(people)}
    asked = {field: request.POST.get(f"keep-{field}", "") for field in ruled}
    wanted = {field: int(pk) for field, pk in asked.items() if pk.isdecimal() and int(pk) != ruled[field]}
    try:
        merges = merge_all(people[0], people[1:], fields=wanted, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(request.get_full_path())
    done = ",".join(str(merge.pk) for merge in merges)
    there = pairs_left(request.GET) or reverse(PERSON, args=[stays])
    return redirect(f"{there}{'&' if '?' in there else '?'}merged={done}")


def _state_of(people: Sequence[Stakeholder]) -> str:
    """Changes whenever one of them does, so that nobody decides on what is no longer so."""
    told = "|".join(f"{person.pk}:{person.updated_at.isoformat()}" for person in people)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def just_merged(request: HttpRequest, person: Stakeholder | None = None) -> dict[str, Any] | None:
    """What was made one a moment ago (of `person`, on their page), for the button that undoes it at once."""
    found = StakeholderMerge.objects.filter(pk__in=_numbers(request.GET.get("merged", ""))[:MOST])
    found = found.filter(survivor__in=Stakeholder.objects.visible_to(request.user), undone_at__isnull=True)
    merges = list((found.filter(survivor=person) if person else found).select_related("survivor"))
    if not merges:
        return None
    words = ngettext("Two are one now.", "%(number)d are one now.", len(merges))
    return {"merges": merges, "words": words % {"number": len(merges) + 1}, "survivor": merges[0].survivor}


DOORS = [("merge", "merge", merge_view), ("take-apart", "take_apart", take_apart_view)]
"""Route, name and view."""
