"""Signing in, being stopped when guessing, and setting a new password by mail."""

import re

import pytest

from crm.actions.outbox import deliver_due_mails
from crm.models import OutboxMail
from crm.signin import RESETS_FOR_ONE_ADDRESS, TRIES_AT_ONE_ACCOUNT

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/?next=/admin/"


def sign_in(client, email, password):
    return client.post(LOGIN, {"username": email, "password": password, "next": "/admin/"})


def test_the_right_password_opens_the_door(client, staff):
    assert sign_in(client, staff.email, "correct horse").status_code == 302


def test_the_address_may_be_typed_in_capitals(client, staff):
    assert sign_in(client, staff.email.upper(), "correct horse").status_code == 302


def test_a_wrong_password_is_answered_in_plain_words(client, staff):
    answer = sign_in(client, staff.email, "wrong").content.decode()
    assert "do not belong together" in answer
    assert "username" not in re.sub(r"<[^>]+>", "", answer)


def test_an_unknown_address_is_answered_with_the_same_words(client):
    assert "do not belong together" in sign_in(client, "nobody@alliance.test", "wrong").content.decode()


def test_who_has_no_place_in_the_house_stays_outside(client, outsider):
    assert "do not belong together" in sign_in(client, outsider.email, "correct horse").content.decode()


def test_guessing_is_stopped_even_with_the_right_password(client, staff):
    for _try in range(TRIES_AT_ONE_ACCOUNT):
        sign_in(client, staff.email, "wrong")
    answer = sign_in(client, staff.email, "correct horse")
    assert answer.status_code == 200
    assert "too often" in answer.content.decode()


def test_guessing_at_one_account_does_not_stop_another(client, staff, manager):
    for _try in range(TRIES_AT_ONE_ACCOUNT + 1):
        sign_in(client, staff.email, "wrong")
    assert sign_in(client, manager.email, "correct horse").status_code == 302


def test_a_new_password_is_set_through_the_mail(client, staff, mailbox):
    assert client.post("/sign-in/forgot/", {"email": staff.email.upper()}, follow=True).status_code == 200
    deliver_due_mails()
    link = re.search(r"http://\S+", mailbox.to(staff.email)[0].text)[0]
    form = client.get(link.partition("8000")[2] or re.sub(r"^http://[^/]+", "", link), follow=True)
    where = form.redirect_chain[-1][0]
    new = {"new_password1": "battery staple 9", "new_password2": "battery staple 9"}
    assert client.post(where, new, follow=True).status_code == 200
    assert sign_in(client, staff.email, "battery staple 9").status_code == 302
    assert "used already" in client.get(re.sub(r"^http://[^/]+", "", link), follow=True).content.decode()


def test_a_broken_reset_link_offers_a_new_one(client):
    answer = client.get("/sign-in/password/MQ/abc-def/")
    assert "Ask for a new one" in answer.content.decode()


def test_the_answer_does_not_tell_who_has_a_sign_in(client, staff):
    known = client.post("/sign-in/forgot/", {"email": staff.email})
    unknown = client.post("/sign-in/forgot/", {"email": "nobody@alliance.test"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert OutboxMail.objects.count() == 1


def test_nobody_can_fill_a_mailbox_with_reset_mails(client, staff):
    for _try in range(RESETS_FOR_ONE_ADDRESS + 2):
        client.post("/sign-in/forgot/", {"email": staff.email})
    assert OutboxMail.objects.count() == RESETS_FOR_ONE_ADDRESS
