"""The tests' own servers: what the other tests stand on must stand itself."""

import smtplib

import pytest
from django.core.mail import send_mail
from django.db import connection

from config.celery import app


def test_the_database_is_a_real_postgresql(db):
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('server_version_num')::int")
        assert cursor.fetchone()[0] >= 180000


def test_the_mailbox_receives_what_django_sends(mailbox):
    send_mail("Hello", "How are you?", "us@example.org", ["ana@example.org"])
    assert mailbox.recipients == ["ana@example.org"]
    assert mailbox.received[0].message["Subject"] == "Hello"
    assert mailbox.received[0].text.strip() == "How are you?"


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data", "message"])
def test_the_mailbox_refuses_when_told(mailbox, phase):
    mailbox.reply(phase, "451 4.3.0 Later")
    with pytest.raises(smtplib.SMTPException):
        send_mail("Hello", "x", "us@example.org", ["ana@example.org"])
    send_mail("Hello", "x", "us@example.org", ["ana@example.org"])
    assert len(mailbox.received) == 1


@pytest.mark.parametrize("phase", ["connect", "data", "message"])
def test_the_mailbox_hangs_up_when_told(mailbox, phase):
    mailbox.drop(phase)
    with pytest.raises((smtplib.SMTPException, OSError)):
        send_mail("Hello", "x", "us@example.org", ["ana@example.org"])
    assert len(mailbox.received) == (1 if phase == "message" else 0)


@pytest.mark.fault
def test_a_worker_answers_dies_and_is_replaced(celery_worker_process):
    assert app.control.inspect(timeout=5).ping()
    celery_worker_process.kill()
    assert not app.control.inspect(timeout=1).ping()
    celery_worker_process.start()
    assert app.control.inspect(timeout=5).ping()
