"""Launching: the audience is frozen once, as it is, and nobody is in it who should not be."""

import threading

import pytest
from django.db import DatabaseError, connection

from campaigns.actions.launch import NotADraft, NothingToSend, launch_campaign
from campaigns.content.render import BrokenContent
from campaigns.models import Campaign, Chunk, Delivery
from campaigns.sending.ledger.audience import count_audience
from contacts.actions.consent import withdraw_consent
from contacts.actions.suppression import suppress
from contacts.models import ContactPoint, Segment, Stakeholder
from tests.campaigns.ledger import newsletter_topic, people, work

pytestmark = pytest.mark.django_db(transaction=True)

PARAGRAPH = {"kind": "text", "text": {"en": "Hello {{ first_name }}, come and see us."}}


def segment(name: str, **rule) -> Segment:
    """A saved segment: everybody, or those one rule means."""
    return Segment.objects.create(name=name, definition={"all": [rule] if rule else []})


@pytest.fixture
def draft(staff) -> Campaign:
    """A newsletter to everybody, ready to go."""
    campaign = Campaign.objects.create(
        name="October", topic=newsletter_topic(), subject="News", blocks=[PARAGRAPH], created_by=staff
    )
    campaign.include.add(segment("Everybody"))
    return campaign


def addresses() -> list[str]:
    """Every address in the ledger."""
    return sorted(Delivery.objects.values_list("address", flat=True))


def test_everybody_who_agreed_is_in_the_audience_once(draft, staff):
    people(7, topic=newsletter_topic())
    people(2)
    launched = launch_campaign(draft, by=staff)
    assert len(addresses()) == 7
    assert launched.state == "sending"
    assert launched.audience_size == 7
    assert launched.left_out == {"no_consent": 2}
    assert launched.launched_by == staff
    assert {variant.language for variant in launched.variants.all()} == {"en"}


def test_it_says_who_is_left_out_and_why(draft, staff):
    everybody = people(6, topic=newsletter_topic())
    withdraw_consent(everybody[0], draft.topic, source="test")
    suppress("p1@example.org", reason="manual", source="test")
    ContactPoint.objects.filter(normalized="p2@example.org").update(status="bad")
    ContactPoint.objects.filter(normalized="p3@example.org").delete()
    ContactPoint.objects.filter(normalized="p5@example.org").update(normalized="p4@example.org")
    before = count_audience(draft)
    launched = launch_campaign(draft, by=staff)
    reasons = {"no_consent": 1, "suppressed": 1, "bad_address": 1, "no_address": 1, "same_address": 1}
    assert launched.left_out == before.left_out == reasons
    assert addresses() == ["p4@example.org"]
    assert Delivery.objects.get().stakeholder == everybody[4]


def test_the_main_address_comes_first_and_another_one_that_works_stands_in(draft, staff):
    first, second = people(2, topic=newsletter_topic())
    for person, name in ((first, "a"), (second, "b")):
        ContactPoint.objects.create(stakeholder=person, value=f"{name}@other.example.org")
    suppress("p1@example.org", reason="hard_bounce", source="test")
    launch_campaign(draft, by=staff)
    assert addresses() == ["b@other.example.org", "p0@example.org"]


def test_excluded_segments_are_taken_out(draft, staff):
    people(4, topic=newsletter_topic())
    Stakeholder.objects.filter(name="Person 2").update(zip="28202")
    draft.exclude.add(segment("Downtown", criterion="zip", op="any_of", value=["28202"]))
    launch_campaign(draft, by=staff)
    assert addresses() == ["p0@example.org", "p1@example.org", "p3@example.org"]


def test_content_is_frozen_in_every_language_of_the_audience(draft, staff, mailbox):
    people(2, topic=newsletter_topic())
    Stakeholder.objects.filter(name="Person 1").update(language="es")
    launched = launch_campaign(draft, by=staff)
    assert {variant.language for variant in launched.variants.all()} == {"en", "es"}
    with pytest.raises(DatabaseError, match="stays as it is"):
        Campaign.objects.filter(pk=launched.pk).update(subject="Changed afterwards")
    work()
    assert {mail.message["Content-Language"] for mail in mailbox.received} == {"en", "es"}
    assert {mail.message["Subject"] for mail in mailbox.received} == {"News"}


def test_it_refuses_a_second_launch(draft, staff):
    people(1, topic=newsletter_topic())
    launch_campaign(draft, by=staff)
    with pytest.raises(NotADraft):
        launch_campaign(draft, by=staff)
    assert Delivery.objects.count() == 1


def test_it_refuses_an_audience_of_nobody_and_stays_a_draft(draft, staff):
    people(3)
    with pytest.raises(NothingToSend, match="3 did not agree"):
        launch_campaign(draft, by=staff)
    draft.include.clear()
    with pytest.raises(NothingToSend, match="segment"):
        launch_campaign(draft, by=staff)
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert not draft.variants.exists()


def test_it_refuses_content_that_is_broken(draft, staff):
    people(1, topic=newsletter_topic())
    draft.subject = "Hello {{ shoe_size }}"
    draft.save()
    with pytest.raises(BrokenContent):
        launch_campaign(draft, by=staff)
    assert not Delivery.objects.exists()


def test_two_launches_at_the_same_moment_are_one(draft, staff):
    people(50, topic=newsletter_topic())
    answers: list[str] = []
    start = threading.Barrier(2)

    def launch() -> None:
        start.wait()
        try:
            launch_campaign(draft, by=staff)
            answers.append("launched")
        except NotADraft:
            answers.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=launch) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["launched", "refused"]
    assert Delivery.objects.count() == 50


def test_the_ledger_is_cut_into_ranges_without_gaps_or_overlaps(draft, staff, settings):
    settings.SENDING = {"chunk": 10}
    people(35, topic=newsletter_topic())
    launch_campaign(draft, by=staff)
    sizes = [
        Delivery.objects.filter(pk__gte=chunk.first_id, pk__lte=chunk.last_id).count()
        for chunk in Chunk.objects.order_by("pk")
    ]
    assert sizes == [10, 10, 10, 5]
