"""Pages for addresses that lead nowhere and buttons that came too late."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

pytestmark = pytest.mark.django_db


def test_an_address_that_leads_nowhere_leads_home(client, house):
    answer = client.get("/no/such/page/", headers={"accept-language": "es"})
    assert answer.status_code == 404
    assert "Aquí no hay ninguna página" in answer.content.decode()


def test_a_button_that_came_too_late_says_that_nothing_was_changed(house):
    answer = Client(enforce_csrf_checks=True).post("/join/", {})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()


def test_who_may_not_open_a_page_is_told_so(outsider, client_of):
    answer = client_of(outsider).get("/search/?q=ana")
    assert answer.status_code in (403, 404)
    assert "<h1>" in answer.content.decode()


def test_who_works_here_is_led_back_to_the_office(partner, client_of, house):
    client = client_of(partner)
    for address, status in (("/no/such/page/", 404), ("/admin/contacts/stakeholder/", 403)):
        answer = client.get(address)
        assert answer.status_code == status
        assert '<a class="button" href="/admin/">Back to the office</a>' in answer.content.decode()


def test_the_last_resort_needs_nothing_that_may_be_broken():
    html = render_to_string("500.html")
    assert "Something went wrong" in html
    assert "Algo salió mal" in html
