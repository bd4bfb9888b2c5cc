"""Somebody's own page, and the form that mails the link to it."""

import re

import pytest

from contacts.actions import add_email, create_stakeholder, leave_all, suppress
from contacts.leaving import preferences_token
from contacts.models import ConsentEvent, Stakeholder, StakeholderType, Suppression
from crm.models import OutboxMail
from tests.public.conftest import receives

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(ana):
    """The link to Ana's page."""
    return f"/preferences/{preferences_token(ana.pk)}/"


@pytest.fixture
def typed(newsletter):
    """The form as Ana leaves it: one topic, Spanish, a new zip code."""
    return {
        "topics": [newsletter.pk],
        "first_name": "Ana María",
        "last_name": "Ruiz",
        "language": "es",
        "zip": "28217",
        "types": [StakeholderType.objects.get(slug="grassroots-leader").pk],
    }


def test_the_page_shows_how_it_stands_and_changes_nothing(client, link, writes_nothing):
    with writes_nothing():
        html = client.get(link).content.decode()
    assert 'value="Ana"' in html
    assert 'value="28205"' in html
    assert html.count("checked") == 3  # two topics and a language
    assert "ana@example.org" not in html


def test_saving_changes_topics_and_facts(client, link, ana, typed):
    answer = client.post(link, typed, follow=True)
    assert "Saved" in answer.content.decode() or "Guardado" in answer.content.decode()
    ana.refresh_from_db()
    assert (ana.name, ana.language, ana.zip) == ("Ana María Ruiz", "es", "28217")
    assert [kind.slug for kind in ana.types.all()] == ["grassroots-leader"]
    assert receives(ana) == ["newsletter"]
    assert ConsentEvent.objects.get(action="withdrawn").source == "preferences page"


def test_saving_without_a_change_writes_no_consent(client, link, ana, typed, events_topic):
    before = ConsentEvent.objects.count()
    client.post(link, typed | {"topics": [*typed["topics"], events_topic.pk]})
    assert ConsentEvent.objects.count() == before


def test_a_topic_that_is_not_offered_stays_as_it_is(client, link, ana, typed, events_topic):
    events_topic.public = False
    events_topic.save()
    client.post(link, typed)
    assert receives(ana) == ["events", "newsletter"]


def test_a_new_yes_is_kept_with_the_wording_shown(client, link, ana, typed):
    leave_all(ana)
    shown = client.get(link).context["wording"]
    client.post(link, typed)
    newest = ConsentEvent.objects.order_by("-pk").first()
    assert (newest.action, newest.wording, newest.source) == ("given", shown, "preferences page")
    assert not Suppression.objects.exists()


def test_a_bounce_is_not_undone_and_the_page_says_so(client, link, ana, typed):
    suppress("ana@example.org", reason="hard_bounce", source="bounce")
    assert "we send none at the moment" in client.get(link).content.decode()
    client.post(link, typed)
    assert Suppression.objects.get().reason == "hard_bounce"


def test_a_mistake_keeps_what_was_typed(client, link, ana, typed):
    html = client.post(link, typed | {"zip": "abc", "first_name": "", "last_name": ""}).content.decode()
    assert 'value="abc"' in html
    assert "Please leave a name here" in html
    assert receives(ana) == ["events", "newsletter"]


def test_a_strange_name_from_a_file_keeps_nobody_from_leaving_a_topic(client, link, ana, typed):
    Stakeholder.objects.filter(pk=ana.pk).update(first_name="Ana <the tall>")
    client.post(link, typed | {"first_name": "Ana <the tall>", "topics": []})
    assert receives(ana) == []
    html = client.post(link, typed | {"first_name": "<i>Ana</i>"}).content.decode()
    assert "Escriba solo el nombre" in html
    assert "<i>Ana" not in html


def test_an_organisation_has_one_name(client, newsletter):
    church = create_stakeholder(kind="organisation", name="Grace Church", emails=["office@example.org"])
    link = f"/preferences/{preferences_token(church.pk)}/"
    client.post(link, {"name": "Grace and Peace Church", "language": "en", "topics": [newsletter.pk]})
    church.refresh_from_db()
    assert church.name == "Grace and Peace Church"
    assert receives(church) == ["newsletter"]


def test_everything_can_be_left_from_here_and_taken_back(client, link, ana):
    assert client.get(f"{link}leave/").status_code == 405
    left = client.post(f"{link}leave/")["Location"]
    assert receives(ana) == []
    client.post(left)
    assert receives(ana) == ["events", "newsletter"]


@pytest.mark.parametrize(("kind", "subject"), [("data", "asks for their data"), ("erase", "asks to be erased")])
def test_a_request_goes_to_staff_once_a_day(client, link, ana, house, kind, subject):
    assert client.get(f"{link}ask/").status_code == 405
    for _time in range(2):
        assert "We got it" in client.post(f"{link}ask/", {"kind": kind}).content.decode()
    mail = OutboxMail.objects.get()
    assert mail.to == house.sender_email
    assert subject in mail.subject
    assert f"/admin/contacts/stakeholder/{ana.pk}/" in mail.text


def test_requests_go_where_answers_go(client, link, ana, house):
    house.reply_to = "people@alliance.example.org"
    house.save()
    client.post(f"{link}ask/", {"kind": "erase"})
    assert OutboxMail.objects.get().to == "people@alliance.example.org"


def without_secret(page):
    """The page without the token that protects its forms, which is new every time."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", page)


def test_a_fresh_link_is_mailed_and_the_page_never_tells_who_is_known(client, ana):
    known = client.post("/preferences/", {"email": "Ana@example.org"}, follow=True)
    unknown = client.post("/preferences/", {"email": "nobody@example.org"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain == [("/preferences/sent/", 302)]
    assert without_secret(known.content) == without_secret(unknown.content)
    assert OutboxMail.objects.get().to == "ana@example.org"


def test_a_shared_address_gets_a_link_for_each_of_its_people(client, ana):
    luis = create_stakeholder(first_name="Luis", last_name="Ruiz")
    add_email(luis, "ana@example.org")
    client.post("/preferences/", {"email": "ana@example.org"})
    text = OutboxMail.objects.get().text
    for person in (ana, luis):
        assert f"{person.name}: http://" in text
    assert text.count("/preferences/") == 2


def test_an_address_that_complained_gets_no_link(client, ana):
    suppress("ana@example.org", reason="complaint", source="provider")
    client.post("/preferences/", {"email": "ana@example.org"})
    assert not OutboxMail.objects.exists()


def test_who_left_everything_may_still_get_their_link(client, ana):
    leave_all(ana)
    client.post("/preferences/", {"email": "ana@example.org"})
    assert OutboxMail.objects.count() == 1


def test_one_address_gets_three_links_an_hour_at_most(client, ana):
    for _time in range(5):
        client.post("/preferences/", {"email": "ana@example.org"})
    assert OutboxMail.objects.count() == 3


def test_the_link_closes_after_half_a_year_and_says_how_to_get_another(client, link, time_goes_by):
    with time_goes_by(days=181):
        answer = client.get(link)
    assert answer.status_code == 404
    assert "This link is too old" in answer.content.decode()
    assert 'action="/preferences/"' in answer.content.decode()


def test_the_page_asks_few_questions(client, link, query_count):
    client.get(link)
    with query_count("preferences page"):
        client.get(link)
