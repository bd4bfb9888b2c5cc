"""Whom a newsletter reached, or may have reached, and whom of its audience it did not: what a correction goes by.

Reached: a mail server took the message for good, or nobody knows (yet) whether it did. Not reached: it waits, was
skipped, refused, or came back because nobody has the address. A message that was uncertain once and was sent again or
decided about since may have arrived the first time; one of which the answer to that very try is known did not.

People count as who they are now: of two who were merged, one message each or one that a merge let go.
"""

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from contacts.models import Stakeholder

ARRIVED = """
(delivery.state IN ('sending', 'accepted', 'delivered', 'complained', 'uncertain')
 OR (delivery.state <> 'bounced' AND (delivery.reason IN ('given_up', 'never_answered') OR delivery.id IN (
    SELECT note.delivery_id FROM campaigns_attempt AS note
    WHERE note.what = 'uncertain'
      AND note.delivery_id >= (SELECT min(first_id) FROM campaigns_chunk WHERE campaign_id = {wrong})
      AND note.delivery_id <= (SELECT max(last_id) FROM campaigns_chunk WHERE campaign_id = {wrong})
      AND NOT EXISTS (SELECT FROM campaigns_attempt AS answer
        WHERE answer.delivery_id = note.delivery_id AND answer.id > note.id AND answer.number = note.number
          AND answer.what IN ('failed', 'bounced', 'deferred', 'broke') AND answer.reply <> 'never_answered')))))
"""
"""Of one message, or may have; `wrong` is the number of its newsletter."""

REACHED_AT = """
SELECT delivery.stakeholder_id AS person, delivery.address FROM campaigns_delivery AS delivery
WHERE delivery.campaign_id = {wrong} AND delivery.stakeholder_id IS NOT NULL AND {arrived}
UNION ALL
SELECT merge.survivor_id, delivery.address FROM contacts_stakeholdermerge AS merge
CROSS JOIN LATERAL jsonb_array_elements(merge.kept -> 'journal') AS step
JOIN campaigns_delivery AS delivery ON delivery.id = CASE
    WHEN step ->> 'did' = 'changed' AND step ->> 'place' = 'campaigns.Delivery.stakeholder'
    THEN (step ->> 'pk')::bigint END
WHERE merge.undone_at IS NULL
  AND EXISTS (SELECT FROM campaigns_delivery AS lost
      WHERE lost.campaign_id = {wrong} AND lost.stakeholder_id IS NULL AND lost.fingerprint <> '')
  AND delivery.campaign_id = {wrong} AND delivery.stakeholder_id IS NULL AND {arrived}
"""
"""Whom, and at which address; somebody may be there twice. The second half finds messages that lost their person, for
whoever the two are now had one already: the journal of the merge knows whose they were. It is not looked at where there
are none."""

REACHED = f"SELECT reached.person FROM ({REACHED_AT}) AS reached"  # noqa: S608 — of the statement above

MISSED = f"""
SELECT delivery.stakeholder_id FROM campaigns_delivery AS delivery
WHERE delivery.campaign_id = {{wrong}} AND delivery.stakeholder_id IS NOT NULL
EXCEPT ({REACHED})
"""  # noqa: S608 — of the statement above

ADDRESSES = """
SELECT delivery.address FROM campaigns_delivery AS delivery WHERE delivery.campaign_id = {wrong} AND {arrived}
"""

ERASED = """
SELECT 'erased', count(*) FROM campaigns_delivery AS delivery
WHERE delivery.campaign_id = {wrong} AND delivery.stakeholder_id IS NULL AND delivery.fingerprint = ''
  AND {arrived} = {reached} HAVING count(*) > 0
"""

ON_THE_WIRE = "SELECT count(*) FROM campaigns_delivery WHERE campaign_id = %s AND state = 'sending'"


def reached_by(wrong: int) -> QuerySet[Stakeholder]:
    """Whom the newsletter with this number reached or may have reached."""
    return Stakeholder.objects.filter(pk__in=_people(REACHED, wrong))


def missed_by(wrong: int) -> QuerySet[Stakeholder]:
    """Whom of its audience it did not reach."""
    return Stakeholder.objects.filter(pk__in=_people(MISSED, wrong))


def addresses_reached(wrong: int) -> str:
    """The addresses at which it arrived or may have arrived, as a statement."""
    return _about(ADDRESSES, wrong)


def people_reached(wrong: int) -> str:
    """Whom it reached or may have reached and at which address (`person`, `address`), as a statement."""
    return _about(REACHED_AT, wrong)


def erased_of(wrong: int, *, reached: bool) -> str:
    """How many of those it reached (or did not) are no longer in the book, as a statement; no row for none."""
    return _about(ERASED, wrong, reached=reached)


def on_the_wire(campaign_id: int) -> int:
    """How many of its messages are with a mail server at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(ON_THE_WIRE, [campaign_id])
        return cursor.fetchone()[0]


def _people(statement: str, wrong: int) -> RawSQL:
    return RawSQL(_about(statement, wrong), [])  # noqa: S611 — only a number is put in


def _about(statement: str, wrong: int, **more: bool) -> str:
    number = int(wrong)
    return statement.format(wrong=number, arrived=ARRIVED.format(wrong=number), **more)
