"""The join form: what is typed, what is kept, what is mailed, what is never told."""

import pytest
from django.utils.html import escape

from contacts.actions import suppress
from contacts.models import JoinRequest, Stakeholder, StakeholderType, Topic
from crm.models import OutboxMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def typed(newsletter):
    """A form filled in well."""
    return {
        "first_name": "Luis",
        "last_name": "Peña",
        "email": "luis@example.org",
        "zip": "28208-1234",
        "language": "es",
        "types": [StakeholderType.objects.get(slug="activist").pk],
        "topics": [newsletter.pk],
    }


def test_it_keeps_the_request_and_asks_by_mail_in_the_chosen_language(client, typed):
    answer = client.post("/join/", typed)
    assert answer["Location"] == "/join/sent/"
    asked = JoinRequest.objects.get()
    assert (asked.first_name, asked.zip, asked.language) == ("Luis", "28208", "es")
    assert [kind.slug for kind in asked.types.all()] == ["activist"]
    mail = OutboxMail.objects.get()
    assert mail.to == "luis@example.org"
    assert mail.subject == "Falta un paso para unirse a la Community Impact Alliance"
    assert "/join/confirm/" in mail.text
    assert "Boletín" in mail.html


def test_nobody_is_in_the_book_before_they_confirm(client, typed):
    client.post("/join/", typed)
    assert not Stakeholder.objects.exists()


def test_it_keeps_the_exact_wording_that_was_shown_with_its_language(client, typed):
    shown = client.get("/join/", headers={"accept-language": "es"}).context["wording"]
    client.post("/join/", typed, headers={"accept-language": "es"})
    asked = JoinRequest.objects.get()
    assert (asked.wording, asked.wording_language) == (shown, "es")
    assert shown.startswith("Sí, quiero recibir correos de Leading on Opportunity")


@pytest.mark.parametrize("name", ["<b>Luis</b>", "Luis https://example.com", "see www.example.com", "luis@example.com"])
@pytest.mark.parametrize("part", ["first_name", "last_name", "organisation"])
def test_a_name_that_is_a_link_or_marks_is_asked_for_again(client, typed, part, name):
    answer = client.post("/join/", typed | {part: name}, headers={"accept-language": "es"})
    html = answer.content.decode()
    assert "Escriba solo el nombre, por favor, sin enlaces y sin signos como &lt; o @." in html
    assert f'value="{escape(name)}"' in html
    assert "<b>Luis" not in html
    assert "Díganos su nombre" not in html
    assert not JoinRequest.objects.exists()
    assert not OutboxMail.objects.exists()


@pytest.mark.parametrize("name", ["María José", "Núñez de la Peña", "O’Brien-Smith, Jr.", "D'Arcy & Söhne", "李"])
def test_a_name_may_have_any_letters(client, typed, name):
    client.post("/join/", typed | {"first_name": name})
    assert JoinRequest.objects.get().first_name == name
    assert name in OutboxMail.objects.get().text


def test_errors_keep_what_was_typed_and_say_what_is_missing(client, typed):
    answer = client.post("/join/", typed | {"email": "luis at example", "zip": "abc", "topics": []})
    html = answer.content.decode()
    assert 'value="luis at example"' in html
    assert 'value="Peña"' in html
    assert "A zip code has five digits, like 28202." in html
    assert "Tick at least one topic" in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_zip_helptext id_zip_error"' in html
    assert not JoinRequest.objects.exists()


def test_a_person_or_an_organisation_must_be_named(client, typed):
    assert "Tell us your name" in client.post("/join/", typed | {"first_name": "", "last_name": ""}).content.decode()
    nameless = typed | {"first_name": "", "last_name": "", "organisation": "Grace Church"}
    assert client.post("/join/", nameless).status_code == 302


def test_a_program_that_fills_in_the_hidden_field_gets_a_smile_and_nothing_else(client, typed):
    answer = client.post("/join/", typed | {"website": "https://spam.example"})
    assert answer["Location"] == "/join/sent/"
    assert not JoinRequest.objects.exists()
    assert not OutboxMail.objects.exists()


def test_a_member_is_told_by_mail_only(client, typed, ana):
    known = typed | {"first_name": "Ana", "last_name": "Ruiz", "email": "Ana@example.org", "language": "en"}
    answer = client.post("/join/", known)
    stranger = client.post("/join/", typed)
    assert (answer.status_code, answer["Location"]) == (stranger.status_code, stranger["Location"])
    mail = OutboxMail.objects.get(to="Ana@example.org")
    assert mail.subject == "You are in the Community Impact Alliance already"
    assert "/preferences/" in mail.text


def test_a_member_who_asks_for_more_is_asked_to_confirm(client, typed, ana):
    everything = list(Topic.objects.all())
    client.post("/join/", typed | {"first_name": "Ana", "last_name": "Ruiz", "email": "ana@example.org",
                                   "topics": [topic.pk for topic in everything]})  # fmt: skip
    assert "/join/confirm/" in OutboxMail.objects.get().text


def test_another_person_at_a_shared_address_may_join(client, typed, ana):
    client.post("/join/", typed | {"email": "ana@example.org"})
    assert "/join/confirm/" in OutboxMail.objects.get().text


@pytest.mark.parametrize("reason", ["hard_bounce", "complaint", "manual"])
def test_an_address_that_must_not_be_mailed_gets_nothing_and_the_page_does_not_tell(client, typed, reason):
    suppress("luis@example.org", reason=reason, source="test")
    assert client.post("/join/", typed)["Location"] == "/join/sent/"
    assert not OutboxMail.objects.exists()


def test_one_address_is_asked_three_times_an_hour_at_most(client, typed):
    answers = {client.post("/join/", typed)["Location"] for _time in range(5)}
    assert answers == {"/join/sent/"}
    assert OutboxMail.objects.count() == 3


def test_one_place_cannot_flood_the_form_and_what_was_typed_stays(client, typed, monkeypatch):
    monkeypatch.setattr("contacts.views.joining.JOINS_AN_HOUR", 2)
    for number in range(2):
        assert client.post("/join/", typed | {"email": f"luis{number}@example.org"}).status_code == 302
    answer = client.post("/join/", typed | {"email": "luis3@example.org"})
    assert answer.status_code == 429
    assert 'value="luis3@example.org"' in answer.content.decode()
    elsewhere = client.post("/join/", typed | {"email": "luis3@example.org"}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 302


def test_a_link_may_suggest_a_topic(client, newsletter):
    assert client.get("/join/?topic=newsletter").context["form"].initial["topics"] == [newsletter]
    assert client.get("/join/?topic=%00nonsense").status_code == 200


def test_opening_the_form_asks_few_questions(client, house, query_count):
    with query_count("join form"):
        client.get("/join/")
