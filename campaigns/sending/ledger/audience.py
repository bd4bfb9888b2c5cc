"""The audience: who is asked for, who may be written to, and why the others are left out.

chosen: in an included segment and in no excluded one
  → said yes to the topic → has a working address nobody suppressed → is the first person with that address
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from contacts.models import Segment, Stakeholder
from contacts.segments.compiler import compile_segment
from crm.references import hold_parents

ROOM = "SELECT set_config('work_mem', '256MB', true)"
"""Memory in which a million people are sorted and compared; until the end of the transaction."""

JUDGED = """
WITH chosen AS ({chosen}),
judged AS (
    SELECT DISTINCT ON (chosen.id) chosen.id, chosen.language, point.normalized AS address, point.fingerprint,
        point.status = 'valid' AS works, stop.id IS NOT NULL AS suppressed, said.id IS NOT NULL AS agreed
    FROM chosen
    LEFT JOIN contacts_contactpoint AS point ON point.stakeholder_id = chosen.id AND point.kind = 'email'
    LEFT JOIN contacts_suppression AS stop ON stop.fingerprint = point.fingerprint AND stop.channel = 'email'
    LEFT JOIN contacts_consent AS said ON said.stakeholder_id = chosen.id
        AND said.topic_id = %s AND said.channel = 'email' AND said.state = 'given'
    ORDER BY chosen.id, (point.status = 'valid' AND stop.id IS NULL) DESC, point.is_primary DESC, point.id
),
numbered AS (
    SELECT judged.*, row_number() OVER (PARTITION BY address, agreed AND works AND NOT suppressed ORDER BY id) AS place
    FROM judged
),
verdicts AS (
    SELECT id, language, address, fingerprint, CASE
        WHEN NOT agreed THEN 'no_consent'
        WHEN address IS NULL THEN 'no_address'
        WHEN NOT works THEN 'bad_address'
        WHEN suppressed THEN 'suppressed'
        WHEN place > 1 THEN 'same_address'
        ELSE 'audience' END AS verdict
    FROM numbered
)
"""

FROZEN = """, frozen AS (
    INSERT INTO campaigns_delivery
        (campaign_id, stakeholder_id, address, fingerprint, language, state, reason, attempts, epoch, provider_id)
    SELECT %s, id, address, fingerprint, language, 'queued', '', 0, 0, ''
    FROM verdicts WHERE verdict = 'audience' ORDER BY id
)
"""

COUNTED = "SELECT verdict, count(*) FROM verdicts GROUP BY verdict"
EACH = "SELECT id, verdict, address FROM verdicts"


LEFT_OUT: dict[str, str | Promise] = {
    "no_consent": _("did not agree to this topic"),
    "no_address": _("have no e-mail address"),
    "bad_address": _("have an address that does not work"),
    "suppressed": _("asked not to be mailed, or their address must not be"),
    "same_address": _("share an address with somebody who gets it"),
}
"""Why somebody in a chosen segment does not get a newsletter; read after a number: "12 did not agree …"."""


@dataclass(frozen=True)
class Audience:
    """How many people get the campaign, and how many do not, by reason."""

    size: int
    left_out: dict[str, int]


def chosen(campaign: Campaign) -> QuerySet[Stakeholder]:
    """Everybody in an included segment and in no excluded one, whether or not we may write to them."""
    return chosen_by(campaign.include.order_by("pk"), campaign.exclude.order_by("pk"))


def chosen_by(include: Iterable[Segment], exclude: Iterable[Segment]) -> QuerySet[Stakeholder]:
    """The same for segments that no saved campaign names."""
    included, excluded = Q(), Q()
    for segment in include:
        included |= compile_segment(segment.definition)
    for segment in exclude:
        excluded |= compile_segment(segment.definition)
    people = Stakeholder.objects.filter(included) if included else Stakeholder.objects.none()
    return people.exclude(excluded) if excluded else people


def count_audience(campaign: Campaign) -> Audience:
    """What launching now would freeze."""
    return _ask(chosen(campaign), JUDGED + COUNTED, campaign.topic_id)


def count_audience_of(topic_id: int, include: Iterable[Segment], exclude: Iterable[Segment]) -> Audience:
    """What launching would freeze for segments that no saved campaign names."""
    return _ask(chosen_by(include, exclude), JUDGED + COUNTED, topic_id)


def verdicts_on(people: QuerySet[Stakeholder], topic_id: int) -> dict[int, tuple[str, str | None]]:
    """What launching to `people` would decide about each: "audience" or a key of LEFT_OUT, and the address it means."""
    return {pk: (verdict, address) for pk, verdict, address in _rows(people, JUDGED + EACH, topic_id)}


def freeze_audience(campaign: Campaign) -> Audience:
    """Write one queued delivery per address we may write to, in one statement of the caller's transaction."""
    hold_parents("campaigns_delivery", "stakeholder_id")
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
    return _ask(chosen(campaign), JUDGED + FROZEN + COUNTED, campaign.topic_id, campaign.pk)


def _ask(asked_for: QuerySet[Stakeholder], statement: str, *numbers: int) -> Audience:
    counts = dict(_rows(asked_for, statement, *numbers))
    size = counts.pop("audience", 0)
    return Audience(size, counts)


def _rows(asked_for: QuerySet[Stakeholder], statement: str, *numbers: int) -> list[tuple]:
    people = asked_for.order_by().values("id", "language")
    if people.query.is_empty():
        return []
    sql, params = people.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement.format(chosen=sql), [*params, *numbers])
        return cursor.fetchall()
