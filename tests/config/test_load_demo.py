"""The demo: it goes through the doors, its figures agree, and a second run changes nothing."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from campaigns.models import Campaign, Delivery
from config.demo.newsletter import DEFINITION
from config.embedded.redis import client
from contacts.models import ImportRun, Stakeholder, Topic
from contacts.segments.compiler import people_of
from crm.models import User
from engagement.models import Event, Gathering, Registration


def load() -> dict:
    answer = StringIO()
    call_command("load_demo", "--json", stdout=answer, stderr=StringIO())
    return json.loads(answer.getvalue())


@pytest.mark.django_db(transaction=True)
def test_the_demo_arrives_whole_and_once(mailbox, settings):
    with client() as server:
        server.flushdb()  # the pulse of a worker that an earlier test stopped
    figures = load()
    segment = people_of(DEFINITION).mailable(Topic.objects.get(slug="newsletter"))
    addresses = set(Delivery.objects.filter(state="accepted").values_list("address", flat=True))

    assert figures["created"] == Stakeholder.objects.filter(import_rows__isnull=False).distinct().count()
    assert 1_800 < figures["created"] < 2_200
    assert figures["accepted"] == len(mailbox.received) == len(addresses) == segment.count()
    assert set(mailbox.recipients) == addresses
    assert figures["conversations"] == Gathering.objects.count() == 30
    assert set(User.objects.values_list("email", flat=True)) == set(settings.DEMO_SIGN_INS.values())
    for run in ImportRun.objects.all():
        assert sum(run.counts.values()) == run.rows.count()

    before = (Stakeholder.objects.count(), Registration.objects.count(), Event.objects.count())
    again = load()
    assert (Stakeholder.objects.count(), Registration.objects.count(), Event.objects.count()) == before
    assert (again["conversations"], Campaign.objects.count(), len(mailbox.received)) == (0, 1, figures["accepted"])
