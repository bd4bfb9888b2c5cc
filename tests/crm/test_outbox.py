"""Single mails: queued once, delivered through a real SMTP server, tried again when that makes sense."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Suppression
from crm.actions.outbox import (
    NotAnAddress,
    NotFailed,
    deliver_due_mails,
    note_came_back,
    note_single,
    queue_mail,
    retry_mail,
)
from crm.models import OutboxMail
from crm.patience import patience
from tests.provider import Provider, serve

pytestmark = pytest.mark.django_db


@pytest.fixture
def resend(settings) -> Iterator[Provider]:
    """Mail goes through a provider that knows a message again."""
    box = Provider()
    server = serve(box)
    settings.EMAIL_PROVIDER, settings.ANYMAIL = "resend", box.keys("resend")
    settings.SENDING_TRANSPORT = "crm.provider.transport.ProviderTransport"
    settings.SENDING = {"connect_timeout": 1, "final_timeout": 1.5}
    yield box
    server.shutdown()
    server.server_close()


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
    ("phase", "reply", "state"),
    [
        ("rcpt", "450 4.2.0 greylisted", "queued"),
        ("message", "451 4.3.0 later", "queued"),
        ("rcpt", "550 5.7.1 not from you", "failed"),
        ("message", "552 5.3.4 too big", "failed"),
        ("rcpt", "550 5.1.1 no such user", "bounced"),
    ],
)
def test_answers_are_read_as_those_to_newsletters(mailbox, phase, reply, state):
    mail = queued()
    mailbox.reply(phase, reply)
    deliver_due_mails()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (state, 1)
    assert reply in mail.last_error


def test_waits_are_those_of_newsletters(mailbox, settings):
    settings.SENDING = {"tries": 2}
    mail = queued()
    mailbox.reply("rcpt", "450 4.2.0 greylisted", times=0)
    deliver_due_mails()
    mail.refresh_from_db()
    assert timedelta(seconds=40) < mail.next_attempt_at - timezone.now() < timedelta(seconds=80)
    assert deliver_due_mails().put_off == 0
    OutboxMail.objects.update(next_attempt_at=timezone.now())
    assert deliver_due_mails().failed == 1


def test_an_address_nobody_has_is_bad_for_newsletters_too(mailbox, django_capture_on_commit_callbacks):
    queued()
    mailbox.reply("rcpt", "550 5.1.1 no such user")
    with django_capture_on_commit_callbacks(execute=True):
        deliver_due_mails()
    assert Suppression.objects.get().reason == "hard_bounce"


def test_a_mail_that_comes_back_later_is_noted_once(mailbox, django_capture_on_commit_callbacks):
    mail = queued()
    deliver_due_mails()
    with django_capture_on_commit_callbacks(execute=True):
        assert note_came_back(mail.pk, "550 5.1.1 no such user")
        assert not note_came_back(mail.pk, "550 5.1.1 no such user")
    mail.refresh_from_db()
    assert mail.state == "bounced"
    assert Suppression.objects.count() == 1


def test_an_answer_that_never_comes_is_uncertain_and_sent_again_after_a_quiet_time(mailbox, settings):
    settings.SENDING = {"final_timeout": 0.5}
    mail = queued()
    mailbox.drop("message")
    assert deliver_due_mails().uncertain == 1
    mail.refresh_from_db()
    assert mail.state == "uncertain"
    assert mail.next_attempt_at > timezone.now() + timedelta(minutes=14)
    assert deliver_due_mails().sent == 0
    OutboxMail.objects.update(next_attempt_at=timezone.now())
    assert deliver_due_mails().sent == 1
    first, second = [mail.message for mail in mailbox.received]
    assert first["Message-ID"] == second["Message-ID"]


def test_through_a_provider_it_says_which_mail_it_is(resend):
    mail = queued(
        html="<p>{{ name }}</p>", headers={"Reply-To": "us@example.org"}, attachments=[("a.txt", "text/plain", b"a")]
    )
    assert deliver_due_mails().sent == 1
    (letter,), (request,) = resend.arrived, resend.requests
    assert letter.marks == {"mail": str(mail.pk), "purpose": "hello"}
    assert (letter.to, letter.subject, letter.html) == ("ana@example.org", "Hello", "<p>{{ name }}</p>")
    assert request.body["reply_to"] == ["us@example.org"]
    assert request.body["attachments"][0]["filename"] == "a.txt"
    mail.refresh_from_db()
    assert mail.provider_id.startswith("resend-")


def test_where_a_mail_is_known_again_it_is_posted_again_at_once(resend):
    queued()
    resend.hang()
    assert deliver_due_mails().sent == 1
    assert len(resend.requests) == 2
    assert len(resend.arrived) == 1


def test_a_worker_that_died_after_the_post_makes_no_second_mail_there(resend):
    queued()
    deliver_due_mails()
    OutboxMail.objects.update(state="sending", lease_until=timezone.now() - timedelta(seconds=1))
    assert deliver_due_mails().sent == 1
    assert len(resend.requests) == 2
    assert len(resend.arrived) == 1


def test_a_refused_key_makes_everything_wait_and_says_so(resend):
    mail = queued()
    resend.answer(401, "API key is invalid")
    assert deliver_due_mails().sent == 0
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("queued", 0)
    OutboxMail.objects.update(next_attempt_at=None)
    assert deliver_due_mails().sent == 1


def test_a_silent_server_puts_the_mail_off(settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    mail = queued()
    assert deliver_due_mails().put_off == 1
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("queued", 0)
    assert "no connection" in mail.last_error
    assert mail.next_attempt_at > timezone.now()
    assert deliver_due_mails().put_off == 0


def test_it_gives_up_after_the_last_attempt_and_can_be_tried_again_by_hand(mailbox, manager):
    mailbox.reply("rcpt", "450 4.2.0 greylisted")
    mail = queued()
    OutboxMail.objects.update(attempts=patience().tries - 1)
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


def test_a_mail_whose_workers_always_die_fails_in_the_end(mailbox):
    mail = queued()
    OutboxMail.objects.update(
        state="sending", attempts=patience().tries, lease_until=timezone.now() - timedelta(seconds=1)
    )
    deliver_due_mails()
    mail.refresh_from_db()
    assert mail.state == "failed"
    assert mailbox.received == []


@pytest.mark.parametrize(
    ("state", "kind", "becomes"),
    [
        ("uncertain", "accepted", "sent"),
        ("uncertain", "delivered", "sent"),
        ("uncertain", "soft_bounced", "sent"),
        ("uncertain", "failed", "failed"),
        ("uncertain", "bounced", "bounced"),
        ("queued", "delivered", "queued"),
        ("sent", "deferred", "sent"),
        ("sent", "complained", "sent"),
        ("sent", "failed", "failed"),
        ("sent", "bounced", "bounced"),
        ("failed", "delivered", "failed"),
        ("bounced", "delivered", "bounced"),
        ("bounced", "failed", "bounced"),
    ],
)
def test_what_is_heard_of_a_single_mail_moves_it_forward_only(db, state, kind, becomes):
    mail = queue_mail(purpose="test", to="ana@example.org", subject="Hi", text="Hello")
    OutboxMail.objects.update(state=state)
    for _again in range(2):
        assert note_single(mail.pk, kind, at=timezone.now(), reply="what\x00 was said") == "ana@example.org"
    mail.refresh_from_db()
    assert mail.state == becomes
    if becomes in ("failed", "bounced") and state != becomes:
        assert mail.last_error == "what was said"


def test_news_of_a_single_mail_that_is_not_there_are_about_nobody(db):
    assert note_single(10**9, "bounced", at=timezone.now()) == ""
