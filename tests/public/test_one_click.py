"""RFC 8058: the mail program posts, and nothing else is needed."""

import pytest
from django.test import Client

from contacts.leaving import leave_token
from contacts.models import ConsentEvent
from tests.public.conftest import receives

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def address(ana, newsletter):
    """What stands in the List-Unsubscribe header."""
    return f"/leave/{leave_token(ana.pk, newsletter.pk, 'campaign:12')}/one-click/"


@pytest.fixture
def mail_program():
    """A client that checks everything a browser would and carries no cookies."""
    return Client(enforce_csrf_checks=True)


def test_the_post_leaves_the_list_without_redirect_or_cookie(mail_program, address, ana):
    answer = mail_program.post(address, "List-Unsubscribe=One-Click", content_type=FORM)
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Location" not in answer
    assert receives(ana) == ["events"]
    assert ConsentEvent.objects.get(action="withdrawn").evidence == {"how": "one-click", "origin": "campaign:12"}


def test_a_multipart_body_works_too(mail_program, address, ana):
    assert mail_program.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert receives(ana) == ["events"]


def test_posting_twice_is_fine(mail_program, address):
    for _time in range(2):
        assert mail_program.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert ConsentEvent.objects.filter(action="withdrawn").count() == 1


def test_a_post_without_the_words_changes_nothing(mail_program, address, ana):
    assert mail_program.post(address, {}).status_code == 400
    assert receives(ana) == ["events", "newsletter"]


def test_whoever_opens_the_address_gets_the_page_and_nothing_changes(client, address, ana, writes_nothing):
    with writes_nothing():
        html = client.get(address).content.decode()
        client.head(address)
    assert "Leave “Newsletter”?" in html
    assert 'action="' + address.removesuffix("one-click/") + '"' in html
    assert receives(ana) == ["events", "newsletter"]


def test_a_person_who_is_gone_is_answered_well(mail_program, newsletter):
    address = f"/leave/{leave_token(999, newsletter.pk)}/one-click/"
    assert mail_program.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200


def test_a_broken_token_is_refused(mail_program):
    assert mail_program.post("/leave/nonsense/one-click/", {"List-Unsubscribe": "One-Click"}).status_code == 404
