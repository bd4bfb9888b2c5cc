"""Read what came back by mail: mails → readings → the ledger, the outbox and the book → put away.

A mail is put away after what it says was committed, and saying it twice changes nothing. So a reader that dies at any
line reads a few mails again, and no more. Which it had in hand then is noted before (bounces/hands.py).
"""

import logging
import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone

from campaigns.actions.news import Fate, Heard, heard_of_single, note_news, stepped_back
from campaigns.bounces.hands import Hands, hands_for
from campaigns.bounces.places.addresses import NOBODYS, BadPlace, place_at
from campaigns.bounces.places.place import Mail, Place, PlaceTrouble, Shelf, Since
from campaigns.bounces.reading.meaning import Meaning
from campaigns.bounces.reading.proof import About
from campaigns.bounces.reading.reading import Reading, Sort, read
from campaigns.models import Attempt, BounceMailbox, Delivery
from crm.actions.outbox import note_single
from crm.models import OutboxMail
from crm.returns import NEWSLETTER

log = logging.getLogger(__name__)

SOURCE = "bounce mail"
LOCK = 7501
"""Class of the advisory lock that lets one reader at a time into a place."""
UNKNOWN, NOTHING = "unknown", "nothing"
MEANINGS = {means.value for means in Meaning if means.value}
ASIDE = {Sort.UNPROVEN.value, Sort.UNREADABLE.value, UNKNOWN}
"""Outcomes that a person should see."""
PERSONAL = {Sort.LETTER.value, Sort.UNPROVEN.value, Sort.UNREADABLE.value, Sort.AUTOMATIC.value}
"""What may be somebody's own in the mailbox of the sender: answers, and reports about what they wrote by hand."""


class BeingRead(Exception):
    """Another reader is at it."""


class Busy(Exception):
    """Somebody holds the newsletters that the mails are about for longer than we wait; nothing is wrong with them."""


@dataclass
class Turn:
    """What one turn came to: mails by outcome, whether some are left for the next one, how many lie aside."""

    counts: Counter[str] = field(default_factory=Counter)
    more: bool = False
    aside: int = 0

    @property
    def mails(self) -> int:
        """How many mails were read."""
        return self.counts.total()


def read_bounces(place: Place, *, seconds: float = math.inf, looking: bool = False) -> Turn:
    """Read what is new in `place`; when only `looking` nothing is changed anywhere.

    Raises PlaceTrouble where the place cannot be read, BeingRead, and Busy; whatever was not noted then stays there.
    """
    with _alone(place):
        row = _row(place, looking=looking)
        known = BounceMailbox.objects.filter(pk=row.pk or 0) if not looking else BounceMailbox.objects.none()
        try:
            hands = hands_for(place, row, looking=looking)
            turn = _turn(place, Since(row.validity, row.upto), time.monotonic() + seconds, hands, looking=looking)
        except PlaceTrouble as why:
            known.update(tried_at=timezone.now(), trouble=str(why)[:500], in_hand={})
            raise
        except OperationalError as why:
            if not stepped_back(why):
                raise
            known.update(tried_at=timezone.now(), in_hand={})
            raise Busy from why
        known.update(tried_at=timezone.now(), read_at=timezone.now(), trouble="", aside=turn.aside)
        return turn


def _turn(place: Place, since: Since, until: float, hands: Hands, *, looking: bool) -> Turn:
    """Everything that is new, or as much as there is time for."""
    turn = Turn()
    with place.opened(looking=looking):
        for batch in place.batches(since):
            for mails in hands.apart(batch):
                turn.counts += _take(place, mails, hands, looking=looking)
            if time.monotonic() > until:
                turn.more = True
                break
        turn.aside = 0 if looking else place.aside()
    return turn


def _row(place: Place, *, looking: bool) -> BounceMailbox:
    """What is known of the place; nothing is written down about it by who is only looking."""
    if looking:
        return BounceMailbox.objects.filter(key=place.key).first() or BounceMailbox()
    return BounceMailbox.objects.get_or_create(key=place.key, defaults={"name": place.name[:300]})[0]


def read_configured(*, seconds: float = math.inf) -> Turn | None:
    """Read what `BOUNCES_URL` names, for the clock; where that cannot be, the log says why in one line."""
    if settings.BOUNCES_URL in NOBODYS:
        return None
    try:
        return read_bounces(place_at(settings.BOUNCES_URL), seconds=seconds)
    except (BadPlace, PlaceTrouble) as why:
        log.error("Mail that came back is not read: %s", why)
    except BeingRead:
        log.info("Mail that came back is being read by somebody else")
    except Busy:
        log.warning("Mail that came back waits: its newsletters are being changed at this moment")
    return None


def _take(place: Place, batch: Sequence[Mail], hands: Hands, *, looking: bool) -> Counter[str]:
    """Read a few mails, write down what they say, put them away, in this order."""
    hands.begin(batch)
    readings = [_unread(mail) if hands.is_deadly(mail) else read(mail) for mail in batch]
    outcomes = _look(readings) if looking else _note_patiently(readings)
    counts = Counter(outcomes)
    if looking:
        return counts
    shelves: dict[Shelf, list[Mail]] = {shelf: [] for shelf in Shelf}
    for mail, outcome in zip(batch, outcomes, strict=True):
        shelves[shelf_of(outcome)].append(mail)
    for shelf, mails in shelves.items():
        place.put(mails, shelf)
    _remember(place, place.since(batch), counts)
    return counts


def _unread(mail: Mail) -> Reading:
    """A mail that nobody survives reading."""
    log.error("A mail that ended its readers again and again is set aside without being read")
    return Reading(Sort.UNREADABLE, mail.came)


def shelf_of(outcome: str) -> Shelf:
    """Where a mail goes; without a mailbox of its own for what comes back only proven reports are moved."""
    if outcome == Sort.LETTER or (not settings.RETURN_PATH and outcome in PERSONAL):
        return Shelf.STAYS
    return Shelf.ASIDE if outcome in ASIDE else Shelf.PROCESSED


def _look(readings: Sequence[Reading]) -> list[str]:
    """What would come of them."""
    addresses = _addresses(readings)
    return [_outcome(one, addresses) for one in readings]


def _note_patiently(readings: Sequence[Reading]) -> list[str]:
    """Write them down together; where the database refuses one, each alone, so that it stops no other."""
    try:
        return _note(readings)
    except DatabaseError as error:
        if stepped_back(error) or not connection.is_usable():
            raise
        log.warning("Reports could not be written down together (%s), and are one by one", type(error).__name__)
    return [_note_alone(one) for one in readings]


def _note_alone(reading: Reading) -> str:
    try:
        return _note([reading])[0]
    except DatabaseError as error:
        if stepped_back(error) or not connection.is_usable():
            raise
        log.error("A report could not be written down (%s) and is set aside", type(error).__name__)
        return Sort.UNREADABLE


@transaction.atomic
def _note(readings: Sequence[Reading]) -> list[str]:
    """Write down what these say; answers with the outcome of each."""
    addresses = _addresses(readings)
    outcomes = [_outcome(one, addresses) for one in readings]
    told: list[tuple[int, Heard]] = []
    for place, (one, outcome) in enumerate(zip(readings, outcomes, strict=True)):
        if one.about is not None and outcome in MEANINGS:
            told.append((place, _heard(one, one.about, outcome, addresses[one.about.ledger, one.about.number])))
    new = _not_known([heard for _place, heard in told])
    fates = note_news([heard for _place, heard in told if heard in new])
    answers = dict(zip([place for place, heard in told if heard in new], fates, strict=True))
    for place, heard in told:
        about = readings[place].about
        if about is not None and about.ledger != NEWSLETTER:
            note_single(about.number, heard.kind, at=heard.at, reply=heard.reply)
        if answers.get(place, Fate.NOTED) != Fate.NOTED:
            outcomes[place] = UNKNOWN
    return outcomes


def _heard(reading: Reading, about: About, kind: str, address: str) -> Heard:
    """The report as news take it: a single mail is known by its address only."""
    reply = reading.reply(address)
    if about.ledger == NEWSLETTER:
        return Heard(about.number, kind, reading.at, reply, source=SOURCE, campaign=about.campaign)
    return heard_of_single(about.number, kind, at=reading.at, reply=reply, address=address)


def _outcome(reading: Reading, addresses: dict[tuple[str, int], str]) -> str:
    """What comes of a mail in one word: what it means for its message, or which sort of mail it is."""
    if reading.sort != Sort.REPORT or reading.about is None:
        return reading.sort.value
    address = addresses.get((reading.about.ledger, reading.about.number))
    if address is None:
        return UNKNOWN
    return reading.meaning(address).value or NOTHING


def _addresses(readings: Sequence[Reading]) -> dict[tuple[str, int], str]:
    """Where the messages went that these are about; empty for people who were erased since."""
    asked: dict[str, set[int]] = {}
    for one in readings:
        if one.about is not None:
            asked.setdefault(one.about.ledger, set()).add(one.about.number)
    found: dict[tuple[str, int], str] = {}
    for ledger, numbers in asked.items():
        rows = (
            Delivery.objects.filter(pk__in=numbers).values_list("pk", "address", "fingerprint")
            if ledger == NEWSLETTER
            else OutboxMail.objects.filter(pk__in=numbers).values_list("pk", "to", "to")
        )
        found |= {(ledger, pk): address.lower() if kept else "" for pk, address, kept in rows}
    return found


def _not_known(events: list[Heard]) -> list[Heard]:
    """Those of the events of which the evidence is not kept already, from a turn that was cut off."""
    numbers = {one.delivery for one in events if one.delivery is not None}
    kept = set(
        Attempt.objects.filter(delivery__in=numbers, source=SOURCE).values_list("delivery_id", "what", "at")
        if numbers
        else ()
    )
    return [one for one in events if (one.delivery, one.kind, one.at) not in kept]


def _remember(place: Place, since: Since, counts: Counter[str]) -> None:
    """How far it was read, and what came of it."""
    with transaction.atomic():
        row = BounceMailbox.objects.select_for_update().get(key=place.key)
        row.validity, row.upto = since.validity, since.upto
        row.counts, row.in_hand = dict(Counter(row.counts) + counts), {}
        row.save(update_fields=["validity", "upto", "counts", "in_hand"])


@contextmanager
def _alone(place: Place) -> Iterator[None]:
    """One reader at a time; the lock falls with the connection, so a killed reader holds nothing."""
    if not place.shared:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [LOCK, place.key])
        if not cursor.fetchone()[0]:
            raise BeingRead
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [LOCK, place.key])
