"""What a mail server's words mean: whether the address does not exist, and whether it wants us to come more slowly."""

import pytest

from crm.replies import judge, puts_us_off
from crm.transport import Outcome, Verdict


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (550, "5.1.1 The address does not exist"),
        (550, "#5.1.1 Bad destination"),
        (550, "Rejected (5.1.1)"),
        (550, "5.1.10. Recipient not found"),
        (550, "5.1.1 Rejected by 10.5.7.1"),
        (550, "No such user here"),
    ],
)
def test_nobody_has_the_address(code, words):
    assert judge(code, words).verdict is Verdict.BOUNCED


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (550, "5.7.1 Blocked, see 10.5.1.1"),
        (550, "Your address 5.1.1.4 is blocked"),
        (550, "Mail from 192.5.1.1 is not welcome"),
        (554, "Refused by mx4.5.1.1.example.org"),
        (552, "5.2.2 Mailbox full"),
    ],
)
def test_an_address_of_a_machine_is_no_word_about_the_recipient(code, words):
    assert judge(code, words).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("words", "slower"),
    [
        ("451 4.7.1 Try again later", True),
        ("421 Too many from 4.2.2.1", True),
        ("452 4.2.2 Mailbox full", False),
        ("450 4.1.8 Sender unknown", False),
    ],
)
def test_a_domain_that_puts_us_off_is_told_from_a_mailbox_that_is_full(words, slower):
    assert puts_us_off(Outcome(Verdict.DEFERRED, words)) is slower
