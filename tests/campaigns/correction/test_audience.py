"""Exactly those who got the wrong version hear of it, the others get it right, and nobody gets both."""

import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from campaigns.actions.launch import launch_campaign
from campaigns.models import Attempt, Delivery
from campaigns.sending.ledger.audience import count_audience
from contacts.actions.consent import withdraw_consent
from contacts.actions.privacy import erase_person
from contacts.actions.suppression import suppress
from contacts.models import ContactPoint, Stakeholder
from tests.campaigns.correction.drafts import audience, drafts, named, wrong_one

pytestmark = pytest.mark.django_db


def test_everybody_is_in_the_one_audience_or_the_other_by_what_became_of_their_message(staff):
    fates = ("accepted", "delivered", "uncertain", "queued", "deferred", "failed", "skipped", "bounced")
    got, rest = drafts(wrong_one(*fates), staff)
    launch_campaign(got, by=staff)
    launch_campaign(rest, by=staff)
    assert audience(got) == named(0, 1, 2)
    assert audience(rest) == named(3, 4, 5, 6, 7)


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
