"""A correction for people who were merged, or taken apart again, since the wrong newsletter."""

import pytest
from django.core.management import call_command

from campaigns.actions.launch import launch_campaign
from campaigns.models import Campaign, Delivery
from contacts.identity.merging.apart import unmerge
from contacts.identity.merging.together import merge_stakeholders
from contacts.models import ContactPoint, Stakeholder
from tests.campaigns.correction.drafts import audience, drafts, named, wrong_one
from tests.campaigns.ledger import states, work

pytestmark = pytest.mark.django_db
SENDS = pytest.mark.django_db(transaction=True)


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
