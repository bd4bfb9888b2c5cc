"""Correcting a newsletter: exactly those who got the wrong version hear of it, and the others get it right."""

import json
from collections.abc import Iterable

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from campaigns.actions.content import save_campaign
from campaigns.actions.control import NotPaused, cancel_campaign, pause_campaign, resume_campaign
from campaigns.actions.correct import (
    CorrectedAlready,
    NobodyNamed,
    NobodyToCorrect,
    NotLaunchedYet,
    StillOnTheWire,
    StillSending,
    correct_campaign,
)
from campaigns.actions.launch import NothingToSend, launch_campaign
from campaigns.actions.retry import NotRetried, retry_failed
from campaigns.content.mistakes import GAPS
from campaigns.content.render import BrokenContent
from campaigns.models import Attempt, Campaign, Delivery
from campaigns.sending.ledger.audience import count_audience
from campaigns.sending.ledger.counting import uncount_all
from contacts.actions.consent import withdraw_consent
from contacts.actions.privacy import erase_person
from contacts.actions.suppression import suppress
from contacts.identity.merging.apart import unmerge
from contacts.identity.merging.together import merge_stakeholders
from contacts.models import ContactPoint, Stakeholder
from crm.models import Organisation
from tests.campaigns.ledger import launched, newsletter_topic, people, states, work

pytestmark = pytest.mark.django_db
SENDS = pytest.mark.django_db(transaction=True)

PARAGRAPH = {"kind": "text", "text": {"en": "Come on Sunday.", "es": "Venga el domingo."}}


@pytest.fixture(autouse=True)
def _address():
    Organisation.objects.update(postal_address="1 Trade Street")


def wrong_one(*fates: str) -> Campaign:
    """A paused newsletter to one person for each fate, Person 0 and so on."""
    campaign = launched(len(fates), subject="October", subject_es="Octubre")
    rows = Delivery.objects.filter(campaign=campaign).order_by("pk")
    for row, fate in zip(rows, fates, strict=True):
        handed = timezone.now() if fate not in {"queued", "skipped"} else None
        sent = handed if fate in {"accepted", "delivered", "complained"} else None
        Delivery.objects.filter(pk=row.pk).update(state=fate, intent_at=handed, sent_at=sent)
    Campaign.objects.filter(pk=campaign.pk).update(state="paused")
    uncount_all(campaign.pk)
    campaign.refresh_from_db()
    return campaign


def filled_in(campaign: Campaign, by) -> Campaign:
    """The draft with every gap filled in."""
    said = json.dumps(campaign.blocks, ensure_ascii=False)
    for gap in [gap for gaps in GAPS.values() for gap in gaps]:
        said = said.replace(gap, "it is on Saturday")
    campaign.blocks = [*json.loads(said), PARAGRAPH]
    return save_campaign(campaign, by=by)


def drafts(campaign: Campaign, by, parts: Iterable[str] = ("got", "rest")) -> list[Campaign]:
    """Drafts that are ready to leave."""
    return [filled_in(draft, by) for draft in correct_campaign(campaign, parts=list(parts), by=by)]


def audience(campaign: Campaign) -> list[str]:
    """The names of everybody in the ledger."""
    return sorted(Delivery.objects.filter(campaign=campaign).values_list("stakeholder__name", flat=True))


def named(*numbers: int) -> list[str]:
    """What the people with these numbers are called."""
    return [f"Person {number}" for number in numbers]


def test_everybody_is_in_the_one_audience_or_the_other_by_what_became_of_their_message(staff):
    fates = ("accepted", "delivered", "uncertain", "queued", "deferred", "failed", "skipped", "bounced")
    got, rest = drafts(wrong_one(*fates), staff)
    launch_campaign(got, by=staff)
    launch_campaign(rest, by=staff)
    assert audience(got) == named(0, 1, 2)
    assert audience(rest) == named(3, 4, 5, 6, 7)


def test_the_draft_says_that_it_is_a_correction_in_both_languages(staff):
    wrong = wrong_one("accepted", "queued")
    got, rest = correct_campaign(wrong, parts=["got", "rest"], by=staff)
    assert (got.subject, got.subject_es) == ("Correction: October", "Corrección: Octubre")
    assert (rest.subject, rest.subject_es) == ("October", "Octubre")
    assert got.blocks[0]["text"]["en"].startswith("**A correction.** In the newsletter we sent you on ")
    assert GAPS["es"][0] in got.blocks[0]["text"]["es"]
    assert (got.blocks[1:], rest.blocks) == (wrong.blocks, wrong.blocks)
    assert (got.corrects, got.part, rest.corrects, rest.part) == (wrong, "got", wrong, "rest")
    assert not got.include.exists()


def test_nothing_leaves_while_the_explanation_has_gaps(staff):
    (got,) = correct_campaign(wrong_one("accepted"), parts=["got"], by=staff)
    with pytest.raises(BrokenContent, match="what was wrong"):
        launch_campaign(got, by=staff)
    launch_campaign(filled_in(got, staff), by=staff)
    assert audience(got) == named(0)


def test_making_drafts_pauses_what_is_being_sent_and_decides_nothing_else(staff):
    wrong = wrong_one("accepted", "queued")
    Campaign.objects.filter(pk=wrong.pk).update(state="sending")
    got, rest = correct_campaign(wrong, parts=["got", "rest"], by=staff)
    wrong.refresh_from_db()
    assert wrong.state == "paused"
    assert states(wrong) == {"accepted": 1, "queued": 1}
    got.delete()
    rest.delete()
    resume_campaign(wrong, by=staff)


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


def test_who_left_is_suppressed_or_erased_meanwhile_is_left_out_and_counted(staff):
    wrong = wrong_one("accepted", "accepted", "accepted", "complained", "accepted")
    (got,) = drafts(wrong, staff, ["got"])
    withdraw_consent(Stakeholder.objects.get(name="Person 0"), wrong.topic, source="test")
    suppress("p1@example.org", reason="manual", source="test")
    suppress("p3@example.org", reason="complaint", source="test")
    erase_person(Stakeholder.objects.get(name="Person 2"), by=staff)
    assert count_audience(got).left_out == {"no_consent": 1, "suppressed": 2, "erased": 1}
    launch_campaign(got, by=staff)
    assert audience(got) == named(4)
    got.refresh_from_db()
    assert got.left_out == {"no_consent": 1, "suppressed": 2, "erased": 1}


def test_it_goes_to_the_address_that_got_the_wrong_one_while_that_works(staff):
    wrong = wrong_one("accepted", "accepted")
    for person in Stakeholder.objects.order_by("pk"):
        ContactPoint.objects.filter(stakeholder=person).update(is_primary=False)
        ContactPoint.objects.create(stakeholder=person, value=f"new{person.name[-1]}@example.org", is_primary=True)
    ContactPoint.objects.filter(normalized="p1@example.org").update(status="bad")
    (got,) = drafts(wrong, staff, ["got"])
    launch_campaign(got, by=staff)
    assert sorted(Delivery.objects.filter(campaign=got).values_list("address", flat=True)) == [
        "new1@example.org",
        "p0@example.org",
    ]


def test_of_two_who_were_merged_the_one_who_got_it_counts(staff):
    wrong = wrong_one("queued", "accepted", "queued")
    waits, has_it = Stakeholder.objects.filter(name__in=named(0, 1)).order_by("name")
    merge_stakeholders(waits, has_it, by=staff)
    assert Delivery.objects.filter(campaign=wrong, stakeholder=None).count() == 1
    got, rest = drafts(wrong, staff)
    launch_campaign(got, by=staff)
    launch_campaign(rest, by=staff)
    assert list(Delivery.objects.filter(campaign=got).values_list("stakeholder", flat=True)) == [waits.pk]
    assert audience(rest) == named(2)
    call_command("check_invariants")


def address_of_the_correction(wrong: Campaign, by) -> str:
    """Where the only one who gets it gets it."""
    (got,) = drafts(wrong, by, ["got"])
    launch_campaign(got, by=by)
    return Delivery.objects.get(campaign=got).address


@pytest.mark.parametrize("fate", ["queued", "skipped", "failed", "bounced"])
@pytest.mark.parametrize("survivor", [0, 1])
def test_of_two_who_were_merged_the_address_that_got_it_gets_the_correction(staff, fate, survivor):
    wrong = wrong_one("accepted", fate)
    both = list(Stakeholder.objects.order_by("name"))
    merge_stakeholders(both[survivor], both[1 - survivor], by=staff)
    assert address_of_the_correction(wrong, staff) == "p0@example.org"


@pytest.mark.parametrize("survivor", [0, 1])
def test_where_both_got_it_before_they_were_merged_the_address_that_works_gets_the_correction(staff, survivor):
    wrong = wrong_one("accepted", "accepted")
    both = list(Stakeholder.objects.order_by("name"))
    ContactPoint.objects.filter(normalized="p0@example.org").update(status="bad")
    ContactPoint.objects.update(is_primary=False)
    ContactPoint.objects.create(stakeholder=both[survivor], value="new@example.org", is_primary=True)
    merge_stakeholders(both[survivor], both[1 - survivor], by=staff)
    assert address_of_the_correction(wrong, staff) == "p1@example.org"


def test_two_who_were_taken_apart_again_count_each_by_their_own(staff):
    wrong = wrong_one("queued", "accepted")
    waits, has_it = Stakeholder.objects.order_by("name")
    unmerge(merge_stakeholders(waits, has_it, by=staff), by=staff)
    got, rest = drafts(wrong, staff)
    launch_campaign(got, by=staff)
    launch_campaign(rest, by=staff)
    assert (audience(got), audience(rest)) == (named(1), named(0))


@SENDS
def test_who_is_merged_between_the_two_gets_the_correction_only(staff, mailbox):
    wrong = wrong_one("accepted", "queued")
    has_it, waits = Stakeholder.objects.order_by("name")
    got, rest = drafts(wrong, staff)
    launch_campaign(got, by=staff)
    launch_campaign(rest, by=staff)
    merge_stakeholders(waits, has_it, by=staff)
    work()
    assert states(got) == {"accepted": 1}
    assert states(rest) == {"skipped": 1}
    assert Delivery.objects.get(campaign=rest).reason == "merged"


def test_nobody_gets_both_although_later_news_put_them_on_the_other_side(staff):
    wrong = wrong_one("uncertain", "failed", "accepted", "queued")
    got, rest = drafts(wrong, staff)
    launch_campaign(got, by=staff)
    Delivery.objects.filter(campaign=wrong, stakeholder__name="Person 0").update(state="failed")
    assert count_audience(rest).left_out == {"got_other": 1}
    launch_campaign(rest, by=staff)
    assert (audience(got), audience(rest)) == (named(0, 2), named(1, 3))


def test_an_address_that_got_the_wrong_one_does_not_get_the_corrected_one_for_somebody_else(staff):
    wrong = wrong_one("accepted", "queued")
    ContactPoint.objects.filter(normalized="p1@example.org").update(normalized="p0@example.org")
    (rest,) = drafts(wrong, staff, ["rest"])
    assert count_audience(rest).left_out == {"got_other": 1}


@pytest.mark.parametrize(
    ("then", "reached"),
    [
        ([("again", 1, "")], True),
        ([("failed", 1, "never_answered")], True),
        ([("failed", 1, "554 5.7.1 No")], False),
        ([("again", 1, ""), ("failed", 2, "554 5.7.1 No")], True),
    ],
)
def test_what_was_uncertain_once_may_have_arrived_unless_that_try_was_answered(staff, then, reached):
    wrong = wrong_one("failed")
    row = Delivery.objects.get()
    for what, number, reply in [("uncertain", 1, ""), *then]:
        Attempt.objects.create(delivery=row, at=timezone.now(), what=what, number=number, reply=reply)
    (draft,) = drafts(wrong, staff, ["got" if reached else "rest"])
    launch_campaign(draft, by=staff)
    assert audience(draft) == named(0)


def test_one_correction_for_each_part(staff):
    wrong = wrong_one("accepted", "queued")
    _got, rest = correct_campaign(wrong, parts=["got", "rest"], by=staff)
    with pytest.raises(CorrectedAlready, match="Correction: Test"):
        correct_campaign(wrong, parts=["got"], by=staff)
    rest.delete()
    assert [one.part for one in correct_campaign(wrong, parts=["rest"], by=staff)] == ["rest"]


def test_it_says_what_cannot_be_corrected(staff):
    draft = Campaign.objects.create(name="Draft", topic=newsletter_topic(), subject="News")
    with pytest.raises(NotLaunchedYet):
        correct_campaign(draft, parts=["got"], by=staff)
    wrong = wrong_one("queued")
    with pytest.raises(NobodyToCorrect, match="Nobody got this"):
        correct_campaign(wrong, parts=["got"], by=staff)
    for parts in ([], ["all"]):
        with pytest.raises(NobodyNamed):
            correct_campaign(wrong, parts=parts, by=staff)
    Delivery.objects.update(state="accepted")
    with pytest.raises(NobodyToCorrect, match="Everybody got this"):
        correct_campaign(wrong, parts=["got", "rest"], by=staff)
    assert Campaign.objects.count() == 2


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


def test_an_invariant_tells_of_somebody_who_should_not_be_there(staff, capsys):
    wrong = wrong_one("accepted", "queued")
    got, rest = drafts(wrong, staff)
    launch_campaign(got, by=staff)
    launch_campaign(rest, by=staff)
    call_command("check_invariants")
    capsys.readouterr()
    waits = Stakeholder.objects.get(name="Person 1")
    Delivery.objects.filter(campaign=got).update(stakeholder=waits, address="p1@example.org", fingerprint="other")
    Delivery.objects.update(state="accepted", intent_at=timezone.now(), sent_at=timezone.now())
    Delivery.objects.filter(campaign=wrong, stakeholder=waits).update(state="skipped", intent_at=None, sent_at=None)
    with pytest.raises(SystemExit):
        call_command("check_invariants", "--json")
    broken = {one["key"] for one in json.loads(capsys.readouterr().out)["invariants"] if one["broken"]}
    assert {"a-correction-goes-to-those-who-got-the-wrong-one", "nobody-gets-both-corrections"} <= broken


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
