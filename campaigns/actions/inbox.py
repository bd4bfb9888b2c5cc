"""Work the inbox of providers' news off: hundreds in a transaction, and nothing that breaks keeps the others waiting.

begin (a note) → take (SKIP LOCKED) → the newsletters' messages, the addresses → the single mails
               → done, later, or set aside
whatever breaks halves the set, until what broke it stands alone
whatever ends the process itself leaves the note, and the events of that set are looked at one by one
"""

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Case, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.actions.news import Fate, Heard, find_messages, heard_of_single, note_news, stepped_back
from campaigns.models import ProviderEvent
from campaigns.webhooks import hands, inbox
from campaigns.webhooks.hands import InHand
from campaigns.webhooks.inbox import Taken
from campaigns.webhooks.reading import read_again
from contacts.models import ContactPoint
from crm.actions.outbox import note_single
from crm.bell import ring
from crm.errors import Refused
from crm.models import OutboxMail, User

log = logging.getLogger(__name__)

SET = 500
"""Events in a transaction: as many messages are held for a tenth of a second."""
TURN = 20.0
"""Seconds after which a worker rings for the next and lets other work go first."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=4)
GIVEN_UP_AFTER = timedelta(days=1)
"""How long an event may wait for the message it is about: our own commit may come after it."""
BUSY = timedelta(seconds=5)
DEADLY = 3
"""Processes that died while they looked at an event, the last two at this one alone: a restart in between is chance."""
AGAIN = 1000
"""Events that are set aside and are looked at again by one press of a button."""
STRANGERS_WAIT = timedelta(minutes=10)
"""The same where an event names no message of ours: it may be about one that others sent through the same account."""

Why = ProviderEvent.Why


class NothingAside(Refused):
    """Somebody else has had it processed meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("These events are not set aside any more: somebody had them processed, or they grew old."))


def take_in_news(*, seconds: float = TURN) -> bool:
    """Work off what is due; True when the turn ended before the work did."""
    until = time.monotonic() + seconds
    _set_aside_what_kills()
    while time.monotonic() < until:
        in_hand = hands.begin_suspect() or hands.begin(SET)
        if in_hand is None:
            return False
        _work_off(in_hand)
    return True


def _set_aside_what_kills() -> None:
    """Look for what others died of: an event that ended its process again and again is not tried any more."""
    deadly = [one for one in hands.find_suspects() if one.deaths >= DEADLY]
    for one in deadly:
        log.error("Event %s of %s was set aside: it ended %s processes", one.pk, one.provider, one.deaths)
    inbox.set_aside({one.pk: Why.BROKE for one in deadly})


@transaction.atomic
def process_again(events: Sequence[int] | None = None, *, by: User) -> int:
    """Have these events that were set aside looked at once more; answers how many.

    When `events` is None it is the oldest of all, `AGAIN` of them. What could not be read is read anew, and stays where
    it still cannot. Raises NothingAside.
    """
    rows = ProviderEvent.objects.filter(state=ProviderEvent.State.ASIDE).order_by("pk")
    asked = rows if events is None else rows.filter(pk__in=list(events))
    held = list(asked.select_for_update(skip_locked=True)[:AGAIN])
    if not held:
        raise NothingAside
    again = [row.pk for row in held if not row.raw]
    broke = Case(When(why=Why.BROKE, then=1), default=0)  # such a one is looked at alone
    waits: dict[str, Any] = {"state": ProviderEvent.State.WAITING, "why": "", "tries": 0, "due_at": Now()}
    ProviderEvent.objects.filter(pk__in=again).update(**waits, deaths=broke)
    read = [row.pk for row in held if row.raw and _read_anew(row)]
    inbox.close(read)
    log.info("%s had %s events processed again", by.pk, len(again) + len(read))
    ring("campaigns.tasks.take_in_news")
    return len(again) + len(read)


def _read_anew(row: ProviderEvent) -> bool:
    """Put what it says into the inbox; False where nobody can read it yet."""
    told = read_again(row.provider, row.raw)
    if any(one.state == ProviderEvent.State.ASIDE for one in told):
        return False
    inbox.put(told)
    return True


def forget_old_news() -> int:
    """Remove events that are older than anything a provider repeats; answers how many."""
    return inbox.forget_old()


def _work_off(in_hand: InHand) -> None:
    """All of these in one transaction."""
    taken: list[Taken] = []
    try:
        with transaction.atomic():
            taken = hands.take(in_hand)
            if taken:
                _settle(taken, _note(taken))
    except (OperationalError, InterfaceError) as error:
        if not stepped_back(error):
            raise  # the database went away: everything is as it was
        hands.let_go(in_hand)
        inbox.put_off({event.pk: BUSY for event in taken})
    except Exception as error:
        hands.let_go(in_hand)
        if not taken:
            raise
        _halve(taken, error)


def _halve(taken: list[Taken], error: Exception) -> None:
    """Find the event that broke its set; the others count."""
    if len(taken) == 1:
        log.error("Event %s of %s was set aside: %s", taken[0].pk, taken[0].provider, type(error).__name__)
        inbox.set_aside({taken[0].pk: Why.BROKE})
        return
    middle = len(taken) // 2
    for half in (taken[:middle], taken[middle:]):
        if in_hand := hands.begin(SET, [event.pk for event in half]):
            _work_off(in_hand)


def _note(taken: list[Taken]) -> list[Fate]:
    """What became of each event."""
    named = {event.mail for event in taken if event.mail is not None}
    mails = {pk: to.lower() for pk, to in OutboxMail.objects.filter(pk__in=named).values_list("pk", "to")}
    known = _known(taken, [place for place, event in enumerate(taken) if event.delivery is None and event.mail is None])
    fates = [Fate.UNKNOWN] * len(taken)
    told: dict[int, Heard] = {}
    for place, event in enumerate(taken):
        if event.is_of_a_mail:
            fates[place], heard = _about_mail(event, mails)
            told |= {place: heard} if heard else {}
        elif event.delivery is not None or place in known:
            told[place] = _heard(event)
    for place, fate in zip(told, note_news(list(told.values())), strict=True):
        fates[place] = fate
    noted = [event for event, fate in zip(taken, fates, strict=True) if event.is_of_a_mail and fate == Fate.NOTED]
    for event in sorted(noted, key=lambda event: (event.mail, event.at)):  # last, and in order, as others hold them
        note_single(event.mail or 0, event.kind, at=event.at, reply=event.reply)
    return fates


def _known(taken: list[Taken], unmarked: list[int]) -> set[int]:
    """Those of the unmarked events that are about a message of ours, or after a while about somebody in the book."""
    heard = [_heard(taken[place]) for place in unmarked]
    found = {unmarked[place] for place in find_messages(heard)}
    late = timezone.now() - STRANGERS_WAIT
    rest = {place: taken[place].address for place in unmarked if place not in found and taken[place].received_at < late}
    if not rest:
        return found
    emails = ContactPoint.objects.emails().filter(normalized__in=set(rest.values()))
    book = set(emails.values_list("normalized", flat=True))
    return found | {place for place, address in rest.items() if address in book}


def _about_mail(event: Taken, mails: dict[int, str]) -> tuple[Fate, Heard | None]:
    """Of a single mail the news know only the address; the mail itself moves afterwards."""
    to = mails.get(event.mail or 0)
    if to is None:
        return Fate.UNKNOWN, None
    if event.address and event.address != to:
        return Fate.MISMATCH, None
    return Fate.NOTED, heard_of_single(event.mail or 0, event.kind, at=event.at, reply=event.reply, address=to)


def _heard(event: Taken) -> Heard:
    return Heard(
        delivery=event.delivery,
        kind=event.kind,
        at=event.at,
        reply=event.reply,
        provider_id=event.provider_id,
        source=event.provider,
        address=event.address,
        campaign=event.campaign,
    )


def _settle(taken: list[Taken], fates: list[Fate]) -> None:
    """What is known is done with; what is not waits longer and longer, and then for a person."""
    done, later, aside = [], {}, {}
    now = timezone.now()
    for event, fate in zip(taken, fates, strict=True):
        stranger = event.delivery is None and event.mail is None
        if fate == Fate.NOTED:
            done.append(event.pk)
        elif fate == Fate.MISMATCH:
            aside[event.pk] = Why.OTHERS
        elif stranger and now - event.received_at > STRANGERS_WAIT:
            done.append(event.pk)  # others send by the same account, to people who are not in the book
        elif now - event.received_at > GIVEN_UP_AFTER:
            aside[event.pk] = Why.NO_MESSAGE
        else:
            later[event.pk] = min(FIRST_PAUSE * 3 ** min(event.tries, 10), LONGEST_PAUSE)
    inbox.close(done)
    inbox.put_off(later)
    inbox.set_aside(aside)
