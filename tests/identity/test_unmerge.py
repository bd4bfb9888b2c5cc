"""Taking two apart: what happened since stays where it belongs and is named."""

import pytest
from django.db import connection
from django.utils import timezone
from pghistory.models import Context

from campaigns.models import Campaign, Chunk, Delivery, Variant
from contacts.actions import (
    affiliate,
    erase_person,
    give_consent,
    suppress,
    tag_stakeholders,
    untag_stakeholders,
    update_stakeholder,
    withdraw_consent,
)
from contacts.actions.addresses import add_email, make_primary
from contacts.identity.current import current_id
from contacts.identity.merging import CannotTakeApart, merge_stakeholders, unmerge
from contacts.identity.merging.choosing import choices
from contacts.models import (
    Consent,
    ConsentEvent,
    ContactPoint,
    JoinRequest,
    Stakeholder,
    StakeholderMerge,
    Tag,
    Tagging,
)
from crm.invariants import ask_all
from tests.factories import CampaignFactory, EventFactory, OrganisationFactory, RegistrationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db


def person(pk):
    """Somebody as they are now."""
    return Stakeholder.objects.get(pk=pk)


@pytest.fixture
def anna(ana):
    """The same woman, or so somebody thought."""
    return StakeholderFactory(
        name="Anna Vega", first_name="Anna", last_name="Vega", zip="28210", email="anna@example.org"
    )


class TestSince:
    """What happened between the merge and the day it is taken back."""

    def test_fields_edited_since_stay_edited_and_are_named(self, ana, anna):
        merge = merge_stakeholders(ana, anna, by=None)
        update_stakeholder(person(ana.pk), zip="28277", by=None)
        report = unmerge(merge, by=None)
        back = person(ana.pk)
        assert (back.name, back.zip) == ("Ana Ruiz", "28277")
        assert (person(anna.pk).name, person(anna.pk).zip) == ("Anna Vega", "28210")
        assert report["edited"] == ["zip"]

    def test_own_fields_are_looked_at_one_by_one(self, ana, anna):
        Stakeholder.objects.filter(pk=anna.pk).update(custom={"district": "4", "shirt": "M"})
        merge = merge_stakeholders(ana, anna, by=None)
        Stakeholder.objects.filter(pk=ana.pk).update(custom={"district": "5", "shirt": "M", "choir": "yes"})
        assert unmerge(merge, by=None)["edited"] == ["custom:district"]
        assert person(ana.pk).custom == {"district": "5", "choir": "yes"}
        assert person(anna.pk).custom == {"district": "4", "shirt": "M"}

    def test_what_came_since_stays_with_the_survivor_and_is_named(self, ana, anna):
        merge = merge_stakeholders(ana, anna, by=None)
        point = add_email(ana, "later@example.org")
        seat = RegistrationFactory(stakeholder=ana)
        report = unmerge(merge, by=None)
        assert report["stayed"] == {
            "contacts.ContactPoint.stakeholder": [point.pk],
            "engagement.Registration.stakeholder": [seat.pk],
        }
        assert set(ana.contact_points.values_list("value", flat=True)) == {"ana@example.org", "later@example.org"}
        assert report["back"] == {"contacts.ContactPoint.stakeholder": 1}

    def test_what_an_address_shows_to_be_theirs_goes_with_them(self, ana, anna, newsletter):
        merge = merge_stakeholders(ana, anna, by=None)
        campaign = CampaignFactory(topic=newsletter, state="sent", audience_size=1)
        mail = Delivery.objects.create(campaign=campaign, stakeholder=ana, address="anna@example.org")
        asked = JoinRequest.objects.create(email="Anna@example.org", wording="Yes", stakeholder=ana)
        said = give_consent(
            ana, newsletter, source="join form", wording="Yes", language="en", evidence={"join_request": asked.pk}
        )
        report = unmerge(merge, by=None)
        mail.refresh_from_db()
        asked.refresh_from_db()
        assert mail.stakeholder == asked.stakeholder == anna
        assert report["went"] == {
            "campaigns.Delivery.stakeholder": [mail.pk],
            "contacts.JoinRequest.stakeholder": [asked.pk],
            "contacts.ConsentEvent.stakeholder": [said.pk],
        }
        assert Consent.objects.get().stakeholder == anna

    def test_an_address_that_both_have_says_nothing(self, ana, anna, newsletter):
        add_email(anna, "ana@example.org")
        merge = merge_stakeholders(ana, anna, by=None)
        campaign = CampaignFactory(topic=newsletter, state="sent", audience_size=1)
        mail = Delivery.objects.create(campaign=campaign, stakeholder=ana, address="ana@example.org")
        report = unmerge(merge, by=None)
        assert report["stayed"] == {"campaigns.Delivery.stakeholder": [mail.pk]}

    def test_what_was_removed_since_stays_removed(self, ana, anna):
        tag_stakeholders([anna.pk], ["Host"])
        merge = merge_stakeholders(ana, anna, by=None)
        tagging = Tagging.objects.get()
        untag_stakeholders([ana.pk], tagging.tag)
        report = unmerge(merge, by=None)
        assert report["gone"] == {"contacts.Tagging.stakeholder": [tagging.pk]}

    def test_a_double_whose_tag_is_gone_does_not_come_back(self, ana, anna):
        tag_stakeholders([ana.pk, anna.pk], ["Host"])
        dropped = Tagging.objects.get(stakeholder=anna)
        merge = merge_stakeholders(ana, anna, by=None)
        Tag.objects.all().delete()
        assert unmerge(merge, by=None)["gone"] == {"contacts.Tagging.stakeholder": [dropped.pk]}

    def test_a_double_whose_organisation_was_merged_since_belongs_to_the_one_it_became(self, ana, anna):
        old, new = OrganisationFactory(), OrganisationFactory()
        affiliate(ana, old)
        affiliate(anna, old)
        merge = merge_stakeholders(ana, anna, by=None)
        houses = merge_stakeholders(new, old, by=None)
        assert unmerge(merge, by=None)["restored"] == {"contacts.Affiliation.person": 1}
        assert anna.affiliations.get().organisation == ana.affiliations.get().organisation == new
        unmerge(houses, by=None)
        assert ana.affiliations.get().organisation == old

    def test_an_address_made_the_main_one_since_is_the_only_main_one(self, ana, anna):
        add_email(anna, "ana@example.org")
        make_primary(anna.contact_points.get(value="ana@example.org"))
        merge = merge_stakeholders(ana, anna, by=None)
        make_primary(ana.contact_points.get(value="anna@example.org"))
        report = unmerge(merge, by=None)
        assert list(anna.contact_points.filter(is_primary=True).values_list("value", flat=True)) == ["anna@example.org"]
        assert anna.contact_points.count() == 2
        assert report["remarks"] == ["Another address is the main one since."]

    def test_a_seat_taken_by_others_since_is_a_place_in_the_waitlist(self, ana, anna):
        event = EventFactory(capacity=2)
        for somebody_ in (ana, anna):
            RegistrationFactory(event=event, stakeholder=somebody_)
        merge = merge_stakeholders(ana, anna, by=None)
        RegistrationFactory(event=event)
        report = unmerge(merge, by=None)
        assert anna.registrations.get().state == "waitlisted"
        assert "is a place in the waitlist" in report["remarks"][0]
        assert not any(answer.broken for answer in ask_all())

    def test_a_message_of_a_newsletter_that_was_finished_since_is_not_sent(self, ana, anna, newsletter):
        campaign = CampaignFactory(topic=newsletter, state="sending", audience_size=2, launched_at=timezone.now())
        Variant.objects.create(campaign=campaign, language="en", subject="Hi", html="Hi", text="Hi")
        Chunk.objects.create(campaign=campaign, first_id=1, last_id=10**9)
        for somebody_, address in ((ana, "ana@example.org"), (anna, "anna@example.org")):
            Delivery.objects.create(campaign=campaign, stakeholder=somebody_, address=address, state="queued")
        merge = merge_stakeholders(ana, anna, by=None)
        Delivery.objects.filter(stakeholder=ana).update(
            state="accepted", intent_at=timezone.now(), sent_at=timezone.now()
        )
        Chunk.objects.update(done=True)
        Campaign.objects.update(state="sent")
        give_consent(ana, newsletter, source="form", wording="Yes", language="en")
        report = unmerge(merge, by=None)
        assert Delivery.objects.get(stakeholder=anna).state == "skipped"
        assert "was finished meanwhile" in report["remarks"][0]
        assert not any(answer.broken for answer in ask_all())


class TestConsent:
    def state(self, stakeholder):
        """The current word on the newsletter."""
        found = Consent.objects.filter(stakeholder=stakeholder, topic__slug="newsletter")
        return found.values_list("state", flat=True).first()

    @pytest.fixture
    def merge(self, ana, anna, newsletter):
        """Ana agreed, Anna had left: together they had left."""
        give_consent(ana, newsletter, source="form", wording="Yes", language="en")
        withdraw_consent(anna, newsletter, source="link")
        return merge_stakeholders(ana, anna, by=None)

    def test_both_words_are_as_before(self, merge, ana, anna):
        assert self.state(ana) == "withdrawn"
        unmerge(merge, by=None)
        assert (self.state(ana), self.state(anna)) == ("given", "withdrawn")
        assert ConsentEvent.objects.count() == 2

    def test_a_no_since_holds_for_both(self, ana, anna, newsletter):
        for somebody_ in (ana, anna):
            give_consent(somebody_, newsletter, source="form", wording="Yes", language="en")
        merge = merge_stakeholders(ana, anna, by=None)
        no = withdraw_consent(person(ana.pk), newsletter, source="link")
        report = unmerge(merge, by=None)
        assert (self.state(ana), self.state(anna)) == ("withdrawn", "withdrawn")
        added = ConsentEvent.objects.get(source=f"unmerge {merge.pk}")
        assert (added.stakeholder, added.evidence["said since"]) == (anna, [no.pk])
        assert report["remarks"] == ["What was left since the merge is left by both."]

    def test_a_yes_since_is_the_survivors(self, merge, ana, anna, newsletter):
        give_consent(person(ana.pk), newsletter, source="form", wording="Yes", language="en")
        unmerge(merge, by=None)
        assert (self.state(ana), self.state(anna)) == ("given", "withdrawn")

    def test_a_stop_of_an_address_since_stays(self, merge, anna):
        suppress("anna@example.org", reason="complaint", source="provider")
        unmerge(merge, by=None)
        assert not ContactPoint.objects.mailable().filter(stakeholder=anna).exists()


class TestOrder:
    def test_an_earlier_merge_is_taken_apart_and_the_later_ones_stay(self, ana, anna):
        third = StakeholderFactory(name="Third Ruiz", first_name="Third", last_name="Ruiz", email="third@example.org")
        tag_stakeholders([anna.pk, third.pk], ["Host"])
        first = merge_stakeholders(ana, anna, by=None)
        second = merge_stakeholders(ana, third, by=None)
        unmerge(first, by=None)
        assert person(ana.pk).name == "Third Ruiz"
        assert set(ana.contact_points.values_list("value", flat=True)) == {"ana@example.org", "third@example.org"}
        assert list(ana.tags.values_list("name", flat=True)) == ["Host"]
        unmerge(second, by=None)
        assert person(ana.pk).name == "Ana Ruiz"
        assert not ana.tags.exists()

    def test_an_edit_after_the_later_merge_stays_when_the_earlier_is_taken_apart(self, ana, anna):
        third = StakeholderFactory(zip="28277")
        first = merge_stakeholders(ana, anna, by=None)
        merge_stakeholders(ana, third, by=None)
        update_stakeholder(person(ana.pk), zip="28105", by=None)
        unmerge(first, by=None)
        assert person(ana.pk).zip == "28105"

    def test_a_chain_is_opened_in_the_middle(self, ana, anna):
        third = StakeholderFactory(email="third@example.org")
        first = merge_stakeholders(anna, ana, by=None)
        second = merge_stakeholders(third, anna, by=None)
        unmerge(first, by=None)
        assert person(ana.pk).contact_points.get().value == "ana@example.org"
        assert current_id(anna.pk) == third.pk
        unmerge(second, by=None)
        assert {current_id(one.pk) for one in (ana, anna, third)} == {ana.pk, anna.pk, third.pk}

    def test_what_is_restored_is_as_old_as_it_was(self, ana, anna):
        for choice in ("zip", "last_name"):
            unmerge(merge_stakeholders(ana, anna, fields={choice: anna.pk}, by=None), by=None)
        chosen = {choice.field: choice for choice in choices([person(ana.pk), person(anna.pk)])}
        assert (chosen["zip"].value, chosen["last_name"].value) == ("28210", "Vega")

    def test_twice_is_refused(self, ana, anna):
        merge = merge_stakeholders(ana, anna, by=None)
        unmerge(merge, by=None)
        with pytest.raises(CannotTakeApart, match="already"):
            unmerge(merge, by=None)

    def test_they_can_be_merged_again(self, ana, anna):
        unmerge(merge_stakeholders(ana, anna, by=None), by=None)
        again = merge_stakeholders(ana, anna, by=None)
        assert current_id(anna.pk) == ana.pk
        unmerge(again, by=None)
        assert person(anna.pk).name == "Anna Vega"


class TestRecord:
    def test_it_says_who_took_them_apart_and_keeps_no_more_than_numbers(self, ana, anna, staff):
        merge = merge_stakeholders(ana, anna, by=staff)
        report = unmerge(merge, by=staff)
        merge.refresh_from_db()
        assert (merge.undone_by, merge.report, merge.kept) == (staff, report, {})
        assert "Anna" not in str(report)
        assert Context.objects.filter(metadata__verb="unmerge", metadata__user=staff.pk).exists()


class TestErasure:
    def test_the_survivors_takes_the_merged_one_along(self, ana, anna, manager, newsletter):
        update_stakeholder(anna, notes="Zebra", by=None)
        campaign = CampaignFactory(topic=newsletter, state="sent", audience_size=2)
        for somebody_, address in ((ana, "ana@example.org"), (anna, "anna@example.org")):
            Delivery.objects.create(campaign=campaign, stakeholder=somebody_, address=address)
        first = StakeholderFactory(name="First Zebra", email="first@example.org")
        merge_stakeholders(anna, first, by=None)
        merge_stakeholders(ana, anna, by=None)
        erase_person(person(ana.pk), by=manager)
        assert not Stakeholder.objects.exists()
        assert not StakeholderMerge.objects.exists()
        assert leftovers("zebra", "anna", "first@example", "ana@example") == []
        assert Delivery.objects.count() == 2


def leftovers(*words):
    """Tables that still hold one of `words`."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row::text FROM "{table}" AS row')  # noqa: S608 — names of tables
            found += [(table, text) for (text,) in cursor.fetchall() if any(word in text.lower() for word in words)]
    return found
