"""Launching a correction ends the wrong newsletter for good, or nothing at all."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from campaigns.actions.control import NotPaused, cancel_campaign, pause_campaign, resume_campaign
from campaigns.actions.correct import StillOnTheWire, StillSending
from campaigns.actions.launch import NothingToSend, launch_campaign
from campaigns.actions.retry import NotRetried, retry_failed
from campaigns.models import Campaign, Delivery
from contacts.actions.consent import withdraw_consent
from contacts.models import Stakeholder
from tests.campaigns.correction.drafts import audience, drafts, named, wrong_one
from tests.campaigns.ledger import launched, newsletter_topic, people, states, work

pytestmark = pytest.mark.django_db
SENDS = pytest.mark.django_db(transaction=True)


def test_launching_ends_the_wrong_one_and_says_why_of_each_message(staff):
    wrong = wrong_one("accepted", "queued", "deferred")
    launch_campaign(drafts(wrong, staff)[0], by=staff)
    wrong.refresh_from_db()
    assert wrong.state == "cancelled"
    assert states(wrong) == {"accepted": 1, "skipped": 2}
    assert set(Delivery.objects.filter(campaign=wrong, state="skipped").values_list("reason", flat=True)) == {
        "corrected"
    }
    with pytest.raises(NotPaused):
        resume_campaign(wrong, by=staff)


def test_a_launch_that_is_refused_ends_nothing(staff):
    wrong = wrong_one("accepted", "queued")
    got, _rest = drafts(wrong, staff)
    withdraw_consent(Stakeholder.objects.get(name="Person 0"), wrong.topic, source="test")
    with pytest.raises(NothingToSend, match="1 did not agree to this topic"), transaction.atomic():
        launch_campaign(got, by=staff)
    wrong.refresh_from_db()
    assert wrong.state == "paused"
    assert states(wrong) == {"accepted": 1, "queued": 1}


def test_it_waits_for_what_is_with_the_mail_servers(staff):
    wrong = wrong_one("accepted", "sending", "queued")
    got, _rest = drafts(wrong, staff)
    with pytest.raises(StillOnTheWire, match="1 message of “Test” is with its mail server"), transaction.atomic():
        launch_campaign(got, by=staff)
    Delivery.objects.filter(state="sending").update(state="accepted", sent_at=timezone.now())
    launch_campaign(got, by=staff)
    assert audience(got) == named(0, 1)


def test_it_is_not_launched_beside_the_wrong_one(staff):
    wrong = wrong_one("accepted", "queued")
    got, _rest = drafts(wrong, staff)
    resume_campaign(wrong, by=staff)
    with pytest.raises(StillSending, match="Pause it first"), transaction.atomic():
        launch_campaign(got, by=staff)
    with pytest.raises(DatabaseError, match="only when what it corrects"), transaction.atomic():
        Campaign.objects.filter(pk=got.pk).update(state="sending")


def test_a_corrected_newsletter_is_over(staff):
    wrong = wrong_one("accepted", "failed")
    Campaign.objects.filter(pk=wrong.pk).update(state="sent")
    got, _rest = drafts(wrong, staff)
    launch_campaign(got, by=staff)
    with pytest.raises(NotRetried, match="was corrected"), transaction.atomic():
        retry_failed(wrong, by=staff)
    with pytest.raises(DatabaseError, match="not sent any more"), transaction.atomic():
        Campaign.objects.filter(pk=wrong.pk).update(state="sending")


@SENDS
def test_a_correction_can_be_corrected(staff, mailbox):
    wrong = wrong_one("accepted", "accepted")
    (got,) = drafts(wrong, staff, ["got"])
    launch_campaign(got, by=staff)
    work()
    (again,) = drafts(got, staff, ["got"])
    assert again.subject == "Correction: October"
    launch_campaign(again, by=staff)
    assert audience(again) == named(0, 1)


@SENDS
def test_stopped_half_way_exactly_those_who_got_it_get_the_correction_and_the_others_the_right_one(staff, mailbox):
    wrong = launched(12, subject="On Sunday")
    mailbox.reply("rcpt", "451 4.3.0 Later", only_to="p4@example.org")
    mailbox.reply("rcpt", "451 4.3.0 Later", only_to="p7@example.org")
    work()
    pause_campaign(wrong, by=staff)
    people(3, topic=newsletter_topic())
    withdraw_consent(Stakeholder.objects.get(name="Person 0"), wrong.topic, source="test")
    withdraw_consent(Stakeholder.objects.get(name="Person 7"), wrong.topic, source="test")
    got_it = {address for mail in mailbox.received for address in mail.recipients}
    assert len(got_it) == 10
    mailbox.behave()
    mailbox.received.clear()
    for draft in drafts(wrong, staff):
        launch_campaign(draft, by=staff)
    work()
    by_subject: dict[str, list[str]] = {}
    for mail in mailbox.received:
        by_subject.setdefault(str(mail.message["Subject"]), []).extend(mail.recipients)
    corrected = by_subject.pop("Correction: On Sunday")
    assert sorted(corrected) == sorted(got_it - {"p0@example.org"})
    assert by_subject == {"On Sunday": ["p4@example.org"]}
    call_command("check_invariants")


def test_a_cancelled_one_can_still_be_corrected(staff):
    wrong = wrong_one("accepted", "queued")
    cancel_campaign(wrong, by=staff)
    got, rest = drafts(wrong, staff)
    launch_campaign(rest, by=staff)
    launch_campaign(got, by=staff)
    assert (audience(got), audience(rest)) == (named(0), named(1))
