"""Who leaves while a group is on its way gets no mail after that."""

import threading
import time

import pytest
from django.db import connection

from campaigns.models import Delivery
from campaigns.sending.leavers import listening
from contacts.actions.consent import give_consent, leave_everything, withdraw_consent
from contacts.actions.privacy import erase_person
from contacts.actions.suppression import suppress, suppress_all
from contacts.models import ContactPoint, Stakeholder
from tests.campaigns.ledger import launched, newsletter_topic, states, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def one_line(settings):
    """One connection, so that the others of a group wait behind the message that is held."""
    settings.SENDING = {"connections": 1, "group": 500}


def sent_while(mailbox, happens, *, people: int = 40) -> object:
    """A campaign during whose first group something happens, after the mail server has its third message."""
    campaign = launched(people)
    mailbox.hold("message", after=2)
    meanwhile = threading.Thread(target=_then_release, args=(mailbox, happens))
    meanwhile.start()
    work(seconds=30)
    meanwhile.join()
    return campaign


def _then_release(mailbox, happens) -> None:
    try:
        until = time.monotonic() + 20
        while not mailbox.holding and time.monotonic() < until:
            time.sleep(0.005)
        happens()
        time.sleep(0.1)  # the database calls out within milliseconds
    finally:
        mailbox.release()
        connection.close()


def person(number: int) -> Stakeholder:
    return Stakeholder.objects.get(name=f"Person {number}")


def leaves(number: int) -> None:
    withdraw_consent(person(number), newsletter_topic(), source="unsubscribe link")


WAYS = {
    "leaves this list": (lambda: leaves(7), "left"),
    "leaves everything": (lambda: leave_everything(person(7), "p7@example.org", source="preferences"), "left"),
    "is suppressed": (lambda: suppress("p7@example.org", reason="complaint", source="webhook"), "suppressed"),
    "is erased": (lambda: erase_person(person(7), by=None), "erased"),
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_leaves_for_somebody_after_that_was_committed(mailbox, one_line, way):
    happens, reason = WAYS[way]
    campaign = sent_while(mailbox, happens)
    assert states(campaign) == {"accepted": 39, "skipped": 1}
    assert Delivery.objects.get(state="skipped").reason == reason
    assert "p7@example.org" not in mailbox.recipients
    assert len(mailbox.recipients) == 39


def test_the_message_that_was_announced_already_is_taken_back(mailbox, one_line):
    """Its envelope went out with the message before it; only hanging up keeps it back now."""
    campaign = sent_while(mailbox, lambda: leaves(3))
    assert states(campaign) == {"accepted": 39, "skipped": 1}
    assert "p3@example.org" not in mailbox.recipients
    assert len(mailbox.recipients) == len(set(mailbox.recipients)) == 39
    assert set(Delivery.objects.filter(state="accepted").values_list("attempts", flat=True)) == {1}


def test_everybody_is_asked_again_when_many_leave_at_once(mailbox, one_line):
    def many() -> None:
        others = [f"nobody{number}@example.org" for number in range(300)]
        suppress_all(dict.fromkeys([*others, "p7@example.org", "p8@example.org"], "list"), reason="manual")

    campaign = sent_while(mailbox, many)
    assert states(campaign) == {"accepted": 38, "skipped": 2}
    assert len(mailbox.recipients) == len(set(mailbox.recipients)) == 38


def test_whoever_comes_back_at_once_gets_it(mailbox, one_line):
    def there_and_back() -> None:
        leaves(7)
        give_consent(person(7), newsletter_topic(), source="join form", wording="Yes", language="en")

    campaign = sent_while(mailbox, there_and_back)
    assert states(campaign) == {"accepted": 40}
    assert len(mailbox.recipients) == len(set(mailbox.recipients)) == 40


def test_what_is_rolled_back_was_never_called_out(mailbox):
    launched(3)
    with listening() as leavers:
        address = ContactPoint.objects.get(normalized="p1@example.org")
        with pytest.raises(RuntimeError), _rolled_back():
            leaves(1)
        assert not leavers.forbid(address.stakeholder_id, address.fingerprint, 0)
        leaves(1)
        until = time.monotonic() + 10
        while not leavers.forbid(address.stakeholder_id, address.fingerprint, 0):
            assert time.monotonic() < until
        assert not leavers.forbid(address.stakeholder_id, address.fingerprint, leavers.now)


class _rolled_back:
    def __enter__(self):
        from django.db import transaction

        self.block = transaction.atomic()
        return self.block.__enter__()

    def __exit__(self, *_error):
        error = RuntimeError("changed our mind")
        self.block.__exit__(RuntimeError, error, None)
        raise error


def test_a_worker_that_hears_nothing_any_more_begins_anew(mailbox, one_line):
    def cut_off() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query LIKE 'LISTEN %%' AND pid <> pg_backend_pid() AND datname = current_database()"
            )
        leaves(7)

    campaign = sent_while(mailbox, cut_off)
    assert states(campaign) == {"accepted": 39, "skipped": 1}
    assert len(mailbox.recipients) == len(set(mailbox.recipients)) == 39
