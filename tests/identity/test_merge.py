"""Merging: one stays, everything that points to the other moves."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pghistory.models import Context

from campaigns.models import Chunk, Delivery
from contacts.actions import (
    affiliate,
    erase_person,
    export_person,
    update_stakeholder,
)
from contacts.actions.addresses import add_email, add_phone
from contacts.identity.current import current_id
from contacts.identity.merging import CannotMerge, LeftBehind, merge_all, merge_stakeholders
from contacts.identity.merging.choosing import UnknownChoice, choices
from contacts.identity.merging.rows import spots
from contacts.models import (
    Affiliation,
    ContactPoint,
    DuplicateCandidate,
    ExternalId,
    Stakeholder,
    StakeholderMerge,
)
from crm.invariants import ask_all
from crm.privacy import RELATIONS, Merge
from engagement.models import Commitment, Participant, Registration
from tests.factories import (
    CampaignFactory,
    EventFactory,
    GatheringFactory,
    OrganisationFactory,
    RegistrationFactory,
    StakeholderFactory,
)
from tests.identity.life import World, somebody

pytestmark = pytest.mark.django_db


class TestEveryRelation:
    def test_nothing_is_left_behind_and_everything_is_the_survivors(self):
        world, chance = World(), random.Random(7)
        one, other = (somebody(world, chance, full=True) for _n in range(2))
        pointing = {spot.key for spot in spots() if spot.of(other.pk).exists()}
        merge_stakeholders(one, other, by=None)
        connection.check_constraints()
        for spot in spots():
            if spot.place.merge is not Merge.STAYS:
                assert not spot.of(other.pk).exists(), spot.key
                assert spot.of(one.pk).exists() or spot.key not in pointing - BY_CHANCE, spot.key

    def test_the_example_stands_in_every_relation(self):
        world, chance = World(), random.Random(7)
        people = [somebody(world, chance, kind=kind, full=True).pk for kind in ("person", "organisation", "person")]
        empty = {spot.key for spot in spots() if not any(spot.of(pk).exists() for pk in people)}
        assert empty - BY_CHANCE == set()

    def test_a_relation_that_was_forgotten_stops_the_merge(self, ana, anna, monkeypatch):
        place = RELATIONS.get("contacts.ExternalId.stakeholder")
        ExternalId.objects.create(stakeholder=anna, system="salesforce", value="1")
        monkeypatch.setattr(
            "contacts.identity.merging.moving.moving_spots", lambda: (s for s in spots() if s.place is not place)
        )
        with pytest.raises(LeftBehind, match="ExternalId"):
            merge_stakeholders(ana, anna, by=None)

    @pytest.mark.parametrize("spot", spots(), ids=lambda spot: spot.key)
    def test_where_the_database_allows_one_the_app_says_what_twice_means(self, spot):
        if spot.place.merge is Merge.MOVE:
            assert spot.rules() == [], "two rows may meet here: classify it as MOVE_UNLESS_TWICE"
            assert not spot.field.unique
        if spot.place.merge is Merge.MOVE_UNLESS_TWICE:
            assert spot.rules(), "no constraint forbids two of these: MOVE is enough"
            assert not any(rule.expressions for rule in spot.rules())

    def test_the_promises_of_the_house_hold_after_merges(self):
        world, chance = World(), random.Random(11)
        one, *others = [somebody(world, chance) for _n in range(4)]
        broken = {answer.key for answer in ask_all() if answer.broken}
        merge_all(one, others, by=None)
        assert {answer.key for answer in ask_all() if answer.broken} <= broken


BY_CHANCE = {"contacts.DuplicateCandidate.one", "contacts.DuplicateCandidate.other"}
"""Of a pair the older is the one."""


class TestFields:
    def test_the_newest_value_wins_and_a_blank_never_does(self, ana, anna):
        update_stakeholder(ana, notes="Sings", by=None)
        merge_stakeholders(ana, anna, by=None)
        ana.refresh_from_db()
        assert (ana.first_name, ana.last_name, ana.name) == ("Anna", "Ruiz", "Anna Ruiz")
        assert (ana.zip, ana.language, ana.notes) == ("28202", "es", "Sings")

    def test_newest_is_when_the_value_came_not_when_the_person_was_touched(self, ana, anna):
        update_stakeholder(anna, zip="28210", by=None)
        update_stakeholder(ana, notes="Sings", by=None)
        chosen = {choice.field: choice for choice in choices([ana, anna])}
        assert (chosen["zip"].value, chosen["zip"].why) == ("28210", "newest")
        assert (chosen["notes"].value, chosen["notes"].why) == ("Sings", "only")
        assert chosen["source"].why == "same"

    def test_a_person_may_choose_whose_value_is_kept(self, ana, anna):
        update_stakeholder(anna, zip="28210", by=None)
        merge_stakeholders(ana, anna, fields={"zip": ana.pk, "name": ana.pk, "notes": anna.pk}, by=None)
        ana.refresh_from_db()
        assert (ana.zip, ana.name, ana.notes) == ("28202", "Ana Ruiz", "")

    def test_the_name_goes_with_its_two_parts(self, ana):
        short = StakeholderFactory(name="A.", first_name="A.", last_name="Vega")
        merge_stakeholders(ana, short, fields={"first_name": ana.pk}, by=None)
        ana.refresh_from_db()
        assert (ana.first_name, ana.last_name, ana.name) == ("Ana", "Vega", "Ana Vega")

    def test_fields_of_our_own_are_chosen_each_by_itself(self, ana, anna):
        Stakeholder.objects.filter(pk=ana.pk).update(custom={"district": "2", "shirt": "M"})
        Stakeholder.objects.filter(pk=anna.pk).update(custom={"district": "4", "choir": "yes"})
        merge_stakeholders(ana, anna, fields={"custom:district": ana.pk}, by=None)
        ana.refresh_from_db()
        assert ana.custom == {"district": "2", "shirt": "M", "choir": "yes"}

    @pytest.mark.parametrize("fields", [{"search": 1}, {"custom:nothing": 1}, {"zip": 0}, {"zip": 10**9}])
    def test_a_choice_that_cannot_be_is_refused(self, fields, ana, anna):
        with pytest.raises(UnknownChoice):
            merge_stakeholders(ana, anna, fields=fields, by=None)
        assert Stakeholder.objects.filter(pk=anna.pk).exists()


class TestTwice:
    def test_the_survivor_remembers_every_address_and_number_and_has_one_main_of_each(self, ana, anna):
        add_email(ana, "home@example.org")
        add_email(anna, "home@example.org", label="home")
        add_phone(anna, "704-555-0142")
        ExternalId.objects.create(stakeholder=ana, system="salesforce", value="1")
        ExternalId.objects.create(stakeholder=anna, system="salesforce", value="2")
        merge_stakeholders(ana, anna, by=None)
        assert sorted(ana.contact_points.emails().values_list("value", "is_primary", "label")) == [
            ("ana@example.org", True, ""),
            ("anna@example.org", False, ""),
            ("home@example.org", False, "home"),
        ]
        assert ana.contact_points.get(kind="phone").is_primary
        assert {str(number) for number in ana.external_ids.all()} == {"salesforce:1", "salesforce:2"}
        ana.refresh_from_db()
        assert "anna@example.org" in ana.search

    def test_of_one_address_the_worse_is_believed(self, ana, anna):
        add_email(anna, "ana@example.org")
        ContactPoint.objects.filter(stakeholder=anna, value="ana@example.org").update(status="bouncing")
        merge_stakeholders(ana, anna, by=None)
        assert ana.contact_points.get(value="ana@example.org").status == "bouncing"

    @pytest.mark.parametrize(
        ("mine", "theirs", "kept"),
        [
            ("registered", "attended", "attended"),
            ("attended", "cancelled", "attended"),
            ("cancelled", "waitlisted", "waitlisted"),
            ("waitlisted", "registered", "registered"),
            ("cancelled", "no_show", "no_show"),
        ],
    )
    def test_of_two_seats_at_one_event_the_stronger_stays(self, mine, theirs, kept, ana, anna):
        event, earlier = EventFactory(capacity=2), timezone.now() - timedelta(days=3)
        seat = RegistrationFactory(event=event, stakeholder=ana, state=mine)
        RegistrationFactory(event=event, stakeholder=anna, state=theirs, registered_at=earlier)
        other = RegistrationFactory(stakeholder=anna)
        merge_stakeholders(ana, anna, by=None)
        seat.refresh_from_db()
        assert (seat.state, seat.registered_at) == (kept, earlier)
        assert set(ana.registrations.all()) == {seat, other}

    def test_a_newsletter_is_counted_as_often_as_it_went_out_and_sent_once(self, ana, anna, newsletter):
        campaign = CampaignFactory(topic=newsletter, state="sending", audience_size=2)
        Chunk.objects.create(campaign=campaign, first_id=1, last_id=10**9)
        first = Delivery.objects.create(campaign=campaign, stakeholder=ana, address="a@example.org", state="accepted")
        second = Delivery.objects.create(campaign=campaign, stakeholder=anna, address="b@example.org", state="queued")
        merge_stakeholders(ana, anna, by=None)
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, first.stakeholder) == ("accepted", ana)
        assert (second.state, second.stakeholder, second.why) == (
            "skipped",
            None,
            "it was the same person, who gets the message once",
        )

    def test_one_seat_at_a_table_keeps_what_either_promised(self, ana, anna):
        table = GatheringFactory()
        seat = Participant.objects.create(gathering=table, stakeholder=ana)
        second = Participant.objects.create(gathering=table, stakeholder=anna, first_name="Anna", zip="28205")
        promise = Commitment.objects.create(gathering=table, participant=second, text="Call the school")
        merge_stakeholders(ana, anna, by=None)
        seat.refresh_from_db()
        promise.refresh_from_db()
        assert promise.participant == seat
        assert (seat.first_name, seat.zip) == ("Anna", "28205")
        assert table.participants.count() == 1

    def test_a_role_in_an_organisation_lasts_as_long_as_either_says(self, ana, anna):
        house = OrganisationFactory()
        affiliate(ana, house, role="Director", started_on=date(2021, 1, 1))
        affiliate(anna, house, role="Director", started_on=date(2020, 1, 1))
        Affiliation.objects.filter(person=anna).update(ended_on=date(2024, 1, 1))
        affiliate(anna, house, role="Cook")
        merge_stakeholders(ana, anna, by=None)
        assert set(ana.affiliations.values_list("role", "started_on", "ended_on")) == {
            ("Director", date(2020, 1, 1), None),
            ("Cook", None, None),
        }

    def test_organisations_keep_the_members_of_both_and_nobody_belongs_to_themselves(self, ana, anna):
        one, other = OrganisationFactory(), OrganisationFactory()
        affiliate(ana, one)
        affiliate(ana, other)
        affiliate(anna, other)
        Affiliation.objects.create(person=other, organisation=one)
        merge_stakeholders(one, other, by=None)
        assert {member.person for member in one.members.all()} == {ana, anna}

    def test_pairs_that_may_be_one_follow_and_a_dismissed_one_stays_dismissed(self, ana, anna):
        third, fourth = StakeholderFactory(), StakeholderFactory()
        DuplicateCandidate.objects.create(one=ana, other=anna, score=90)
        DuplicateCandidate.objects.create(one=ana, other=third, score=60)
        DuplicateCandidate.objects.create(one=anna, other=third, score=60, state="dismissed")
        DuplicateCandidate.objects.create(one=anna, other=fourth, score=70)
        merge_stakeholders(anna, ana, by=None)
        pairs = DuplicateCandidate.objects.values_list("one", "other", "state")
        assert set(pairs) == {(anna.pk, third.pk, "dismissed"), (anna.pk, fourth.pk, "open")}


class TestRefusals:
    def test_a_person_and_an_organisation_are_two(self, ana):
        with pytest.raises(CannotMerge, match="cannot be one"):
            merge_stakeholders(ana, OrganisationFactory(), by=None)

    def test_nobody_is_merged_with_themselves(self, ana):
        with pytest.raises(CannotMerge, match="themselves"):
            merge_stakeholders(ana, ana, by=None)

    def test_the_same_twice_is_the_same_merge(self, ana, anna):
        first = merge_stakeholders(ana, anna, by=None)
        assert merge_stakeholders(ana, anna, by=None) == first
        assert StakeholderMerge.objects.count() == 1

    def test_who_became_part_of_somebody_else_is_named(self, ana, anna):
        third = StakeholderFactory()
        merge_stakeholders(ana, anna, by=None)
        with pytest.raises(CannotMerge, match=f"{anna.pk} was merged with number {ana.pk}"):
            merge_stakeholders(third, anna, by=None)
        with pytest.raises(CannotMerge, match=f"{anna.pk} was merged"):
            merge_stakeholders(anna, third, by=None)

    def test_who_was_erased_is_gone(self, ana, anna, manager):
        erase_person(Stakeholder.objects.get(pk=anna.pk), by=manager)
        with pytest.raises(CannotMerge, match="no longer in the book"):
            merge_stakeholders(ana, anna, by=None)

    def test_too_many_cannot_be_compared(self, ana):
        with pytest.raises(CannotMerge, match="two to 5"):
            merge_all(ana, StakeholderFactory.create_batch(5), by=None)


class TestSeveral:
    def test_three_become_one_with_the_newest_of_all(self, ana, anna):
        third = StakeholderFactory(first_name="Ana María", last_name="Ruiz", name="Ana María Ruiz", zip="28210")
        merges = merge_all(ana, [anna, third], by=None)
        ana.refresh_from_db()
        assert [merge.merged_id for merge in merges] == [anna.pk, third.pk]
        assert (ana.name, ana.zip, ana.language) == ("Ana María Ruiz", "28210", "en")

    def test_a_chain_leads_to_the_last(self, ana, anna):
        third = StakeholderFactory()
        merge_stakeholders(anna, ana, by=None)
        merge_stakeholders(third, anna, by=None)
        assert current_id(ana.pk) == current_id(anna.pk) == current_id(third.pk) == third.pk


class TestAfterwards:
    def test_the_second_seat_of_one_who_was_two_goes_to_who_waits(self, ana, anna, django_capture_on_commit_callbacks):
        event = EventFactory(capacity=2)
        for person in (ana, anna):
            RegistrationFactory(event=event, stakeholder=person)
        waits = RegistrationFactory(event=event, state="waitlisted")
        with django_capture_on_commit_callbacks(execute=True):
            merge_stakeholders(ana, anna, by=None)
        waits.refresh_from_db()
        assert waits.state == "registered"

    def test_history_says_who_did_it(self, ana, anna, staff):
        merge_stakeholders(ana, anna, by=staff)
        assert Context.objects.filter(metadata__verb="merge_stakeholders", metadata__user=staff.pk).exists()

    def test_everything_about_the_survivor_tells_of_both(self, ana, anna):
        update_stakeholder(anna, notes="Was Annie", by=None)
        merge_stakeholders(ana, anna, fields={"notes": ana.pk}, by=None)
        told = export_person(Stakeholder.objects.get(pk=ana.pk))
        assert told["contacts.StakeholderMerge.survivor"][0]["kept"]["row"]["notes"] == "Was Annie"
        assert "Was Annie" in str(told["contacts.StakeholderEvent.pgh_obj"])

    def test_upper_storeys_hear_of_it_after_the_commit(self, ana, anna, django_capture_on_commit_callbacks):
        from contacts.signals import stakeholders_merged

        heard = []
        stakeholders_merged.connect(lambda **news: heard.append(news["merged_id"]), weak=False, dispatch_uid="test")
        with django_capture_on_commit_callbacks(execute=True):
            merge_stakeholders(ana, anna, by=None)
        stakeholders_merged.disconnect(dispatch_uid="test")
        assert heard == [anna.pk]


def test_a_moment_is_kept_to_the_microsecond(ana, anna):
    moment = datetime(2024, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)
    Stakeholder.objects.filter(pk=anna.pk).update(created_at=moment)
    merge = merge_stakeholders(ana, anna, by=None)
    assert merge.kept["row"]["created_at"] == moment.isoformat()
    assert Registration.objects.count() == 0
