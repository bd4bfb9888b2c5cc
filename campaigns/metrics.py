"""What a monitoring system may read about sending; newsletters are told by their numbers."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone
from prometheus_client.core import Metric

from campaigns.models import BounceMailbox, Campaign, Chunk, Tally
from campaigns.sending.ledger.counting import LOOKED_AT, states_of
from campaigns.sending.telling.waiting import waits
from campaigns.webhooks.inbox import count
from crm.metrics import METRICS, counters, gauge, gauges

SHOWN_AFTER = timedelta(hours=6)
"""How long after its end a newsletter is still told, so that the last figures are seen."""
MOST = 50
"""Newsletters told one by one, the newest first."""

UNCERTAIN = """
WITH open AS MATERIALIZED (
    SELECT id, campaign_id, first_id, last_id, counted, counts FROM campaigns_chunk
    WHERE NOT done AND (NOT counted OR counts ? 'uncertain')
), looked AS MATERIALIZED (
    SELECT open.id, said.messages, said.oldest FROM (SELECT * FROM open ORDER BY counted, id LIMIT %(most)s) AS open
    CROSS JOIN LATERAL (
        SELECT count(*) AS messages, min(intent_at) AS oldest FROM campaigns_delivery AS delivery
        WHERE delivery.id BETWEEN open.first_id AND open.last_id AND delivery.campaign_id = open.campaign_id
          AND delivery.state = 'uncertain') AS said
)
SELECT coalesce((SELECT sum(messages) FROM looked), 0)
     + coalesce((SELECT sum((counts->>'uncertain')::bigint) FROM open WHERE id NOT IN (SELECT id FROM looked)), 0),
    coalesce(extract(epoch FROM now() - (SELECT min(oldest) FROM looked)), 0)::float
"""


@METRICS.register("newsletters")
def newsletters() -> Iterator[Metric]:
    """Newsletters on their way, or at their end a little while ago."""
    states = dict(Campaign.objects.order_by().values_list("state").annotate(Count("pk")))
    counts = {(state,): states.get(state, 0) for state in Campaign.State.values}
    yield gauges("alliance_campaigns", "Newsletters by state.", ["state"], counts)
    just = Q(finished_at__gte=timezone.now() - SHOWN_AFTER)
    shown = list(
        Campaign.objects.filter(Q(state__in=["sending", "paused"]) | just)
        .order_by("-launched_at")
        .values_list("pk", flat=True)[:MOST]
    )
    deliveries = {
        (str(pk), state): messages
        for pk, found in states_of(shown, most=LOOKED_AT).items()
        for state, messages in found.items()
    }
    meaning = "Messages of a newsletter on its way by state; a range that changes is up to minutes behind."
    yield gauges("alliance_campaign_deliveries", meaning, ["campaign", "state"], deliveries)
    tallies = list(Tally.objects.filter(pk__in=shown).defer("recent"))
    meaning = "Messages of a newsletter that a mail server took."
    accepted = {(str(tally.pk),): tally.accepted for tally in tallies}
    yield counters("alliance_campaign_accepted_total", meaning, ["campaign"], accepted)
    meaning = "Messages of all newsletters that mail servers took in the last minute."
    yield gauge("alliance_accepted_per_minute", meaning, sum(tally.per_minute() for tally in tallies))


@METRICS.register("sending")
def sending() -> Iterator[Metric]:
    """Whether what waits is taken, and what nobody knows."""
    waiting = waits()
    meaning = "Ranges of messages that a worker could claim now."
    yield gauge("alliance_ranges_claimable", meaning, sum(one.ranges for one in waiting))
    meaning = "Seconds the oldest claimable range waits; the last ones of a large newsletter do so for long."
    yield gauge("alliance_oldest_claimable_range_seconds", meaning, max((one.oldest for one in waiting), default=0))
    idle = {(str(one.campaign),): one.idle for one in waiting}
    meaning = "Seconds nobody has sent anything of a newsletter though nothing forbids it; 0 while somebody does."
    yield gauges("alliance_campaign_idle_seconds", meaning, ["campaign"], idle)
    leases = Chunk.objects.filter(done=False, lease_until__gt=timezone.now()).count()
    yield gauge("alliance_leases_open", "Ranges of messages that workers hold now.", leases)
    with connection.cursor() as cursor:
        cursor.execute(UNCERTAIN, {"most": LOOKED_AT})
        uncertain, oldest = cursor.fetchone()
    meaning = "Messages of which nobody knows whether they arrived."
    yield gauge("alliance_uncertain_deliveries", meaning, uncertain)
    meaning = "Seconds since the oldest uncertain message was handed over; 0 when there is none."
    yield gauge("alliance_oldest_uncertain_seconds", meaning, oldest)


@METRICS.register("inbox")
def inbox() -> Iterator[Metric]:
    """What mail providers told us and nobody has looked at yet."""
    counts = count()
    meaning = "Events of mail providers that wait, some for a message of ours, or were set aside for a person."
    states = {("waiting",): counts.waiting, ("aside",): counts.aside}
    yield gauges("alliance_inbox_events", meaning, ["state"], states)
    meaning = "Seconds since the oldest event of a provider that is due could have been looked at; 0 when none is due."
    yield gauge("alliance_inbox_oldest_due_seconds", meaning, counts.oldest)


@METRICS.register("bounces")
def bounces() -> Iterator[Metric]:
    """Mail that came back: whether it is read, and what became of it."""
    places = list(BounceMailbox.objects.all()[:MOST])
    read = max((place.read_at.timestamp() for place in places if place.read_at), default=0)
    yield gauge("alliance_bounces_read_timestamp_seconds", "When mail that came back was last read; 0: never.", read)
    meaning = "Mails that lie aside for a person, as of the last reading."
    yield gauge("alliance_bounces_aside", meaning, sum(place.aside for place in places))
    totals: Counter[str] = Counter()
    for place in places:
        totals.update(place.counts)
    outcomes = {(outcome,): count for outcome, count in sorted(totals.items())}
    yield counters("alliance_bounce_mails_total", "Mails that were read, by what they said.", ["outcome"], outcomes)
