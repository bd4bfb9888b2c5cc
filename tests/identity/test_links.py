"""Links that were sent to somebody lead to whom they were merged with."""

import re

import pytest

from campaigns.models import Delivery, Variant
from campaigns.viewing import view_token
from contacts import leaving
from contacts.actions import give_consent
from contacts.identity.merging import merge_stakeholders, unmerge
from contacts.models import Consent, ConsentEvent, JoinRequest, Stakeholder, Suppression
from crm.links import sign
from engagement.actions.letters import LINK_PURPOSE
from tests.factories import CampaignFactory, EventFactory, RegistrationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ana(newsletter, events_topic):
    """She agreed to two topics."""
    ana = StakeholderFactory(name="Ana Ruiz", first_name="Ana", last_name="Ruiz", email="ana@example.org")
    for topic in (newsletter, events_topic):
        give_consent(ana, topic, source="form", wording="Yes", language="en")
    return ana


@pytest.fixture
def old(ana):
    """The number she had in a partner's file, with the links that were sent to it; merged since."""
    old = StakeholderFactory(name="Ana R", first_name="Ana", last_name="R", email="old@example.org")
    merge_stakeholders(ana, old, fields={"name": ana.pk, "last_name": ana.pk}, by=None)
    return old.pk


def word(person, topic):
    """The current word on a topic."""
    return Consent.objects.get(stakeholder=person, topic=topic).state


def test_the_old_link_leaves_the_list_and_nothing_else(client, ana, old, newsletter, events_topic):
    token = leaving.leave_token(old, newsletter.pk, "campaign:1")
    assert client.get(f"/leave/{token}/").status_code == 200
    answer = client.post(f"/leave/{token}/")
    assert (word(ana, newsletter), word(ana, events_topic)) == ("withdrawn", "given")
    assert not Suppression.objects.exists()
    assert ConsentEvent.objects.get(action="withdrawn").source == "unsubscribe link, campaign:1"
    client.post(answer.url)
    assert word(ana, newsletter) == "given"


def test_one_click_of_a_mail_program_does_the_same(client, ana, old, newsletter):
    answer = client.post(f"/leave/{leaving.leave_token(old, newsletter.pk)}/one-click/", ONE_CLICK)
    assert answer.status_code == 200
    assert word(ana, newsletter) == "withdrawn"


def test_a_link_taken_before_the_merge_works_after_it(client, ana, old, newsletter):
    token = leaving.come_back_token(leaving.Leaving(old, newsletter.pk, [newsletter.pk], ""))
    client.post(f"/leave/{leaving.leave_token(ana.pk, newsletter.pk)}/")
    client.post(f"/left/{token}/")
    assert word(ana, newsletter) == "given"


def test_the_preferences_are_the_survivors(client, ana, old):
    page = client.get(f"/preferences/{leaving.preferences_token(old)}/").content.decode()
    assert 'value="Ruiz"' in page


def test_a_chain_of_merges_is_followed(client, ana, old, newsletter):
    last = StakeholderFactory()
    merge_stakeholders(last, Stakeholder.objects.get(pk=ana.pk), by=None)
    client.post(f"/leave/{leaving.leave_token(old, newsletter.pk)}/one-click/", ONE_CLICK)
    assert word(last, newsletter) == "withdrawn"


def test_a_join_that_was_asked_before_is_confirmed_after(client, ana, newsletter):
    other = StakeholderFactory(first_name="Eva", last_name="Paz", name="Eva Paz", email="eva@example.org")
    asked = JoinRequest.objects.create(email="eva@example.org", first_name="Eva", last_name="Paz", wording="Yes")
    asked.topics.set([newsletter])
    third = StakeholderFactory(first_name="Eva", last_name="Paz", name="Eva Paz")
    merge_stakeholders(third, other, by=None)
    client.post(f"/join/confirm/{leaving.confirm_token(asked.pk)}/")
    asked.refresh_from_db()
    assert asked.stakeholder == third
    assert word(third, newsletter) == "given"


def test_the_link_of_a_seat_that_was_there_twice_gives_the_one_seat_back(client, ana):
    event = EventFactory(capacity=3)
    other = StakeholderFactory(email="other@example.org")
    kept = RegistrationFactory(event=event, stakeholder=ana)
    dropped = RegistrationFactory(event=event, stakeholder=other)
    merge = merge_stakeholders(ana, other, by=None)
    url = f"/registration/{sign(LINK_PURPOSE, [dropped.pk])}/"
    assert client.get(url).status_code == 200
    client.post(url)
    kept.refresh_from_db()
    assert kept.state == "cancelled"
    report = unmerge(merge, by=None)
    assert report["restored"] == {"engagement.Registration.stakeholder": 1}
    client.post(url)
    assert {seat.state for seat in event.registrations.all()} == {"cancelled"}


def test_a_newsletter_in_the_browser_greets_the_survivor(client, ana, newsletter):
    other = StakeholderFactory(email="other@example.org")
    campaign = CampaignFactory(topic=newsletter, state="sent", audience_size=2)
    Variant.objects.create(campaign=campaign, language="en", subject="Hi", html="<a href='{{ unsubscribe_url }}'>x</a>")
    Delivery.objects.create(campaign=campaign, stakeholder=ana, address="ana@example.org", state="accepted")
    second = Delivery.objects.create(campaign=campaign, stakeholder=other, address="other@example.org")
    merge_stakeholders(ana, other, by=None)
    page = client.get(f"/newsletters/{view_token(second.pk)}/").content.decode()
    token = re.search(r"/leave/([^/]+)/", page)[1]
    assert leaving.read_leave_token(token).stakeholder_id == ana.pk


def test_nobody_is_there_once_the_survivor_was_erased(client, ana, old, newsletter, manager):
    from contacts.actions import erase_person

    erase_person(Stakeholder.objects.get(pk=ana.pk), by=manager)
    assert client.get(f"/leave/{leaving.leave_token(old, newsletter.pk)}/").status_code == 410
