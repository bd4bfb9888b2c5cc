"""What comes of each mail: for its message, for the address, and where it is put."""

import pytest

from campaigns.actions.bounces import read_configured
from campaigns.actions.news import heard_of_single, note_news
from campaigns.models import BounceMailbox, Delivery, SoftBounce
from contacts.actions.privacy import erase_person
from contacts.models import ContactPoint, Suppression
from tests.campaigns.bounces import samples
from tests.campaigns.bounces.read.box import lying, outcomes, put
from tests.campaigns.bounces.sent import accepted, messages, single
from tests.campaigns.ledger import launched, states

pytestmark = pytest.mark.django_db


def test_each_mail_is_noted_once_and_put_where_it_belongs(imap):
    campaign = accepted(5)
    one, two, three, four, five = messages(campaign)
    forged = samples.Sent("bounces+n1-000000000000@example.org", "<x@example.org>", five.to)
    imap.deliver(
        [
            samples.postfix(one),
            samples.gmail_full(two),
            samples.exchange_blocked(three),
            samples.complaint(four),
            samples.vacation(five),
            samples.letter(five),
            samples.postfix(forged),
        ]
    )
    assert outcomes(read_configured()) == {
        "bounced": 1, "soft_bounced": 1, "failed": 1, "complained": 1, "automatic": 1, "letter": 1, "unproven": 1,
    }  # fmt: skip
    assert states(campaign) == {"bounced": 1, "accepted": 2, "failed": 1, "complained": 1}
    assert imap.folders() == {"INBOX": 1, "Processed": 5, "Set aside": 1}
    assert imap.mails("INBOX") == [samples.letter(five)]
    assert imap.flags() == [()]
    statuses = dict(ContactPoint.objects.values_list("normalized", "status"))
    assert statuses == {one.to: "bad", two.to: "valid", three.to: "valid", four.to: "complained", five.to: "valid"}
    assert sorted(Suppression.objects.values_list("reason", flat=True)) == ["complaint", "hard_bounce"]
    assert outcomes(read_configured()) == {}
    assert BounceMailbox.objects.get().aside == 1


def test_the_words_of_the_mail_server_stand_in_the_ledger(maildir):
    campaign = accepted(1)
    put(maildir, samples.postfix(messages(campaign)[0]))
    read_configured()
    delivery = Delivery.objects.get()
    assert delivery.reason.startswith("550 5.1.1 <p0@example.org>: Recipient address rejected")


def test_single_mails_come_back_too(maildir, django_capture_on_commit_callbacks):
    gone, sent = single("gone@example.org")
    _full, other = single("full@example.org")
    _spam, third = single("spam@example.org")
    put(maildir, samples.gmail(sent), samples.gmail_full(other), samples.complaint(third))
    with django_capture_on_commit_callbacks(execute=True):
        assert outcomes(read_configured()) == {"bounced": 1, "soft_bounced": 1, "complained": 1}
    gone.refresh_from_db()
    assert gone.state == "bounced"
    assert "550-5.1.1" in gone.last_error
    assert sorted(Suppression.objects.values_list("reason", flat=True)) == ["complaint", "hard_bounce"]
    assert SoftBounce.objects.count() == 1


def test_a_single_mail_that_comes_back_by_a_report_and_by_a_provider_counts_once(maildir):
    mail, sent = single("full@example.org")
    mail.refresh_from_db()
    gone, other = single("gone@example.org")
    put(maildir, samples.gmail_full(sent), samples.gmail(other))
    read_configured()
    told = {"at": mail.sent_at, "reply": "552 5.2.2 full", "address": mail.to}
    note_news([heard_of_single(mail.pk, "soft_bounced", **told)])
    assert SoftBounce.objects.count() == 1
    assert Suppression.objects.get().source == f"mail:{gone.pk}"


def test_a_mailbox_that_is_full_again_and_again_is_not_written_to_any_more(maildir):
    for _newsletter in range(3):
        campaign = accepted(1)
        assert not Suppression.objects.exists()
        put(maildir, samples.gmail_full(next(one for one in messages(campaign) if one.to == "p0@example.org")))
        read_configured()
    assert Suppression.objects.get().reason == "soft_bounces"
    assert ContactPoint.objects.get(normalized="p0@example.org").status == "bouncing"


def test_a_message_that_is_not_there_any_more_is_for_a_person(maildir):
    nobody = samples.Sent(samples_address(10**9), "")
    put(maildir, samples.postfix(nobody))
    assert outcomes(read_configured()) == {"unknown": 1}
    assert lying(maildir) == {".Set aside/new": 1}


def samples_address(number: int) -> str:
    """A return address of ours for a message that never was."""
    from crm.returns import return_address

    return return_address("n", number)


def test_a_report_about_somebody_who_was_erased_says_nothing_of_the_address(maildir, manager):
    campaign = accepted(1)
    (sent,) = messages(campaign)
    erase_person(Delivery.objects.get().stakeholder, by=manager)
    put(maildir, samples.postfix(sent))
    assert outcomes(read_configured()) == {"bounced": 1}
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason) == ("bounced", "")
    assert not ContactPoint.objects.exists()


def test_nobody_can_speak_for_somebody_else(maildir):
    campaign = accepted(2)
    mine, theirs = messages(campaign)
    blocks = samples.block(mine, status="5.1.1", said="550 5.1.1 unknown", to=theirs.to)
    put(maildir, samples.standard(mine, blocks=blocks))
    read_configured()
    assert ContactPoint.objects.get(normalized=theirs.to).status == "valid"
    assert not Suppression.objects.exists()


def test_an_uncertain_message_is_settled_by_what_comes_back(maildir):
    campaign = launched(1)
    Delivery.objects.update(state="uncertain", attempts=1, epoch=1, intent_at="2026-11-15T09:00Z")
    put(maildir, samples.postfix(messages(campaign)[0]))
    read_configured()
    assert states(campaign) == {"bounced": 1}


def test_in_the_mailbox_of_the_sender_only_proven_reports_are_moved(imap, settings):
    settings.RETURN_PATH = ""
    (sent,) = messages(accepted(1))
    by_hand = samples.Sent("", "<written-by-hand@example.org>", "friend@example.net")
    imap.deliver([samples.postfix(by_hand), samples.vacation(sent), samples.letter(sent), samples.postfix(sent)])
    assert outcomes(read_configured()) == {"unproven": 1, "automatic": 1, "letter": 1, "bounced": 1}
    assert imap.folders() == {"INBOX": 3, "Processed": 1}
    assert outcomes(read_configured()) == {}
