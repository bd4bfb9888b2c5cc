"""Leave a list or everything by the link of a mail, and come back at once."""

import pytest
from django.test import Client

from contacts.actions import suppress
from contacts.leaving import leave_token, leave_url, one_click_url
from contacts.models import ConsentEvent, Suppression
from tests.public.conftest import receives

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(ana, newsletter):
    """The link in a newsletter to Ana."""
    return f"/leave/{leave_token(ana.pk, newsletter.pk, 'campaign:12')}/"


def test_the_page_names_the_list_and_changes_nothing(client, link, ana, writes_nothing):
    with writes_nothing():
        html = client.get(link).content.decode()
        client.head(link)
    assert "Leave “Newsletter”?" in html
    assert "a•••@example.org" in html
    assert "ana@example.org" not in html
    assert html.count("<h1") == 1
    assert receives(ana) == ["events", "newsletter"]


def test_the_button_leaves_this_list_only(client, link, ana):
    answer = client.post(link, {"what": "list"}, follow=True)
    assert "You have left “Newsletter”" in answer.content.decode()
    assert receives(ana) == ["events"]
    said = ConsentEvent.objects.filter(action="withdrawn").get()
    assert said.source == "unsubscribe link, campaign:12"
    assert said.evidence == {"how": "link", "origin": "campaign:12"}
    assert not Suppression.objects.exists()


def test_the_second_button_leaves_everything_and_closes_the_address(client, link, ana):
    answer = client.post(link, {"what": "everything"}, follow=True)
    assert "You have left everything" in answer.content.decode()
    assert receives(ana) == []
    closed = Suppression.objects.get()
    assert (closed.address, closed.reason) == ("ana@example.org", "unsubscribed")


def test_leaving_twice_is_fine_and_writes_one_no(client, link):
    client.post(link, {"what": "list"})
    answer = client.post(link, {"what": "list"}, follow=True)
    assert answer.status_code == 200
    assert ConsentEvent.objects.filter(action="withdrawn").count() == 1
    assert "You are not on “Newsletter”" in client.get(link).content.decode()


def test_a_mistake_is_undone_with_a_yes_of_its_own(client, link, ana):
    left = client.post(link, {"what": "everything"})["Location"]
    assert "bring me back" in client.get(left).content.decode()
    back = client.post(left, follow=True).content.decode()
    assert "You are back" in back
    assert receives(ana) == ["events", "newsletter"]
    assert not Suppression.objects.exists()
    newest = ConsentEvent.objects.filter(topic__slug="newsletter").order_by("-pk").first()
    assert newest.evidence == {"how": "taken back at once"}
    assert newest.wording.startswith("That was a mistake: bring me back")


def test_undoing_twice_is_fine(client, link, ana):
    left = client.post(link, {"what": "list"})["Location"]
    client.post(left)
    client.post(left)
    assert ConsentEvent.objects.filter(topic__slug="newsletter", action="given").count() == 2


def test_opening_the_page_of_what_was_left_brings_nobody_back(client, link, ana, writes_nothing):
    left = client.post(link, {"what": "list"})["Location"]
    with writes_nothing():
        client.get(left)
    assert receives(ana) == ["events"]


def test_the_way_back_closes_after_an_hour(client, link, ana, time_goes_by):
    left = client.post(link, {"what": "list"})["Location"]
    with time_goes_by(hours=2):
        assert client.post(left).status_code == 404
    assert receives(ana) == ["events"]


def test_coming_back_does_not_undo_a_bounce(client, link, ana):
    left = client.post(link, {"what": "everything"})["Location"]
    suppress("ana@example.org", reason="hard_bounce", source="bounce")
    client.post(left)
    assert Suppression.objects.get().reason == "hard_bounce"


def test_the_page_speaks_the_language_of_the_member_unless_they_chose_one(client, link, ana):
    ana.language = "es"
    ana.save()
    assert "¿Salir de “Boletín”?" in client.get(link).content.decode()
    client.cookies["django_language"] = "en"
    assert "Leave “Newsletter”?" in client.get(link).content.decode()


def test_a_broken_link_offers_a_fresh_one(client):
    answer = client.get("/leave/nonsense/")
    assert answer.status_code == 404
    assert 'action="/preferences/"' in answer.content.decode()
    assert client.post("/leave/nonsense/").status_code == 404


def test_a_link_still_works_two_years_later_but_does_not_open_the_preferences(client, link, ana, time_goes_by):
    assert "/preferences/W" in client.get(link).content.decode()
    with time_goes_by(days=730):
        html = client.get(link).content.decode()
        assert "/preferences/W" not in html
        client.post(link, {"what": "list"})
    assert receives(ana) == ["events"]


def test_somebody_who_is_gone_has_nothing_to_leave(client, newsletter):
    answer = client.get(f"/leave/{leave_token(999, newsletter.pk)}/")
    assert answer.status_code == 410
    assert "There is nothing to leave" in answer.content.decode()


def test_the_addresses_in_mails_are_those_of_the_pages(link, ana, newsletter, settings):
    token = link.split("/")[2]
    assert leave_url(token) == f"{settings.PUBLIC_URL}{link}"
    assert one_click_url(token) == f"{settings.PUBLIC_URL}{link}one-click/"


def test_the_button_is_protected_against_other_sites(link, ana):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link, {"what": "list"}).status_code == 403
    assert receives(ana) == ["events", "newsletter"]


def test_the_page_is_never_kept_and_asks_few_questions(client, link, query_count):
    client.get(link)
    with query_count("leave page"):
        answer = client.get(link)
    assert "no-store" in answer["Cache-Control"]
