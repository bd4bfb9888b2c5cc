"""Somebody who was signed out while they filled in a form hears that it was not taken, and gets back to its page."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts.imports.models import ImportRun
from tests.factories import StakeholderFactory

pytestmark = pytest.mark.django_db

SEND = reverse("admin:contacts_importrun_add")
WORDS = "what you sent was not taken"


def next_of(answer) -> str:
    """Where the sign-in page leads on to."""
    return parse_qs(urlsplit(answer.url).query)["next"][0]


def test_a_file_that_was_sent_after_the_session_ended(client, staff):
    form = {"file": SimpleUploadedFile("list.csv", b"E-mail\nann@example.org\n"), "new_partner": "Community House"}
    page = client.post(SEND, form, headers={"Referer": f"http://testserver{SEND}?partner=3"}, follow=True)
    assert WORDS in page.content.decode()
    assert page.redirect_chain == [(f"{reverse('admin:login')}?next={SEND}%3Fpartner%3D3", 302)]
    assert not ImportRun.objects.exists()
    said = {"username": staff.email, "password": "correct horse", "next": f"{SEND}?partner=3"}
    again = client.post(page.redirect_chain[0][0], said, follow=True)
    assert WORDS not in again.content.decode()
    assert "Nothing is changed by sending a file" in again.content.decode()


def test_a_button_leads_back_to_the_page_it_stood_on_and_not_to_itself(client):
    page = reverse("admin:contacts_importrun_change", args=[3])
    button = reverse("admin:contacts_importrun_save", args=[3])
    answer = client.post(button, headers={"Referer": f"http://testserver{page}"})
    assert next_of(answer) == page


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example.org/admin/", "javascript:alert(1)"])
def test_no_other_house_is_led_to(client, referer):
    answer = client.post(SEND, headers={"Referer": referer})
    assert next_of(answer) == SEND


def test_a_part_of_a_page_takes_the_whole_page_to_sign_in(client):
    person = StakeholderFactory()
    page = reverse("admin:contacts_stakeholder_change", args=[person.pk])
    asks = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    answer = client.get(reverse("admin:contacts_importrun_known"), headers=asks)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["HX-Redirect"] == f"{reverse('admin:login')}?next={page}"
    assert WORDS not in client.get(answer["HX-Redirect"]).content.decode()


def test_opening_a_page_leads_to_sign_in_without_a_word(client):
    page = client.get(SEND, follow=True)
    assert page.redirect_chain == [(f"{reverse('admin:login')}?next={SEND}", 302)]
    assert WORDS not in page.content.decode()


def test_who_is_signed_in_notices_nothing(staff, client_of):
    assert client_of(staff).post(SEND, {"new_partner": "Community House"}).status_code == 200
