"""Intents: the last questions before the wire, and the durable word that a message is on its way."""

from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection, transaction

from campaigns.content.merge import FIELDS
from campaigns.sending.ledger.chunks import Claim, renew
from campaigns.sending.ledger.receipts import Journal
from campaigns.sending.limits import limits

SETTLE_QUIET = """
WITH settled AS (
    UPDATE campaigns_delivery AS delivery SET
        state = CASE WHEN {again} THEN 'queued' ELSE 'failed' END,
        reason = CASE WHEN {again} THEN '' ELSE 'never_answered' END
    FROM campaigns_campaign AS campaign
    WHERE campaign.id = delivery.campaign_id AND campaign.uncertain_policy = 'resend'
      AND delivery.id BETWEEN %(first)s AND %(last)s AND delivery.campaign_id = %(campaign)s
      AND delivery.state = 'uncertain' AND delivery.intent_at < now() - %(quiet)s * interval '1 second'
    RETURNING delivery.id, delivery.state, delivery.reason, delivery.attempts, delivery.intent_at
)
INSERT INTO campaigns_attempt (delivery_id, at, what, reply, number, handed_at)
SELECT id, clock_timestamp(), CASE state WHEN 'queued' THEN 'again' ELSE 'failed' END, reason, attempts, intent_at
FROM settled ORDER BY id
""".format(again="delivery.attempts < %(tries)s AND delivery.breaks < %(poison)s")

INTEND = """
WITH due AS MATERIALIZED (
    SELECT id, stakeholder_id, address, fingerprint
    FROM (SELECT * FROM campaigns_delivery WHERE id BETWEEN %(first)s AND %(last)s OFFSET 0) AS delivery
    WHERE campaign_id = %(campaign)s
      AND state IN ('queued', 'deferred') AND (next_attempt_at IS NULL OR next_attempt_at <= now())
      AND (%(only)s::bigint[] IS NULL OR id = ANY(%(only)s))
    ORDER BY id LIMIT %(size)s
), judged AS MATERIALIZED (
    SELECT due.id, due.stakeholder_id AS person, CASE
        WHEN due.stakeholder_id IS NULL THEN CASE WHEN due.fingerprint = '' THEN 'erased' ELSE 'merged' END
        WHEN NOT EXISTS (SELECT FROM contacts_consent AS said WHERE said.stakeholder_id = due.stakeholder_id
            AND said.topic_id = campaign.topic_id AND said.channel = 'email' AND said.state = 'given') THEN 'left'
        WHEN EXISTS (SELECT FROM contacts_suppression AS stop
            WHERE stop.fingerprint = due.fingerprint AND stop.channel = 'email') THEN 'suppressed'
        WHEN NOT EXISTS (SELECT FROM contacts_contactpoint AS point WHERE point.stakeholder_id = due.stakeholder_id
            AND point.kind = 'email' AND point.normalized = due.address AND point.status = 'valid') THEN 'address'
        WHEN campaign.corrects_id IS NOT NULL AND EXISTS (SELECT FROM campaigns_campaign AS other
            JOIN campaigns_delivery AS theirs ON theirs.campaign_id = other.id
            WHERE other.corrects_id = campaign.corrects_id AND other.id <> campaign.id
              AND theirs.stakeholder_id = due.stakeholder_id AND theirs.state = ANY(CASE campaign.part
                WHEN 'rest' THEN '{{queued,deferred,sending,accepted,delivered,complained,uncertain}}'::text[]
                ELSE '{{sending,accepted,delivered,complained,uncertain}}' END)) THEN 'merged'
        END AS why
    FROM due JOIN campaigns_campaign AS campaign ON campaign.id = %(campaign)s
)
UPDATE campaigns_delivery AS delivery SET
    state = CASE WHEN judged.why IS NULL THEN 'sending' ELSE 'skipped' END,
    reason = coalesce(judged.why, ''),
    attempts = delivery.attempts + CASE WHEN judged.why IS NULL THEN 1 ELSE 0 END,
    intent_at = CASE WHEN judged.why IS NULL THEN clock_timestamp() ELSE delivery.intent_at END,
    epoch = %(epoch)s, next_attempt_at = NULL
FROM judged LEFT JOIN contacts_stakeholder AS person ON person.id = judged.person
WHERE delivery.id = judged.id AND delivery.state IN ('queued', 'deferred')
RETURNING delivery.state, delivery.id, delivery.stakeholder_id, delivery.address, delivery.fingerprint,
    delivery.language, delivery.attempts, {fields}
""".format(fields=", ".join(f"person.{field}" for field in FIELDS))  # noqa: S608 — only names of columns are put in
"""Two people of whom one got a wrong newsletter may be merged while its correction and the corrected one leave: the
correction goes first, and nobody gets both."""


@dataclass(slots=True)
class Recipient:
    """One person whose message is on its way as far as the ledger knows, with their merge fields."""

    delivery: int
    stakeholder: int
    address: str
    fingerprint: str
    language: str
    attempts: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """A handful of messages of one claim; `judged` counts those asked about, the skipped included.

    `held` counts those whose turn comes later, because their domain takes no more at the moment.
    """

    recipients: list[Recipient]
    judged: int
    held: int = 0


def requeue_quiet(claim: Claim) -> int:
    """Queue again what stayed uncertain for the quiet time, where the campaign says so; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            SETTLE_QUIET, claim.params(quiet=limits().quiet, tries=limits().tries, poison=limits().poison_tries)
        )
        return cursor.rowcount


class Gate(Protocol):
    """Decides how fast messages leave (rates/gate.py)."""

    held: int

    def admit(self, claim: Claim, size: int) -> list[int] | None:
        """The deliveries that may go now; None when nothing holds anybody back."""

    def intended(self, messages: int) -> None:
        """So many are on their way now."""


@transaction.atomic
def take_group(claim: Claim, size: int, journal: Journal, gate: Gate | None = None) -> Group | None:
    """Ask consent, suppression and address again and write down the intent; None when the claim is lost."""
    if not renew(claim):
        return None
    only = gate.admit(claim, size) if gate else None
    with connection.cursor() as cursor:
        cursor.execute(INTEND, claim.params(size=size) | {"only": only})
        rows = cursor.fetchall()
    going = sorted(row[1:] for row in rows if row[0] == "sending")
    if gate:
        gate.intended(len(going))
    journal.group(claim.epoch, [row[0] for row in going])
    return Group([_recipient(*row) for row in going], len(rows), gate.held if gate else 0)


def _recipient(*row: Any) -> Recipient:
    delivery, stakeholder, address, fingerprint, language, attempts, *values = row
    fields = dict(zip(FIELDS, values, strict=True))
    return Recipient(delivery, stakeholder, address, fingerprint, language, attempts, fields)
