"""The frame of the public pages and the switch of language."""

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

pytestmark = pytest.mark.django_db


def rendered():
    request = RequestFactory().get("/here/", {"a": "1"})
    return render_to_string("public/message.html", {"title": "Thank you", "text": "All done."}, request)


def test_it_loads_nothing_from_elsewhere_and_runs_nothing_inline():
    page = rendered()
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert "<script" not in page
    assert " style=" not in page


def test_the_switch_keeps_the_page_and_changes_the_language(client):
    assert 'name="next" value="/here/?a=1"' in rendered()
    answer = client.post("/i18n/setlang/", {"language": "es", "next": "/here/?a=1"})
    assert answer.url == "/here/?a=1"
    assert client.cookies["django_language"].value == "es"


def test_the_switch_leads_nowhere_else(client):
    assert client.post("/i18n/setlang/", {"language": "es", "next": "https://evil.example"}).url == "/"
