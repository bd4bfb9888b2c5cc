"""Lists and first pages ask the database as often as was reviewed, however many rows they show."""

import pytest
from django.urls import reverse

from contacts.models import ImportRun, Partner, PartnerFeed
from crm.actions.exports import ask_for_export
from crm.actions.jobs import start_job
from crm.actions.outbox import queue_mail
from tests.factories import (
    CampaignFactory,
    ContactPointFactory,
    EventFactory,
    GatheringFactory,
    RegistrationFactory,
    SegmentFactory,
)

ROWS = 12
PAGES = {
    "dashboard": "admin:index",
    "event list": "admin:engagement_event_changelist",
    "registration list": "admin:engagement_registration_changelist",
    "conversation list": "engagement:conversations",
    "stakeholder list": "admin:contacts_stakeholder_changelist",
    "segment list": "admin:contacts_segment_changelist",
    "import list": "admin:contacts_importrun_changelist",
    "feed list": "admin:contacts_partnerfeed_changelist",
    "newsletter list": "admin:campaigns_campaign_changelist",
    "single mail list": "admin:crm_outboxmail_changelist",
    "exports": "crm:exports",
    "long work list": "admin:crm_job_changelist",
    "user list": "admin:crm_user_changelist",
    "history": "crm:history",
    "public events": "engagement:events",
}


@pytest.fixture
def full_house(db, manager, staff, organizer, partner):
    """Some of everything."""
    ContactPointFactory.create_batch(ROWS)
    RegistrationFactory.create_batch(ROWS, event=EventFactory())
    EventFactory.create_batch(ROWS)
    GatheringFactory.create_batch(ROWS)
    CampaignFactory.create_batch(ROWS)
    SegmentFactory.create_batch(ROWS)
    sender = Partner.objects.create(name="A partner")
    for number in range(ROWS):
        PartnerFeed.objects.create(partner=sender, location=f"{number}", stopped_because="Odd.", failures=1)
        ImportRun.objects.create(partner=sender, original_name=f"{number}.csv", sha256="", size=1, by=staff)
        queue_mail(purpose="hello", to="ana@example.org", subject="Hello", text="Hello")
        start_job("import", f"Import {number}", owner=staff)
        ask_for_export("people", question={"ids": []}, format="csv", by=manager)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_as_often_as_was_reviewed(name, full_house, manager, client_of, query_count):
    client = client_of(manager)
    client.get(reverse(PAGES[name]))  # what is asked once for all is not of this page
    with query_count(name):
        assert client.get(reverse(PAGES[name])).status_code == 200
