"""Campaigns that were launched for tests: made by set statements, so that thousands cost nothing."""

from django.db import connection
from django.utils import timezone

from campaigns.models import Campaign, Delivery, Variant
from campaigns.sending import worker
from campaigns.sending.ledger.chunks import make_chunks
from contacts.addresses import fingerprint
from contacts.models import ConsentEvent, ContactPoint, Stakeholder, Topic
from crm.transport import Transport

SUBJECT = "News for {{ first_name|friend }}"
HTML = '<p>Hello {{ first_name|friend }},</p><p><a href="{{ unsubscribe_url }}">Leave this list</a></p>'
TEXT = "Hello {{ first_name|friend }},\n\nLeave this list: {{ unsubscribe_url }}\n"

LONG_TURN = 300
"""Seconds; no machine is so busy that a turn of a test is not over before."""


def newsletter_topic() -> Topic:
    """The topic everybody in these tests agreed to."""
    topic, _made = Topic.objects.get_or_create(slug="newsletter", defaults={"name_en": "Newsletter"})
    return topic


def people(count: int, *, topic: Topic | None = None, domain: str = "example.org") -> list[Stakeholder]:
    """That many people who agreed and can be reached at `p<number>@domain`."""
    start = Stakeholder.objects.count()
    made = Stakeholder.objects.bulk_create(
        Stakeholder(name=f"Person {n}", first_name=f"Person{n}") for n in range(start, start + count)
    )
    addresses = [f"p{n}@{domain}" for n in range(start, start + count)]
    ContactPoint.objects.bulk_create(
        ContactPoint(
            stakeholder=person, value=address, normalized=address, fingerprint=fingerprint(address), is_primary=True
        )
        for person, address in zip(made, addresses, strict=True)
    )
    if topic:
        ConsentEvent.objects.bulk_create(
            ConsentEvent(stakeholder=person, topic=topic, action="given", source="test", wording="Yes")
            for person in made
        )
    return made


def launched(
    count: int,
    *,
    policy: str = "resend",
    html: str = HTML,
    text: str = TEXT,
    subject: str = SUBJECT,
    subject_es: str = "",
    domain: str = "example.org",
) -> Campaign:
    """A campaign on its way to that many people and whoever else is in the book, or at a `domain` of its own.

    Nothing is sent yet.
    """
    topic = newsletter_topic()
    people(count, topic=topic, domain=domain)
    campaign = Campaign.objects.create(
        name="Test",
        topic=topic,
        subject=subject,
        subject_es=subject_es,
        state="sending",
        uncertain_policy=policy,
        launched_at=timezone.now(),
    )
    Variant.objects.create(campaign=campaign, language="en", subject=subject, html=html, text=text)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO campaigns_delivery (campaign_id, stakeholder_id, address, fingerprint, language,
                   state, reason, attempts, epoch, provider_id)
               SELECT %s, stakeholder_id, normalized, fingerprint, 'en', 'queued', '', 0, 0, ''
               FROM contacts_contactpoint WHERE normalized LIKE %s ORDER BY id""",
            [campaign.pk, "%" if domain == "example.org" else f"%@{domain}"],
        )
    Campaign.objects.filter(pk=campaign.pk).update(audience_size=Delivery.objects.filter(campaign=campaign).count())
    make_chunks(campaign.pk)
    campaign.refresh_from_db()
    return campaign


def work(
    campaign_id: int | None = None, *, seconds: float = LONG_TURN, transport: Transport | None = None
) -> worker.Round:
    """One turn at the wire that ends when nothing is due, and not, on a busy machine, by the clock."""
    return worker.work(campaign_id, seconds=seconds, transport=transport)


def states(campaign: Campaign) -> dict[str, int]:
    """How many deliveries are in each state."""
    rows = Delivery.objects.filter(campaign=campaign).values_list("state", flat=True)
    found: dict[str, int] = {}
    for state in rows:
        found[state] = found.get(state, 0) + 1
    return found
