"""Single mails: queued once, delivered through a real SMTP server, tried again when that makes sense."""

import smtplib
from datetime import timedelta

import pytest
from django.core.mail import get_connection
from django.utils import timezone

from crm.actions.outbox import (
    MAX_ATTEMPTS,
    NotAnAddress,
    NotFailed,
    deliver_due_mails,
    pause_after,
    queue_mail,
    retry_mail,
)
from crm.models import OutboxMail
from crm.postman import hand_over, read_trouble

pytestmark = pytest.mark.django_db


def queued(**more):
    said = {"purpose": "hello", "to": "ana@example.org", "subject": "Hello", "text": "Hello Ana", **more}
    return queue_mail(**said)


def test_a_queued_mail_arrives_with_its_parts(mailbox):
    queued(html="<p>Hello <b>Ana</b></p>", attachments=[("day.ics", "text/calendar", b"BEGIN:VCALENDAR")])
    assert deliver_due_mails().sent == 1
    (message,) = [mail.message for mail in mailbox.received]
    assert message["To"] == "ana@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    kinds = {part.get_content_type() for part in message.walk()}
    assert {"text/plain", "text/html", "text/calendar"} <= kinds
    assert OutboxMail.objects.get().state == "sent"


def test_nothing_is_sent_twice(mailbox):
    queued()
    deliver_due_mails()
    assert deliver_due_mails().sent == 0
    assert len(mailbox.received) == 1


def test_the_same_key_makes_one_mail():
    first = queued(once="confirm:7", attachments=[("a.txt", "text/plain", b"a")])
    again = queued(once="confirm:7", attachments=[("a.txt", "text/plain", b"a")])
    assert first == again
    assert first.attachments.count() == 1


def test_an_address_that_is_none_is_refused():
    with pytest.raises(NotAnAddress):
        queued(to="ana at example")


def test_headers_come_from_a_fixed_list():
    with pytest.raises(ValueError, match="Bcc"):
        queued(headers={"Bcc": "spy@example.org"})


def test_a_newline_in_a_subject_never_reaches_the_wire(mailbox):
    mail = queued(subject="Hello\nBcc: spy@example.org")
    assert deliver_due_mails().failed == 1
    mail.refresh_from_db()
    assert mail.state == "failed"
    assert mailbox.received == []


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.c": (450, b"greylisted")}), True),
        (smtplib.SMTPRecipientsRefused({"a@b.c": (550, b"no such user")}), False),
        (smtplib.SMTPDataError(451, b"later"), True),
        (smtplib.SMTPDataError(552, b"too big"), False),
        (smtplib.SMTPAuthenticationError(535, b"who are you"), True),
        (smtplib.SMTPConnectError(554, b"go away"), True),
        (smtplib.SMTPServerDisconnected("bye"), True),
        (TimeoutError("slow"), True),
        (ValueError("bad header"), False),
    ],
)
def test_answers_are_sorted_by_their_class(error, passing):
    assert read_trouble(error).passing is passing


def test_a_silent_server_puts_the_mail_off(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    mail = queued()
    assert deliver_due_mails().put_off == 1
    mail.refresh_from_db()
    assert mail.state == "queued"
    assert mail.next_attempt_at > timezone.now()
    assert deliver_due_mails().put_off == 0


def test_it_gives_up_after_the_last_attempt_and_can_be_tried_again_by_hand(settings, manager):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    mail = queued()
    OutboxMail.objects.update(attempts=MAX_ATTEMPTS - 1)
    assert deliver_due_mails().failed == 1
    retry_mail(mail, by=manager)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.last_error) == ("queued", 0, "")
    with pytest.raises(NotFailed):
        retry_mail(mail, by=manager)


def test_a_mail_left_behind_by_a_dead_worker_is_taken_up_when_its_lease_runs_out(mailbox):
    mail = queued()
    OutboxMail.objects.update(state="sending", attempts=1, lease_until=timezone.now() + timedelta(minutes=1))
    assert deliver_due_mails().sent == 0
    OutboxMail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert deliver_due_mails().sent == 1
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("sent", 2)


def test_every_attempt_carries_the_same_message_id(mailbox):
    mail = queued()
    connection = get_connection()
    hand_over(mail, connection)
    hand_over(mail, connection)
    connection.close()
    first, second = [mail.message for mail in mailbox.received]
    assert first["Message-ID"] == second["Message-ID"]


def test_pauses_double_and_end_at_six_hours():
    assert timedelta(seconds=45) <= pause_after(1) <= timedelta(seconds=75)
    assert timedelta(minutes=3) <= pause_after(3) <= timedelta(minutes=5)
    assert pause_after(50) <= timedelta(hours=7.5)
