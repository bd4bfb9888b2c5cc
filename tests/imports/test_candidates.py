"""Whom an unclear row could mean: looked up in the book as it is now, each with what agrees with the row."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Delivery
from contacts.actions import erase_person, set_types, tag_stakeholders
from contacts.identity.merging import merge_stakeholders
from contacts.imports.models import ImportRun
from contacts.imports.reviewing.comparing import Candidate
from contacts.imports.reviewing.queue import candidates_of, next_open, open_rows, said_by
from contacts.models import Affiliation, ConsentEvent, ExternalId, Stakeholder, StakeholderType
from crm.panels import last_contacts
from engagement.models import Participant
from tests.factories import (
    CampaignFactory,
    ContactPointFactory,
    EventFactory,
    GatheringFactory,
    OrganisationFactory,
    RegistrationFactory,
    StakeholderFactory,
    TopicFactory,
)
from tests.imports.conftest import csv_of

HEAD = (
    "E-mail", "First name", "Last name", "Zip", "Phone", "Organization", "Types", "Tags", "Street", "City", "State",
    "Contact ID",
)  # fmt: skip
ROW = (
    "cole@example.org", "J.", "Cole", "28202", "704 555 0101", "Hope House", "Activist", "Host", "1 Oak St",
    "Charlotte", "NC", "0031x",
)  # fmt: skip


def cole(first: str, **fields) -> Stakeholder:
    """Somebody of the name Cole who reads mail at the one address."""
    person: Any = StakeholderFactory(first_name=first, last_name="Cole", **fields)
    ContactPointFactory(stakeholder=person, kind="email", value="cole@example.org")
    return person


@pytest.fixture
def jamie(db) -> Stakeholder:
    """One whom the row could mean."""
    return cole("Jamie", zip="28202")


@pytest.fixture
def james(db) -> Stakeholder:
    """Another."""
    return cole("James", zip="28203")


@pytest.fixture
def run(jamie, james, check) -> ImportRun:
    """A checked file with one row that could be either."""
    run = check(csv_of(HEAD, ROW), system="salesforce")
    assert run.counts["ambiguous"] == 1
    return run


@pytest.fixture
def candidates(run, staff):
    """Ask anew whom the row could mean."""

    def asked() -> list[Candidate]:
        row = next_open(run)
        assert row is not None
        return candidates_of(run, row, by=staff)

    return asked


def people(candidates: list[Candidate]) -> list[Stakeholder]:
    """Who they are, likeliest first."""
    return [candidate.person for candidate in candidates]


def facts(candidate: Candidate) -> dict[str, tuple[str, str]]:
    """What is said of a candidate, with what the row says to it."""
    return {fact.label: (fact.value, fact.verdict) for fact in candidate.facts}


class TestTheBookAsItIsNow:
    """Between the check and the look at a row the book goes on."""

    def test_the_likelier_one_comes_first(self, candidates, jamie, james):
        assert people(candidates()) == [jamie, james]

    def test_who_was_merged_is_shown_as_who_they_are_now(self, candidates, jamie, james, staff):
        margaret = StakeholderFactory(first_name="Margaret", last_name="Hill")
        merge_stakeholders(margaret, jamie, by=staff)
        found = candidates()
        assert set(people(found)) == {margaret, james}
        told = next(facts(candidate) for candidate in found if candidate.person == margaret)
        assert told["Name"] == ("Margaret Hill", "other")
        assert told["Once in the book as"] == ("Jamie Cole", "")

    def test_two_who_became_one_are_there_once(self, candidates, jamie, james, staff):
        merge_stakeholders(jamie, james, by=staff)
        assert people(candidates()) == [jamie]

    def test_who_was_erased_is_gone(self, run, jamie, james, staff):
        erase_person(james, by=staff)
        assert people(candidates_of(run, next_open(run), by=staff)) == [jamie], "the inbox is Jamie’s, too"
        erase_person(jamie, by=staff)
        assert next_open(run) is None, "the row said an address that is nobody’s any more"

    def test_a_row_that_was_emptied_waits_for_nobody(self, jamie, james, commit, staff):
        run = commit(csv_of(HEAD, ROW))
        assert open_rows(run).count() == 1
        for person in (jamie, james):
            erase_person(person, by=staff)
        assert run.rows.get().cells == []
        assert not open_rows(run).exists()

    def test_who_came_since_is_there(self, candidates, jamie, james):
        assert set(people(candidates())) == {jamie, james}
        assert set(people(candidates())) | {cole("Joan")} == set(people(candidates()))

    def test_whoever_has_the_number_is_there_under_any_name(self, candidates, jamie, james):
        other = StakeholderFactory()
        ExternalId.objects.create(stakeholder=other, system="salesforce", value="0031x")
        assert set(people(candidates())) == {jamie, james, other}

    def test_without_a_name_that_fits_everybody_behind_the_address_is_there(self, candidates, jamie, james):
        Stakeholder.objects.filter(pk__in=[jamie.pk, james.pk]).update(first_name="Ruth", last_name="Hill")
        assert set(people(candidates())) == {jamie, james}

    def test_the_file_need_not_be_there_any_more(self, candidates, run, jamie, james):
        run.file.delete(save=True)
        assert set(people(candidates())) == {jamie, james}


def test_without_an_address_the_phone_decides_and_then_name_and_place(jamie, james, check, staff):
    ann = [StakeholderFactory(first_name="Ann", last_name="O’Lee", zip="28205") for _twin in range(2)]
    for person in ann:
        ContactPointFactory(stakeholder=person, kind="phone", value="(704) 555-0101")
    run = check(csv_of(HEAD, ("", "Ann", "O'Lee", "28205", "704 555 0101")))
    assert people(candidates_of(run, next_open(run), by=staff)) == ann
    bob = [StakeholderFactory(first_name="Bob", last_name="Núñez", zip="28205") for _twin in range(2)]
    run = check(csv_of(HEAD, ("", "Bob", "Nunez", "28205")))
    assert people(candidates_of(run, next_open(run), by=staff)) == bob


def test_organisations_are_met_by_their_name(check, staff):
    houses = [OrganisationFactory(name=name) for name in ("Hope House", "HOPE  HOUSE")]
    run = check(csv_of(("Organization", "Zip"), ("Hope House", "28202")))
    found = candidates_of(run, next_open(run), by=staff)
    assert people(found) == houses
    assert [facts(candidate)["Name"][1] for candidate in found] == ["same", "same"]


def test_a_sign_that_leads_to_one_is_not_why_a_row_is_unclear(check, staff):
    """Organisations are known by their names: that one of them has the phone of the row, too, decides nothing."""
    houses = [OrganisationFactory(name="Hope House") for _twin in range(2)]
    ContactPointFactory(stakeholder=houses[1], kind="phone", value="704 555 0101")
    run = check(csv_of(("Organization", "Zip", "Phone"), ("Hope House", "28202", "704 555 0101")))
    assert people(candidates_of(run, next_open(run), by=staff)) == houses[::-1]


class TestWhatAgrees:
    """Each value of a candidate says whether the row says the same, something like it, or another thing."""

    def test_every_value_the_row_says_too_is_marked(self, candidates, jamie):
        ContactPointFactory(stakeholder=jamie, kind="phone", value="+1 704-555-0101")
        ContactPointFactory(stakeholder=jamie, kind="phone", value="704 555 9999")
        ContactPointFactory(stakeholder=jamie, kind="postal", value="1 Oak St, Charlotte, NC 28202")
        house = OrganisationFactory(name="hope house")
        Affiliation.objects.create(person=jamie, organisation=house, role="Pastor")
        tag_stakeholders([jamie.pk], ["host", "West side"])
        set_types(jamie, StakeholderType.objects.filter(slug="activist"))
        ExternalId.objects.create(stakeholder=jamie, system="salesforce", value="0031x")
        first = candidates()[0]
        told = {(fact.label, fact.value): fact.verdict for fact in first.facts}
        assert told == {
            ("Name", "Jamie Cole"): "near",
            ("E-mail", "cole@example.org"): "same",
            ("Phone", "+1 704-555-0101"): "same",
            ("Phone", "704 555 9999"): "",
            ("Postal address", "1 Oak St, Charlotte, NC 28202"): "same",
            ("Zip code", "28202"): "same",
            ("Organisation", "Pastor, hope house"): "same",
            ("Types", "Activist"): "same",
            ("Tags", "host"): "same",
            ("Tags", "West side"): "",
            ("Number in their system", "salesforce:0031x"): "same",
        }

    def test_other_values_differ_and_what_the_row_leaves_open_does_not(self, candidates, james, run):
        ContactPointFactory(stakeholder=james, kind="phone", value="704 555 9999")
        told = facts(candidates()[1])
        assert told["Phone"] == ("704 555 9999", "other")
        assert told["Zip code"] == ("28203", "other")

    def test_the_second_person_of_a_row_is_compared_by_their_own_cells(self, jamie, james, check, staff):
        head = ("E-mail", "First name", "Last name", "Zip", "Spouse first name", "Spouse last name", "Spouse e-mail")
        run = check(csv_of(head, ("bo@example.org", "Bo", "King", "28202", "J.", "Cole", "cole@example.org")))
        row = next_open(run)
        assert [one.value for one in said_by(run, row)] == ["28202", "J.", "Cole", "cole@example.org"]
        found = candidates_of(run, row, by=staff)
        assert people(found) == [jamie, james]
        assert facts(found[0])["E-mail"] == ("cole@example.org", "same")
        assert facts(found[0])["Name"] == ("Jamie Cole", "near")


class TestLastContact:
    """What somebody last did or got stands beside them, whichever part of the house knows it."""

    @pytest.fixture
    def ago(self):
        """So many days ago."""
        return lambda days: timezone.now() - timedelta(days=days)

    def latest(self, person: Stakeholder, user) -> str:
        found = last_contacts([person.pk], user)
        return found[person.pk].text if found else ""

    def test_the_latest_of_all_counts(self, jamie, staff, ago):
        assert self.latest(jamie, staff) == ""
        ConsentEvent.objects.create(stakeholder=jamie, topic=TopicFactory(), action="given", source="form", at=ago(40))
        assert self.latest(jamie, staff) == "agreed: Newsletter"
        campaign = CampaignFactory(subject="Come to the table")
        for days, state in ((30, "delivered"), (20, "accepted")):
            campaign = CampaignFactory(subject=f"Letter of {days} days ago")
            Delivery.objects.create(
                campaign=campaign, stakeholder=jamie, address="cole@example.org", state=state, sent_at=ago(days)
            )
        assert self.latest(jamie, staff) == "got “Letter of 20 days ago”"
        forum = EventFactory(title_en="Forum", starts_at=ago(10), ends_at=ago(9))
        seat = RegistrationFactory(event=forum, stakeholder=jamie, registered_at=ago(35))
        assert self.latest(jamie, staff) == "got “Letter of 20 days ago”"
        seat.state = "attended"
        seat.save()
        assert self.latest(jamie, staff) == "came to Forum"
        table = GatheringFactory(held_on=ago(5).date(), state="logged")
        Participant.objects.create(gathering=table, stakeholder=jamie)
        assert self.latest(jamie, staff) == "sat at a table of On the Table"
        assert self.latest(table.host, staff) == "hosted a table of On the Table"

    def test_a_letter_that_never_went_out_is_no_contact(self, jamie, staff):
        Delivery.objects.create(campaign=CampaignFactory(), stakeholder=jamie, address="cole@example.org")
        assert self.latest(jamie, staff) == ""

    def test_only_what_the_reader_may_see_is_told(self, jamie, organizer, outsider, ago):
        RegistrationFactory(event=EventFactory(title_en="Forum"), stakeholder=jamie)
        assert self.latest(jamie, organizer) == "registered for Forum"
        assert self.latest(jamie, outsider) == ""

    def test_it_stands_on_the_page_with_its_day(self, run, jamie, staff, client_of):
        RegistrationFactory(event=EventFactory(title_en="Forum"), stakeholder=jamie)
        page = client_of(staff).get(reverse("admin:contacts_importrun_queue", args=[run.pk])).content.decode()
        assert "Last contact" in page
        assert "registered for Forum, " in page


def test_a_dozen_cost_no_more_queries_than_two(run, candidates, jamie, staff):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert candidates()
        return len(queries)

    asked()  # rights and types of content are remembered from here on
    two = asked()
    house = OrganisationFactory(name="Hope House")
    for number in range(14):
        person = cole(f"Jo{'abcdefghijklmn'[number]}")
        tag_stakeholders([person.pk], [f"tag {number}"])
        Affiliation.objects.create(person=person, organisation=house)
        RegistrationFactory(stakeholder=person)
    twin = cole("J.", zip="28202")
    ContactPointFactory(stakeholder=twin, kind="phone", value="704 555 0101")
    assert asked() == two
    assert len(candidates()) == 12
    assert candidates()[0].person == twin, "in a crowd those who agree most are shown"


NAMES = ["Jamie", "James", "J.", "Joan", "Jim", ""]
ADDRESSES = ["cole@example.org", "home@example.org", ""]
PHONES = ["704 555 0101", "704 555 0102", ""]


def somebody(chance: Random, numbers: list[str]) -> None:
    """One of a few likely people, with whatever they may have in common with others."""
    kind = chance.choice(["person", "person", "person", "organisation"])
    first, last = ("", "") if kind == "organisation" else (chance.choice(NAMES[:5]), chance.choice(["Cole", "Hill"]))
    name = chance.choice(["Hope House", "HOPE HOUSE"]) if kind == "organisation" else f"{first} {last}"
    person = Stakeholder.objects.create(
        kind=kind, name=name, first_name=first, last_name=last, zip=chance.choice(["28202", "28205", ""])
    )
    for sort, values in (("email", ADDRESSES), ("phone", PHONES)):
        for value in sorted({chance.choice(values) for _time in range(2)} - {""}):
            ContactPointFactory(stakeholder=person, kind=sort, value=value)
    if numbers and chance.random() < 0.3:
        ExternalId.objects.create(stakeholder=person, system="salesforce", value=numbers.pop())


@pytest.mark.parametrize("seed", range(2))
def test_whatever_made_a_row_unclear_is_found_again(seed, check, staff):
    """A file of one row can be unclear by the book alone, so that at least two in the book are behind it."""
    chance, unclear = Random(f"candidates {seed}"), 0
    head = ("E-mail", "First name", "Last name", "Zip", "Phone", "Organization", "Contact ID")
    for _time in range(16):
        with transaction.atomic():
            numbers = ["1", "2"]
            for _other in range(10):
                somebody(chance, numbers)
            person = chance.random() < 0.8
            row = (
                "; ".join(sorted({chance.choice(ADDRESSES), chance.choice(ADDRESSES)} - {""})),
                chance.choice(NAMES) if person else "", chance.choice(["Cole", "Hill"]) if person else "",
                chance.choice(["28202", "28205"]), chance.choice(PHONES), "" if person else "Hope House",
                chance.choice(["1", "2", "", "", "", ""]),
            )  # fmt: skip
            run = check(csv_of(head, row), system="salesforce")
            if waits := next_open(run):
                unclear += 1
                found = candidates_of(run, waits, by=staff)
                assert len(found) > 1, (row, list(Stakeholder.objects.values_list("name", "zip")), found)
            transaction.set_rollback(True)
    assert unclear > 3
