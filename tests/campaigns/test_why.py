"""Why somebody gets, got, or did not get a newsletter: the same verdict as the launch, in words."""

import re
from datetime import timedelta

import pytest
from django.db.models import CharField, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.actions.control import pause_campaign
from campaigns.actions.launch import NothingToSend, launch_campaign
from campaigns.actions.uncertain import give_up
from campaigns.answers import HEADLINES, findings, got_it, headline
from campaigns.evidence import moment, timeline
from campaigns.models import Campaign, Delivery
from campaigns.panels import newsletters
from campaigns.sending.ledger.attempts import Note, note_attempts
from campaigns.sending.ledger.counting import uncount_all
from campaigns.sending.telling.why import facts_about
from contacts.actions.consent import withdraw_consent
from contacts.actions.suppression import suppress
from contacts.addresses import fingerprint
from contacts.models import ConsentEvent, ContactPoint, Segment, Stakeholder
from tests.campaigns.ledger import newsletter_topic, people, work

pytestmark = pytest.mark.django_db(transaction=True)
PARAGRAPH = {"kind": "text", "text": {"en": "Hello {{ first_name }}, come and see us."}}
SPANISH = {"all": [{"criterion": "language", "op": "any_of", "value": ["es"]}]}
PERSONS = {"all": [{"criterion": "kind", "op": "any_of", "value": ["person"]}]}


@pytest.fixture
def draft(staff) -> Campaign:
    """A newsletter to everybody, ready to go."""
    campaign = Campaign.objects.create(
        name="October", topic=newsletter_topic(), subject="News", blocks=[PARAGRAPH], created_by=staff
    )
    campaign.include.add(Segment.objects.create(name="Everybody", definition={"all": []}))
    return campaign


def says(campaign: Campaign, person: Stakeholder) -> str:
    """The headline and every finding, as one text."""
    campaign.refresh_from_db()
    facts = facts_about(campaign, Stakeholder.objects.get(pk=person.pk))
    told = [f"{one.question} {one.answer} {' '.join(map(str, one.people))}" for one in findings(facts)]
    return "\n".join([headline(facts), *told])


def share(person: Stakeholder, address: str, **more) -> ContactPoint:
    """One more address of somebody."""
    return ContactPoint.objects.create(
        stakeholder=person, value=address, normalized=address, fingerprint=fingerprint(address), **more
    )


def test_before_the_launch_it_says_who_would_get_it(draft):
    (ana,) = people(1, topic=draft.topic)
    said = says(draft, ana)
    assert said.startswith("Gets it, as things stand now.")
    assert "Sent to: segment “Everybody” Is in it today. Everyone in the book." in said
    assert "Agreed on" in said
    assert "not launched yet" in said


def test_no_word_on_the_topic_is_a_no(draft):
    (ana,) = people(1)
    said = says(draft, ana)
    assert said.startswith("Would not get it: they did not agree to this topic.")
    assert "Never said anything about it" in said


def test_leaving_is_told_with_its_day(draft, staff):
    (ana,) = people(1, topic=draft.topic)
    withdraw_consent(ana, draft.topic, source="by phone", by=staff)
    assert re.search(r"Left it on \w+\.? \d+, \d{4} \(by phone\)", says(draft, ana))


def test_a_stopped_address_says_why_and_since_when(draft, staff):
    (ana,) = people(1, topic=draft.topic)
    suppress("p0@example.org", reason="complaint", source="test", by=staff)
    said = says(draft, ana)
    assert said.startswith("Would not get it: they ")
    assert "must not be mailed since" in said
    assert "marked as spam" in said


def test_a_bad_address_and_none(draft):
    ana, ben = people(2, topic=draft.topic)
    ContactPoint.objects.filter(stakeholder=ana).update(status="bad")
    ContactPoint.objects.filter(stakeholder=ben).delete()
    assert "It is not written to: does not work." in says(draft, ana)
    assert says(draft, ben).startswith("Would not get it: they have no e-mail address.")


def test_who_shares_an_address_is_named_and_whoever_came_first_gets_it(draft):
    ana, ben = people(2, topic=draft.topic)
    ContactPoint.objects.filter(stakeholder=ben).delete()
    share(ben, "p0@example.org")
    assert says(draft, ana).startswith("Gets it")
    said = says(draft, ben)
    assert said.startswith("Would not get it: they share an address with somebody who gets it.")
    assert "whoever came into the book first. Person 0" in said


def test_segments_answer_one_by_one(draft):
    ana, ben = people(2, topic=draft.topic)
    draft.exclude.add(Segment.objects.create(name="Spanish", definition=SPANISH))
    Stakeholder.objects.filter(pk=ana.pk).update(language="es")
    said = says(draft, ana)
    assert said.startswith("Would not get it: they are in a segment that is left out.")
    assert "Left out: segment “Spanish” Is in it today." in said
    assert says(draft, ben).startswith("Gets it")
    draft.exclude.clear()
    draft.include.set(Segment.objects.filter(name="Spanish"))
    assert says(draft, ben).startswith("Would not get it: they are in no segment that it goes to.")
    assert findings(facts_about(draft, ben))[0].good is False
    draft.include.add(Segment.objects.get(name="Everybody"))
    assert [one.good for one in findings(facts_about(draft, ben))[:2]] == [True, None]
    draft.include.clear()
    assert says(draft, ana).startswith("Would not get it: no segment is chosen")


def test_rules_that_cannot_be_read_choose_nobody_and_say_so(draft):
    (ana,) = people(1, topic=draft.topic)
    Segment.objects.update(definition={"all": [{"criterion": "gone", "op": "is", "value": 1}]})
    said = says(draft, ana)
    assert said.startswith("Would not get it: the rules of a segment cannot be read.")
    assert "These rules cannot be read: " in said


def test_after_the_launch_the_ledger_speaks(draft, staff, mailbox):
    ana, ben = people(2, topic=draft.topic)
    mailbox.reply("rcpt", "554 5.7.1 Not from you", only_to="p1@example.org")
    launch_campaign(draft, by=staff)
    assert says(draft, ana).startswith("It waits for its turn.")
    pause_campaign(draft, by=staff)
    assert says(draft, ana).startswith("Not yet: the newsletter is paused.")
    Campaign.objects.update(state="sending")
    work()
    assert says(draft, ana).startswith("Got it: their mail server took it.")
    said = says(draft, ben)
    assert said.startswith("Did not get it: their mail server refused it.")
    assert "with the address p1@example.org" in said
    Delivery.objects.filter(stakeholder=ben).update(reason="451 4.7.1 Slower")
    assert says(draft, ben).startswith("Did not get it: their mail server asked us to come back later, each time")
    Delivery.objects.filter(stakeholder=ben).update(reason="connection lost (the server hung up)")
    assert says(draft, ben).startswith("Did not get it: it failed.")
    Delivery.objects.filter(stakeholder=ben).update(state="skipped", reason="left")
    assert says(draft, ben).startswith("Did not get it: they left this topic before the message went out.")
    Delivery.objects.filter(stakeholder=ben).update(reason="cancelled")
    assert says(draft, ben).startswith("Did not get it: the newsletter was cancelled first.")


def test_who_left_while_their_message_waits_will_not_get_it(draft, staff):
    ana, ben, cleo = people(3, topic=draft.topic)
    launch_campaign(draft, by=staff)
    withdraw_consent(ana, draft.topic, source="one-click", by=staff)
    suppress("p1@example.org", reason="manual", source="test", by=staff)
    ContactPoint.objects.filter(stakeholder=cleo).update(status="invalid")
    assert says(draft, ana).startswith("Will not get it: they left before it was their turn.")
    assert says(draft, ben).startswith("Will not get it: their address must not be mailed.")
    assert says(draft, cleo).startswith("Will not get it: the address was changed or no longer works.")


def test_what_nobody_knows_is_not_told_as_known(draft, staff, client_of):
    (ana,) = people(1, topic=draft.topic)
    launch_campaign(draft, by=staff)
    Delivery.objects.update(state="deferred")
    uncount_all(draft.pk)
    pause_campaign(draft, by=staff)
    assert says(draft, ana).startswith("Not yet: the newsletter is paused.")
    page = client_of(staff).get(reverse("campaigns:progress", args=[draft.pk])).content.decode()
    assert "we try again once the newsletter goes on" in page
    Delivery.objects.update(state="uncertain")
    give_up(draft, by=staff)
    assert says(draft, ana).startswith("Nobody knows whether they got it. A person decided not to send it again.")
    Delivery.objects.update(state="failed", reason="never_answered")
    assert says(draft, ana).startswith("Nobody knows whether they got it")
    Delivery.objects.update(state="accepted", reason="marked_sent")
    assert says(draft, ana).startswith("Got it, as a person decided")


def test_whoever_is_put_off_hears_what_kept_their_message_and_when_it_is_tried_again(
    draft, staff, impatient, client_of
):
    ana, ben, cleo, dora = people(4, topic=draft.topic)
    impatient.drop("rcpt", times=1, only_to="p0@example.org")
    impatient.reply("rcpt", "451 4.7.1 Slower", only_to="p1@example.org")
    launch_campaign(draft, by=staff)
    work()
    Delivery.objects.filter(stakeholder__in=[cleo, dora]).update(
        state="deferred", reason="waits for a mail server that takes it (mx2)", next_attempt_at=timezone.now()
    )
    again = moment(Delivery.objects.get(stakeholder=ana).next_attempt_at)
    assert says(draft, ana).startswith(
        f"Not yet: the connection broke before it was handed over. We try again by ourselves, at {again}."
    )
    assert says(draft, ben).startswith("Not yet: their mail server asked us to come back later. We try again by")
    assert says(draft, cleo).startswith("Not yet: it could not be handed over. We try again now, by ourselves.")
    broken = client_of(staff).get(reverse("campaigns:why", args=[draft.pk, ana.pk])).content.decode()
    assert "the line broke before it was handed over" in broken
    assert "mail server said" not in broken
    note_attempts(
        [Note(Delivery.objects.get(stakeholder=dora).pk, "deferred", timezone.now(), "waits for a mail server")]
    )
    waits = [one.title for one in timeline(Delivery.objects.get(stakeholder=dora))]
    assert "put off" in waits


def test_whoever_came_or_agreed_after_the_launch_hears_so(draft, staff, mailbox):
    ana, ben = people(1, topic=draft.topic) + people(1)
    launch_campaign(draft, by=staff)
    (cleo,) = people(1, topic=draft.topic)
    ConsentEvent.objects.create(stakeholder=ben, topic=draft.topic, action="given", source="test", wording="Yes")
    assert says(draft, cleo).startswith("Did not get it: they came into the book after it was launched.")
    said = says(draft, ben)
    assert said.startswith("Did not get it: they had not agreed to the topic when it was launched.")
    assert "Had said nothing about it." in said
    assert "Agreed on" in said
    assert says(draft, ana).startswith("It waits")


def test_whoever_was_in_no_segment_or_shared_an_address_at_the_launch(draft, staff):
    ana, ben, cleo = people(3, topic=draft.topic)
    ContactPoint.objects.filter(stakeholder=ben).delete()
    share(ben, "p0@example.org")
    draft.exclude.add(Segment.objects.create(name="Spanish", definition=SPANISH))
    Stakeholder.objects.filter(pk=cleo.pk).update(language="es")
    launch_campaign(draft, by=staff)
    said = says(draft, ben)
    assert said.startswith("Did not get it: one message goes to each address")
    assert f"For this person: {ana}" in said
    assert "not in the audience when it was frozen, and today they are in a segment that is left out" in says(
        draft, cleo
    )
    Stakeholder.objects.filter(pk=cleo.pk).update(language="en")
    assert "launched today, it would go to them, too" in says(draft, cleo)


def test_every_state_has_words():
    assert set(HEADLINES) == set(Delivery.State.values)


KINDS = ["fine", "silent", "left", "bad", "none", "stopped", "shared", "second", "excluded"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=8))
def test_what_it_says_before_is_what_the_launch_does(staff, kinds):
    Stakeholder.objects.update(kind="organisation")  # whoever stood in earlier examples is asked for no more
    Segment.objects.update(name=Concat("name", Value(" "), "pk", output_field=CharField()))
    topic = newsletter_topic()
    campaign = Campaign.objects.create(name="October", topic=topic, subject="News", blocks=[PARAGRAPH])
    campaign.include.add(Segment.objects.create(name="Persons", definition=PERSONS))
    campaign.exclude.add(Segment.objects.create(name="Spanish", definition=SPANISH))
    book = people(len(kinds), topic=topic, domain=f"{timezone.now().timestamp()}.example.org")
    for person, kind in zip(book, kinds, strict=True):
        make(person, kind, topic)
    foretold = {person.pk for person in book if got_it(facts_about(campaign, person))}
    try:
        launch_campaign(campaign, by=staff)
    except NothingToSend:
        assert foretold == set()
    assert set(Delivery.objects.filter(campaign=campaign).values_list("stakeholder", flat=True)) == foretold
    for person in book if foretold else []:
        assert says(campaign, person).startswith("It waits" if person.pk in foretold else "Did not get it")


def make(person: Stakeholder, kind: str, topic) -> None:
    """Turn somebody whom nothing stands against into one of KINDS."""
    points = ContactPoint.objects.filter(stakeholder=person)
    if kind == "silent":
        ConsentEvent.objects.create(
            stakeholder=person,
            topic=topic,
            action="withdrawn",
            source="test",
            wording="No",
            at=timezone.now() + timedelta(microseconds=1),
        )
    elif kind == "left":
        withdraw_consent(person, topic, source="test", by=None)
    elif kind == "bad":
        points.update(status="bad")
    elif kind == "none":
        points.delete()
    elif kind == "stopped":
        suppress(points.get().normalized, reason="manual", source="test", by=None)
    elif kind == "shared":
        points.delete()
        share(person, "shared@example.org")
    elif kind == "second":
        points.update(status="bad", is_primary=False)
        share(person, "shared@example.org", is_primary=True)
    elif kind == "excluded":
        Stakeholder.objects.filter(pk=person.pk).update(language="es")


# ── The pages ────────────────────────────────────────────────────────────────
def test_somebody_is_found_by_a_name_that_stands_in_no_address_of_a_page(draft, client_of, staff):
    ana, _ben = people(2, topic=draft.topic)
    browser = client_of(staff)
    ask = reverse("campaigns:ask", args=[draft.pk])
    assert "Enter a piece of a name" in browser.get(ask).content.decode()
    assert "Enter a piece of a name" in browser.get(ask, {"who": "Person 0"}).content.decode()
    answer = browser.post(ask, {"who": "Person 0"})
    assert answer["Location"] == reverse("campaigns:why", args=[draft.pk, ana.pk])
    assert browser.post(ask, {"who": "p0@example.org"})["Location"] == answer["Location"]
    both = browser.post(ask, {"who": "person"}).content.decode()
    assert "Person 0" in both
    assert "p1@example.org" in both
    assert "Nobody in the book" in browser.post(ask, {"who": "zzz"}).content.decode()


def test_the_page_answers_for_somebody(draft, client_of, staff, mailbox):
    ana, ben = people(2, topic=draft.topic)
    mailbox.reply("rcpt", "550 5.1.1 <Nobody> here", only_to="p0@example.org")
    launch_campaign(draft, by=staff)
    work()
    browser = client_of(staff)
    page = browser.get(reverse("campaigns:why", args=[draft.pk, ana.pk])).content.decode()
    assert "Did not get it: nobody has this address." in page
    assert "5.1.1 &lt;Nobody&gt; here" in page
    assert "Got it" in browser.get(reverse("campaigns:why", args=[draft.pk, ben.pk])).content.decode()
    assert browser.get(reverse("campaigns:why", args=[draft.pk, 10**9])).status_code == 404


def test_whoever_may_not_see_people_sees_no_answer(draft, client_of, analyst, organizer):
    (ana,) = people(1, topic=draft.topic)
    for who in (analyst, organizer):
        browser = client_of(who)
        assert browser.get(reverse("campaigns:why", args=[draft.pk, ana.pk])).status_code == 403
        assert browser.post(reverse("campaigns:ask", args=[draft.pk]), {"who": "Person"}).status_code == 403


def test_the_page_of_somebody_leads_to_every_answer(draft, staff):
    ana, _ben = people(2, topic=draft.topic)
    panel = newsletters(ana.pk, staff)
    assert panel
    assert panel.context["others"] == [draft]
    launch_campaign(draft, by=staff)
    panel = newsletters(ana.pk, staff)
    assert panel
    assert panel.context["others"] == []
    assert [row.campaign for row in panel.context["rows"]] == [draft]


def test_how_often_the_answer_asks_does_not_grow(draft, client_of, staff, query_count):
    ana, *others = people(12, topic=draft.topic)
    browser = client_of(staff)
    url = reverse("campaigns:why", args=[draft.pk, ana.pk])
    browser.get(url)
    with query_count("why a newsletter came"):
        browser.get(url)
    for other in others:
        share(other, "p0@example.org")
    for number in range(8):
        draft.include.add(Segment.objects.create(name=f"Segment {number}", definition=SPANISH))
    with query_count("why a newsletter came"):
        assert "Person 11" not in browser.get(url).content.decode()
