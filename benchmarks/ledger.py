"""The ledger alone, without a wire: how long a large audience takes to freeze, to claim, to write down and to watch.

python -m benchmarks.ledger [--people 1000000]

Everybody is asked to be frozen by `launch_campaign`, in its one transaction. Then one worker's paperwork runs from the
first range to the last: claim, intents in groups of 500, outcomes, give back; all commits are durable. The times of
claims at the beginning and at nine tenths are compared; a scrape of /metrics is timed at the end, and then a correction
to everybody is frozen.
"""

import argparse
import os
import statistics
import sys
import time
from datetime import UTC, datetime
from typing import Any

import django

FREEZE_SECONDS, CLAIM_MS, GROWTH, NOISE_MS = 15, 20, 2, 1
"""What must be reached: seconds to freeze, p99 of a claim in ms at nine tenths, and in times of the first.

Below `NOISE_MS` nobody can tell growth from the moment."""

FILL = """
SET session_replication_role = replica;
INSERT INTO contacts_stakeholder (kind, name, first_name, last_name, language, zip, source, notes, search,
        created_at, updated_at)
    SELECT 'person', 'Person ' || n, 'Person' || n, '', CASE WHEN n %% 5 = 0 THEN 'es' ELSE 'en' END, '28202', 'bench',
        '', '', now(), now()
    FROM generate_series(1, %(people)s) AS n;
INSERT INTO contacts_contactpoint (stakeholder_id, kind, value, normalized, fingerprint, label, status, is_primary,
        created_at)
    SELECT id, 'email', 'p' || id || '@example.org', 'p' || id || '@example.org', md5('p' || id), '', 'valid', true,
        now()
    FROM contacts_stakeholder;
INSERT INTO contacts_consentevent (stakeholder_id, topic_id, channel, action, source, wording, language, at, evidence)
    SELECT id, %(topic)s, 'email', 'given', 'bench', 'Yes', 'en', now() - interval '1 day', '{}'
    FROM contacts_stakeholder;
INSERT INTO contacts_consent (stakeholder_id, topic_id, channel, state, since, event_id)
    SELECT stakeholder_id, topic_id, channel, action, at, id FROM contacts_consentevent;
INSERT INTO contacts_suppression (channel, address, fingerprint, reason, source, note, at)
    SELECT 'email', 'x' || n, md5('x' || n), 'hard_bounce', 'bench', '', now()
    FROM generate_series(1, %(people)s / 50) AS n;
SET session_replication_role = origin;
"""
PARAGRAPH = {"kind": "text", "text": {"en": "Hello {{ first_name }}, come and see us.", "es": "Venga."}}


def draft(people: int) -> tuple[Any, Any]:
    """A newsletter to that many people, ready to go, and who launches it."""
    from django.db import connection

    from campaigns.models import Campaign
    from contacts.models import Segment
    from crm.models import User
    from tests.campaigns.ledger import newsletter_topic

    topic = newsletter_topic()
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"people": people, "topic": topic.pk})
        cursor.execute("VACUUM ANALYZE")
    user = User.objects.create_user("bench@alliance.test", "x" * 20, is_staff=True)
    campaign = Campaign.objects.create(
        name="Bench", topic=topic, subject="News", subject_es="Noticias", blocks=[PARAGRAPH], created_by=user
    )
    campaign.include.add(Segment.objects.create(name="Everybody", definition={"all": []}))
    return campaign, user


def freeze(people: int) -> tuple[Any, float]:
    """The launched campaign, and the seconds its transaction took."""
    from campaigns.actions.launch import launch_campaign

    campaign, user = draft(people)
    started = time.perf_counter()
    campaign = launch_campaign(campaign, by=user)
    seconds = time.perf_counter() - started
    assert campaign.audience_size == people, campaign.audience_size
    return campaign, seconds


def freeze_correction(wrong: Any) -> float:
    """The seconds that launching a correction takes, to everybody whom `wrong` reached."""
    from campaigns.actions.correct import correct_campaign
    from campaigns.actions.launch import launch_campaign

    (correction,) = correct_campaign(wrong, parts=["got"], by=wrong.launched_by)
    correction.blocks = [PARAGRAPH]
    correction.save()
    started = time.perf_counter()
    correction = launch_campaign(correction, by=wrong.launched_by)
    seconds = time.perf_counter() - started
    assert correction.audience_size == wrong.audience_size, correction.audience_size
    return seconds


def paperwork(campaign_id: int) -> dict[str, list[float]]:
    """Everything a worker writes for the whole campaign; milliseconds of each statement, in their order."""
    from campaigns.sending.ledger.chunks import claim_chunk, release
    from campaigns.sending.ledger.intents import requeue_quiet, take_group
    from campaigns.sending.ledger.outcomes import Result, write_outcomes
    from campaigns.sending.ledger.receipts import journal
    from crm.transport import Outcome, Verdict

    taken: dict[str, list[float]] = {"claim": [], "intent": [], "outcome": [], "give back": []}

    def timed(what: str, work: Any, *args: Any) -> Any:
        started = time.perf_counter()
        answer = work(*args)
        taken[what].append((time.perf_counter() - started) * 1000)
        return answer

    accepted = Outcome(Verdict.ACCEPTED, "250 OK")
    while claim := timed("claim", claim_chunk, "bench", campaign_id):
        requeue_quiet(claim)
        while (group := timed("intent", take_group, claim, 500, journal())) and group.recipients:
            now = datetime.now(UTC)
            results = [Result(one.delivery, one.attempts, accepted, now) for one in group.recipients]
            timed("outcome", write_outcomes, claim.epoch, results)
        timed("give back", release, claim)
    journal().settled()  # or whoever sends next would read a million of them
    taken["claim"].pop()  # the last question found nothing
    return taken


def p99(times: list[float]) -> float:
    """The time that one of a hundred exceeds."""
    return statistics.quantiles(times, n=100)[98]


def scrape() -> float:
    """Milliseconds of one scrape of /metrics, the middle one of nine."""
    from crm.metrics import exposition

    times = []
    for _time in range(9):
        started = time.perf_counter()
        exposition()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def measure(people: int) -> bool:
    """Measure everything and print it; True when all of it holds."""
    from django.db import connection

    campaign, frozen = freeze(people)
    print(f"freeze {people:,} people           {frozen:8.2f} s   (at most {FREEZE_SECONDS})")
    print(f"a scrape, nothing sent              {scrape():8.1f} ms")
    started = time.perf_counter()
    times = paperwork(campaign.pk)
    seconds = time.perf_counter() - started
    print(f"a worker's paperwork                {people / seconds:8,.0f} messages/s")
    tenth = max(len(times["claim"]) // 10, 2)
    first, late = p99(times["claim"][:tenth]), p99(times["claim"][-tenth:])
    for what, each in times.items():
        part = max(len(each) // 10, 2)
        early, last = p99(each[:part]), p99(each[-part:])
        print(f"{what:12}  p99 of the first tenth  {early:8.2f} ms   from nine tenths on  {last:8.2f} ms")
    print(f"a scrape, everything sent           {scrape():8.1f} ms")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_chunk SET counted = false")
    print(f"a scrape, no range is counted       {scrape():8.1f} ms")
    corrected = freeze_correction(campaign)
    print(f"freeze a correction to all of them  {corrected:8.2f} s   (at most {FREEZE_SECONDS})")
    return max(frozen, corrected) < FREEZE_SECONDS and late < CLAIM_MS and late < max(GROWTH * first, NOISE_MS)


def main() -> int:
    """Measure on a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    people = parser.parse_args().people
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.bench"
    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        holds = measure(people)
    finally:
        teardown_databases(databases, verbosity=0)
    print("holds" if holds else "DOES NOT HOLD")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
