"""Return addresses: each says which message it was made for, and nobody can make one up."""

import pytest
from django.core.checks import run_checks

from crm.actions.outbox import deliver_due_mails, queue_mail
from crm.models import Organisation, OutboxMail
from crm.postman import message_id, read_message_id
from crm.returns import Returned, looks_like_ours, read_return, return_address


@pytest.fixture(autouse=True)
def _return_path(settings):
    settings.RETURN_PATH = "bounces@returns.example.org"


@pytest.mark.parametrize("number", [0, 1, 35, 36, 4711, 2**63 - 1])
def test_it_leads_back_to_the_message_it_was_made_for(number):
    address = return_address("n", number)
    assert address.startswith("bounces+n")
    assert address.endswith("@returns.example.org")
    assert len(address.rpartition("@")[0]) <= 64
    assert read_return(address) == Returned("n", number)


def test_it_is_read_whatever_mail_servers_do_to_its_letters():
    assert read_return(f"<{return_address('s', 7).upper()}>") == Returned("s", 7)


def test_without_a_return_path_there_is_none(settings):
    settings.RETURN_PATH = ""
    assert return_address("n", 7) == ""


@pytest.mark.parametrize("separator", ["+", "-", "="])
def test_the_separator_of_the_mail_server_may_be_named(settings, separator):
    settings.RETURN_PATH = f"b{separator}@example.org"
    assert return_address("n", 7).startswith(f"b{separator}n7-")
    assert read_return(return_address("n", 7)) == Returned("n", 7)


def test_an_address_of_another_message_or_ledger_or_with_a_letter_changed_leads_nowhere():
    address = return_address("n", 7)
    start, _dash, rest = address.partition("-")
    mac, at, domain = rest.partition("@")
    turned = ("0" if mac[0] != "0" else "1") + mac[1:]
    for forged in (f"bounces+n8-{rest}", f"bounces+s7-{rest}", f"{start}-{turned}{at}{domain}"):
        assert looks_like_ours(forged)
        assert read_return(forged) is None


@pytest.mark.parametrize("address", ["", "bounces@returns.example.org", "ana@example.org", "bounces+n7-@example.org"])
def test_any_other_address_is_no_return_address(address):
    assert not looks_like_ours(address)
    assert read_return(address) is None


def test_one_that_was_made_with_the_key_before_is_still_known(settings):
    address = return_address("n", 7)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one", [settings.SECRET_KEY]
    assert read_return(address) == Returned("n", 7)
    settings.SECRET_KEY_FALLBACKS = []
    assert read_return(address) is None


@pytest.mark.parametrize("path", ["bounces", "bounces@", f"{'b' * 37}@example.org", "bounces@español.example.org"])
def test_a_return_path_that_cannot_work_is_said_at_the_start(settings, path):
    settings.RETURN_PATH = path
    assert [error.id for error in run_checks() if error.id in ("crm.E010", "crm.E011")]


@pytest.mark.django_db(transaction=True)
class TestSingleMails:
    """Single mails carry one, too, and are signed as ever."""

    def test_a_single_mail_comes_back_to_an_address_of_its_own(self, mailbox):
        mail = queue_mail(purpose="test", to="ana@example.org", subject="Hi", text="Hello")
        deliver_due_mails()
        (received,) = mailbox.received
        assert read_return(received.sender) == Returned("s", mail.pk)
        (sender,) = received.message["From"].addresses
        assert sender.addr_spec == Organisation.load().sender_email

    def test_without_a_return_path_it_comes_back_to_the_sender(self, mailbox, settings):
        settings.RETURN_PATH = ""
        queue_mail(purpose="test", to="ana@example.org", subject="Hi", text="Hello")
        deliver_due_mails()
        assert mailbox.received[0].sender == Organisation.load().sender_email

    @pytest.mark.parametrize(
        "name", ['Ana "la jefa" Ruiz', "Ñandú, Inc.", "A\r\nBcc: all@example.org", "\\", "a" * 120]
    )
    def test_an_odd_name_of_the_sender_arrives_as_it_is_and_harms_no_mail(self, mailbox, name):
        Organisation.load()
        Organisation.objects.update(sender_name=name)
        queue_mail(purpose="test", to="ana@example.org", subject="Hi", text="Hello")
        deliver_due_mails()
        assert OutboxMail.objects.get().state == "sent"
        (received,) = mailbox.received
        (sender,) = received.message["From"].addresses
        assert sender.display_name == " ".join(name.split())
        assert "Bcc" not in received.message


def test_made_up_addresses_before_ours_do_not_hide_it(settings):
    settings.RETURN_PATH = "bounces@example.org"
    ours = return_address("n", 7)
    assert read_return(f"<bounces+n1-000000000000@example.org>, {ours.upper()}, nobody@example.org") == Returned("n", 7)
    assert read_return("n1-000000000000@ " * 5000 + ours) is None


def test_a_message_id_of_a_single_mail_says_which_it_is_and_cannot_be_made_up(db, settings):
    mail = queue_mail(purpose="test", to="ana@example.org", subject="Hi", text="Hello")
    said = message_id(mail)
    assert read_message_id(f"Message-ID: {said}") == mail.pk
    assert read_message_id(said.replace(f".{mail.pk}.", f".{mail.pk + 1}.")) is None
    assert read_message_id("<nothing@example.org>") is None
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert read_message_id(said) == mail.pk
    settings.SECRET_KEY_FALLBACKS = []
    assert read_message_id(said) is None
