"""Stop mailing an address, and allow it again."""

from collections.abc import Mapping

import pghistory
from django.db import connection, transaction
from django.utils.translation import gettext as _

from contacts.addresses import fingerprint, normalize_email
from contacts.models import Suppression
from contacts.models.consent import SAID_AGAIN
from contacts.signals import address_suppressed
from crm.errors import Refused
from crm.history import acting

Reason = Suppression.Reason

STRENGTH = [Reason.UNSUBSCRIBED, Reason.SOFT_BOUNCES, Reason.MANUAL, Reason.HARD_BOUNCE, Reason.COMPLAINT]
"""From the reason a person may undo alone to the one that weighs most; a weaker one never replaces a stronger."""

SUPPRESS = """
INSERT INTO contacts_suppression AS known (channel, address, fingerprint, reason, source, note, at)
SELECT 'email', said.address, said.fingerprint, %(reason)s, said.source, '', now()
FROM unnest(%(addresses)s::text[], %(fingerprints)s::text[], %(sources)s::text[])
     AS said (address, fingerprint, source)
ORDER BY said.fingerprint
ON CONFLICT (fingerprint, channel) DO UPDATE SET reason = excluded.reason, source = excluded.source, note = ''
WHERE known.reason = ANY(%(weaker)s)
RETURNING fingerprint, xmax = 0
"""
"""In the order of the index, so that two who say the same at once wait for each other and never in a circle."""

SAY_AGAIN = """
INSERT INTO contacts_suppressionevent (address, at, channel, fingerprint, id, note, pgh_context_id, pgh_created_at,
    pgh_label, pgh_obj_id, reason, source)
SELECT address, at, channel, fingerprint, id, note, _pgh_attach_context(), now(), %(label)s, id, reason, source
FROM contacts_suppression WHERE channel = 'email' AND fingerprint = ANY(%(fingerprints)s)
"""


class NoReasonGiven(Refused):
    """An address is allowed again only for a stated reason."""


@transaction.atomic
def suppress(address: str, *, reason: str, source: str, note: str = "", by=None) -> Suppression:
    """Never mail `address` again, whatever lists it is on; said twice, the graver reason stays.

    `reason` is a Suppression.Reason value. Imports never undo this. History keeps that it was said again, too:
    whoever lifts what one file said must know that somebody else says so.
    """
    normalized = normalize_email(address)
    print_ = fingerprint(normalized)
    facts = {"address": normalized, "reason": reason, "source": source, "note": note}
    with acting("suppress", by, source=source):
        known, created = Suppression.objects.select_for_update().get_or_create(
            fingerprint=print_, channel="email", defaults=facts
        )
        if not created and STRENGTH.index(Reason(reason)) > STRENGTH.index(Reason(known.reason)):
            Suppression.objects.filter(pk=known.pk).update(reason=reason, source=source, note=note)
            known.refresh_from_db()
        elif not created:
            pghistory.create_event(known, label=SAID_AGAIN)
    if created:
        transaction.on_commit(lambda: address_suppressed.send_robust(Suppression, fingerprint=print_))
    return known


@transaction.atomic
def suppress_all(addresses: Mapping[str, str], *, reason: str) -> int:
    """The same for many at once; `addresses` says of each where it was heard. Answers how many are new."""
    said = {fingerprint(address): (address, source) for address, source in _normalized(addresses).items()}
    if not said:
        return 0
    weaker = [str(weak) for weak in STRENGTH[: STRENGTH.index(Reason(reason))]]
    columns = {
        "addresses": [address for address, _source in said.values()],
        "fingerprints": list(said),
        "sources": [source[:120] for _address, source in said.values()],
    }
    with acting("suppress"), connection.cursor() as cursor:
        cursor.execute(SUPPRESS, {**columns, "reason": str(reason), "weaker": weaker})
        written = dict(cursor.fetchall())
        if again := [print_ for print_ in said if print_ not in written]:
            cursor.execute(SAY_AGAIN, {"label": SAID_AGAIN, "fingerprints": again})
    new = [print_ for print_, created in written.items() if created]
    transaction.on_commit(lambda: _tell(new))
    return len(new)


def _normalized(addresses: Mapping[str, str]) -> dict[str, str]:
    return {normalize_email(address): source for address, source in addresses.items() if address.strip()}


def _tell(fingerprints: list[str]) -> None:
    for print_ in fingerprints:
        address_suppressed.send_robust(Suppression, fingerprint=print_)


@transaction.atomic
def lift_suppression(suppression: Suppression, *, reason: str, by) -> None:
    """Allow the address again; history keeps who did it and why. Raises NoReasonGiven for an empty reason.

    Lifting gives nobody's consent back: whoever left a topic has still left it.
    """
    if not reason.strip():
        raise NoReasonGiven(_("Say why this address may be mailed again."))
    with acting("lift_suppression", by, reason=reason.strip()):
        suppression.delete()


@transaction.atomic
def welcome_back(address: str, *, source: str) -> bool:
    """The owner of `address` asks for mail again (a confirmed join, their own preferences): undo their own leaving.

    A bounce, a complaint or a request kept by staff is not undone. True when nothing stands in the way now.
    """
    print_ = fingerprint(normalize_email(address))
    with acting("welcome_back", source=source):
        Suppression.objects.filter(fingerprint=print_, channel="email", reason=Reason.UNSUBSCRIBED).delete()
    return not Suppression.objects.filter(fingerprint=print_, channel="email").exists()
