"""A house with something on every page: files in each state, pairs, a merge, an event, a newsletter, a conversation."""

import uuid

import pytest

from campaigns.models import ProviderEvent
from contacts.identity.merging import merge_stakeholders
from contacts.identity.scan import scan
from contacts.imports.actions import commit_import
from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.models import Partner
from contacts.models import CustomField, Suppression
from crm.actions.exports import ask_for_export
from crm.actions.jobs import start_job
from crm.actions.outbox import queue_mail
from tests.factories import (
    CampaignFactory,
    ContactPointFactory,
    EventFactory,
    GatheringFactory,
    OrganisationFactory,
    PromptFactory,
    RegistrationFactory,
    SegmentFactory,
    StakeholderFactory,
    TagFactory,
)
from tests.imports.conftest import check, commit, csv_of, receive, uploads

__all__ = ["check", "commit", "receive", "uploads"]

HEAD = ("E-mail", "First name", "Last name", "Zip", "Shoe size")


@pytest.fixture
def files(check):
    """A file to review with something to tick and somebody unclear, one that was saved, and one that is none."""
    for name in ("Rosa", "Rob"):
        person = StakeholderFactory(first_name=name, last_name="Diaz", zip="")
        ContactPointFactory(stakeholder=person, kind="email", value="diaz@example.org")
    rows = [
        ("diaz@example.org", "R.", "Diaz", "", "7"),
        ("diaz@example.org", "Rosa", "Diaz", "28202", ""),
        ("nonsense", "Bo", "Lee", "", ""),
        ("lee@example.org", "Li", "Lee", "", "9"),
    ]
    return {
        "review": check(csv_of(HEAD, *rows), name="review.csv"),
        "saved": commit_import(check(csv_of(HEAD, *rows, ("ed@example.org", "Ed", "Hill", "", "")), name="saved.csv")),
    }


@pytest.fixture
def pair(db):
    """Two entries of one woman, and a third who became part of another."""
    facts = {"first_name": "Xiomara", "last_name": "Beltran", "zip": "28205"}
    one, other, third = (StakeholderFactory(**facts) for _ in range(3))
    for person in (one, other, third):
        ContactPointFactory(stakeholder=person, kind="phone", value="+17045550100")
    ContactPointFactory(stakeholder=one, kind="email", value="xio@example.org")
    merge_stakeholders(one, third, by=None)
    scan()
    return one, other


def set_aside(**more):
    """An event of a provider that waits for a person."""
    return ProviderEvent.objects.create(key=uuid.uuid4(), provider="brevo", state="aside", **more)


@pytest.fixture
def house(db, files, pair, staff, manager):
    """Everything else a list may show."""
    event = EventFactory()
    RegistrationFactory.create_batch(2, event=event)
    PromptFactory(edition=(talk := GatheringFactory()).edition)
    newsletter, segment = CampaignFactory(), SegmentFactory()
    OrganisationFactory()
    TagFactory()
    CustomField.objects.create(name_en="Shoe size", slug="shoe-size")
    Suppression.objects.create(address="gone@example.org", fingerprint="x", reason="manual", source="by hand")
    partner = Partner.objects.get()
    feed = PartnerFeed.objects.create(partner=partner, stopped_because="Many rows are rejected.", failures=1)
    queue_mail(purpose="hello", to="ana@example.org", subject="Hello", text="Hello")
    set_aside(address="ana@example.org", kind="bounced", why="others")
    set_aside(kind="odd", why="unreadable", raw='{"event": "odd"}')
    job = start_job("import", "Saving list.csv", owner=manager)
    ask_for_export("people", question={"ids": []}, format="csv", by=manager)
    return {"event": event, "talk": talk, "newsletter": newsletter, "segment": segment, "partner": partner,
            "feed": feed, "job": job}  # fmt: skip
