"""Give somebody everything we know about them, or forget them."""

from collections import Counter
from collections.abc import Iterable

import pgtrigger
import structlog
from django.db import transaction
from django.utils.translation import gettext_noop

from contacts.actions.suppression import suppress
from contacts.identity.merging import take_everybody_apart
from contacts.imports.keeping.holding import runs_that_may_hold, sought
from contacts.imports.keeping.removing import Gone, remove_file
from contacts.locks import share_the_book
from contacts.models import ContactPoint, Stakeholder, StakeholderMerge, Suppression
from crm.history import acting
from crm.privacy import RELATIONS, TRACES, Leaving, Merge

STAND_IN = gettext_noop("Somebody who was erased")
BY_ERASURE = "erasure"
logger = structlog.get_logger(__name__)


def export_person(stakeholder: Stakeholder) -> dict:
    """Everything the house knows about `stakeholder`, by place: lists of plain rows, ready to be written as JSON."""
    fields = [field.name for field in Stakeholder._meta.concrete_fields if field.name != "search"]
    told: dict = {"contacts.Stakeholder": Stakeholder.objects.filter(pk=stakeholder.pk).values(*fields)[0]}
    merges = StakeholderMerge.objects.filter(survivor=stakeholder, undone_at__isnull=True)
    merged = list(merges.values_list("merged_id", flat=True))
    for key, place in RELATIONS.items():
        people = [stakeholder.pk, *merged] if place.merge is Merge.STAYS else [stakeholder.pk]
        rows = [row for person in people for row in place.export(person)] if place.export else []
        if rows:
            told[key] = rows
    addresses = tuple(point.normalized for point in _own(stakeholder))
    for key, trace in TRACES.items():
        rows = trace.export(addresses)
        if rows:
            told[f"{key} (by address)"] = rows
    return told


def erase_person(stakeholder: Stakeholder, *, by, keep_suppression: bool = True) -> dict[str, int]:
    """Forget `stakeholder` everywhere; gives how many rows were touched, by place.

    Counts that others rely on stay true: rows of the ledger, of imports and of tables are emptied, not
    deleted. With `keep_suppression` their addresses stay unmailable, known by a keyed hash, so that no
    later file brings mail back; they themselves can join again. An inbox they shared stays the other's.
    Who was merged into them is taken apart first, and forgotten with them. The stored files of partners are looked
    through before, so that nobody who joins or saves meanwhile waits for that.
    """
    _forget_files(stakeholder)
    return _forget_everywhere(stakeholder, by, keep_suppression)


def _forget_files(stakeholder: Stakeholder) -> None:
    """Remove the files of partners in which they may stand."""
    points = stakeholder.contact_points
    emails, phones = (_alone(stakeholder, kind) for kind in (points.emails(), points.filter(kind="phone")))
    who = sought((one.normalized for one in emails), (one.normalized for one in phones), stakeholder.name)
    for run in runs_that_may_hold(who):
        remove_file(run, Gone.ERASED)


@transaction.atomic
def _forget_everywhere(stakeholder: Stakeholder, by, keep_suppression: bool) -> dict[str, int]:
    touched: Counter[str] = Counter()
    with acting("erase_person", by):
        merged = take_everybody_apart(stakeholder, by=by)
        share_the_book()
        with pgtrigger.ignore("contacts.ConsentEvent:append_only"):
            for person in [*merged, stakeholder]:
                touched.update(_forget(person, keep_suppression, by))
    logger.info("person_erased", rows=sum(touched.values()), places=len(touched))
    return dict(touched)


def _forget(stakeholder: Stakeholder, keep_suppression: bool, by) -> dict[str, int]:
    """Everything about one person, who is nobody else besides."""
    points = _own(stakeholder)
    if keep_suppression:
        for point in points:
            suppress(point.value, reason=Suppression.Reason.UNSUBSCRIBED, source=BY_ERASURE, by=by)
    else:
        Suppression.objects.filter(fingerprint__in=[point.fingerprint for point in points]).delete()
    return _erase(stakeholder, points)


def _erase(stakeholder: Stakeholder, points: list[ContactPoint]) -> dict[str, int]:
    leaving = Leaving(
        person=stakeholder.pk,
        name=stakeholder.name,
        addresses=tuple(point.normalized for point in points),
        fingerprints=tuple(point.fingerprint for point in points),
        stand_in=_stand_in,
    )
    pk = stakeholder.pk
    places = [(key, place.erase) for key, place in RELATIONS.items() if not key.endswith("Event.pgh_obj")]
    histories = [(key, place.erase) for key, place in RELATIONS.items() if key.endswith("Event.pgh_obj")]
    traces = [(key, trace.erase) for key, trace in TRACES.items()]
    touched = {key: erase(leaving) for key, erase in [*places, *traces]}
    Stakeholder.objects.filter(pk=pk).delete()
    touched |= {key: erase(leaving) for key, erase in histories}
    return {key: number for key, number in touched.items() if number}


def _own(stakeholder: Stakeholder) -> list[ContactPoint]:
    """The e-mail addresses that nobody else in the book has."""
    return _alone(stakeholder, stakeholder.contact_points.emails())


def _alone(stakeholder: Stakeholder, points: Iterable[ContactPoint]) -> list[ContactPoint]:
    """Those of their addresses or numbers that nobody else in the book has."""
    found = list(points)
    others = ContactPoint.objects.exclude(stakeholder=stakeholder)
    shared = set(
        others.filter(
            kind__in={point.kind for point in found}, normalized__in=[point.normalized for point in found]
        ).values_list("normalized", flat=True)
    )
    return [point for point in found if point.normalized not in shared]


def _stand_in() -> int:
    """The nameless host of tables whose host was erased."""
    found, _created = Stakeholder.objects.get_or_create(name=STAND_IN, source=BY_ERASURE)
    return found.pk
