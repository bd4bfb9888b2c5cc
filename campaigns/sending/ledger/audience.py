"""The audience: who is asked for, who may be written to, and why the others are left out.

chosen: in an included segment and in no excluded one; for a correction, whom the other newsletter reached, or did not
  → said yes to the topic → has a working address nobody suppressed → is the first person with that address
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from campaigns.sending.ledger.reached import addresses_reached, erased_of, missed_by, people_reached, reached_by
from contacts.models import Segment, Stakeholder
from contacts.segments.compiler import compile_segment
from crm.references import hold_parents

ROOM = "SELECT set_config('work_mem', '256MB', true)"
"""Memory in which a million people are sorted and compared; until the end of the transaction."""

JUDGED = """
WITH chosen AS ({chosen}),
judged AS (
    SELECT DISTINCT ON (chosen.id) chosen.id, chosen.language, point.normalized AS address, point.fingerprint,
        point.status = 'valid' AS works, stop.id IS NOT NULL AS suppressed, said.id IS NOT NULL AS agreed,
        {taken} AS taken
    FROM chosen
    LEFT JOIN contacts_contactpoint AS point ON point.stakeholder_id = chosen.id AND point.kind = 'email'
    LEFT JOIN contacts_suppression AS stop ON stop.fingerprint = point.fingerprint AND stop.channel = 'email'
    LEFT JOIN contacts_consent AS said ON said.stakeholder_id = chosen.id
        AND said.topic_id = %s AND said.channel = 'email' AND said.state = 'given'
    {beside}
    ORDER BY chosen.id, (point.status = 'valid' AND stop.id IS NULL) DESC, {first} point.is_primary DESC, point.id
),
numbered AS (
    SELECT judged.*, row_number() OVER (
        PARTITION BY address, agreed AND works AND NOT suppressed AND NOT taken ORDER BY id) AS place
    FROM judged
),
verdicts AS (
    SELECT id, language, address, fingerprint, CASE
        WHEN NOT agreed THEN 'no_consent'
        WHEN address IS NULL THEN 'no_address'
        WHEN NOT works THEN 'bad_address'
        WHEN suppressed THEN 'suppressed'
        WHEN taken THEN 'got_other'
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

OTHER_PART = """
    FROM campaigns_delivery AS theirs JOIN campaigns_campaign AS part ON part.id = theirs.campaign_id
    WHERE part.corrects_id = {wrong} AND part.part <> '{part}' AND part.state <> 'draft'
"""
TAKEN = """
    LEFT JOIN (SELECT theirs.stakeholder_id AS id {other_part} AND theirs.stakeholder_id IS NOT NULL) AS other
        ON other.id = chosen.id
    LEFT JOIN (SELECT theirs.address {other_part} {reached}) AS at ON at.address = point.normalized
"""
"""Joined as sets, for a list of a million in an expression would be gone through for each person."""
GOT_IT_AT = "LEFT JOIN ({reached}) AS got ON got.person = chosen.id AND got.address = point.normalized"
THE_SAME_FIRST = "(got.address IS NOT NULL) DESC,"
"""A correction goes to the address at which the wrong version arrived, while it works."""


LEFT_OUT: dict[str, str | Promise] = {
    "no_consent": _("did not agree to this topic"),
    "no_address": _("have no e-mail address"),
    "bad_address": _("have an address that does not work"),
    "suppressed": _("asked not to be mailed, or their address must not be"),
    "same_address": _("share an address with somebody who gets it"),
    "got_other": _("get the other one of correction and corrected newsletter, themselves or at their address"),
    "erased": _("are no longer in the book"),
}
"""Why people who were chosen do not get a newsletter; read after "they"."""


def left_out_words(why: str, count: int) -> str:
    """The same after a number: "12 have no e-mail address", "1 has no e-mail address"."""
    one = {
        "no_address": _("has no e-mail address"),
        "bad_address": _("has an address that does not work"),
        "same_address": _("shares an address with somebody who gets it"),
        "got_other": _("gets the other one of correction and corrected newsletter, or somebody at their address does"),
        "erased": _("is no longer in the book"),
    }
    return str(one.get(why, LEFT_OUT[why]) if count == 1 else LEFT_OUT[why])


@dataclass(frozen=True)
class Audience:
    """How many people get the campaign, and how many do not, by reason."""

    size: int
    left_out: dict[str, int]


@dataclass(frozen=True)
class Asked:
    """Who is chosen, for which topic, and what of a statement is different for a correction."""

    people: QuerySet[Stakeholder]
    topic: int
    taken: str = "false"
    beside: str = ""
    first: str = ""
    erased: str = ""


def chosen(campaign: Campaign) -> QuerySet[Stakeholder]:
    """Everybody whom the campaign means, whether or not we may write to them."""
    if campaign.corrects_id is None:
        return chosen_by(campaign.include.order_by("pk"), campaign.exclude.order_by("pk"))
    return (reached_by if campaign.part == Campaign.Part.GOT else missed_by)(campaign.corrects_id)


def chosen_by(include: Iterable[Segment], exclude: Iterable[Segment]) -> QuerySet[Stakeholder]:
    """Everybody in an included segment and in no excluded one."""
    included, excluded = Q(), Q()
    for segment in include:
        included |= compile_segment(segment.definition)
    for segment in exclude:
        excluded |= compile_segment(segment.definition)
    people = Stakeholder.objects.filter(included) if included else Stakeholder.objects.none()
    return people.exclude(excluded) if excluded else people


def count_audience(campaign: Campaign) -> Audience:
    """What launching now would freeze."""
    return _count(_asked(campaign, chosen(campaign)), COUNTED)


def count_audience_of(topic_id: int, include: Iterable[Segment], exclude: Iterable[Segment]) -> Audience:
    """What launching would freeze for segments that no saved campaign names."""
    return _count(Asked(chosen_by(include, exclude), topic_id), COUNTED)


def verdicts_on(people: QuerySet[Stakeholder], campaign: Campaign) -> dict[int, tuple[str, str | None]]:
    """What launching to `people` would decide about each: "audience" or a key of LEFT_OUT, and the address it means."""
    rows = _rows(_asked(campaign, people), EACH)
    return {pk: (verdict, address) for pk, verdict, address in rows}


def freeze_audience(campaign: Campaign) -> Audience:
    """Write one queued delivery per address we may write to, in one statement of the caller's transaction."""
    hold_parents("campaigns_delivery", "stakeholder_id")
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
    return _count(_asked(campaign, chosen(campaign)), FROZEN + COUNTED, campaign.pk)


def _asked(campaign: Campaign, people: QuerySet[Stakeholder]) -> Asked:
    """Nobody gets a correction and the corrected newsletter, neither as a person nor at an address."""
    wrong = campaign.corrects_id
    if wrong is None:
        return Asked(people, campaign.topic_id)
    got = campaign.part == Campaign.Part.GOT
    other_part = OTHER_PART.format(wrong=wrong, part=campaign.part)
    taken = TAKEN.format(other_part=other_part, reached="" if got else f"UNION {addresses_reached(wrong)}")
    return Asked(
        people=people,
        topic=campaign.topic_id,
        taken="(other.id IS NOT NULL OR at.address IS NOT NULL)",
        beside=taken + (GOT_IT_AT.format(reached=people_reached(wrong)) if got else ""),
        first=THE_SAME_FIRST if got else "",
        erased=f" UNION ALL {erased_of(wrong, reached=got)}",
    )


def _count(asked: Asked, statement: str, *numbers: int) -> Audience:
    counts = dict(_rows(asked, statement + asked.erased, *numbers))
    size = counts.pop("audience", 0)
    return Audience(size, counts)


def _rows(asked: Asked, statement: str, *numbers: int) -> list[tuple]:
    people = asked.people.order_by().values("id", "language")
    if people.query.is_empty():
        return []
    sql, params = people.query.sql_with_params()
    judged = JUDGED.format(chosen=sql, taken=asked.taken, beside=asked.beside, first=asked.first)
    with connection.cursor() as cursor:
        cursor.execute(judged + statement, [*params, asked.topic, *numbers])
        return cursor.fetchall()
