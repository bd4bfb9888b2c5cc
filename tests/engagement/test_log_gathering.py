"""Keeping a conversation: whole or not at all, once, and changeable by who keeps it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.models import Consent, Stakeholder
from engagement.actions import (
    Conversation,
    GatheringIncomplete,
    Guest,
    NewHost,
    NotYourGathering,
    Promise,
    edit_gathering,
    log_gathering,
    open_edition,
)
from engagement.models import Gathering, Note, Participant, Strategy
from engagement.signals import gathering_logged
from tests.factories import EditionFactory, PromptFactory, StakeholderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def prompts():
    """Two questions of one edition."""
    edition = EditionFactory()
    return PromptFactory.create_batch(2, edition=edition)


@pytest.fixture
def told(prompts):
    """A function that makes what a form says, with changes."""
    host = StakeholderFactory(first_name="Maya", last_name="Brooks", name="Maya Brooks")

    def tell(**changes):
        facts = {
            "edition": prompts[0].edition,
            "host": host,
            "held_on": date(2019, 10, 24),
            "zip": "28205",
            "guests": [Guest(first_name="Rosa", zip="28206"), Guest(first_name="Tom", email="tom@example.org")],
            "notes": {prompts[0].pk: "The library.", prompts[1].pk: "  "},
            "promises": [
                Promise("Bring two neighbors", strategy=Strategy.objects.get(letter="U"), who=0),
                Promise("Invite the bus company", who="host"),
                Promise("Meet again"),
            ],
        }
        return Conversation(**{**facts, **changes})

    return tell


def test_it_keeps_everything_the_form_says(told, organizer):
    gathering = log_gathering(told(attendance=9), by=organizer)
    assert (gathering.state, gathering.organizer, gathering.attendance) == ("logged", organizer, 9)
    rosa, tom = gathering.participants.guests()
    assert (rosa.first_name, rosa.zip, rosa.stakeholder) == ("Rosa", "28206", None)
    assert tom.stakeholder.contact_points.get().value == "tom@example.org"
    assert [note.text for note in gathering.notes.all()] == ["The library."]
    first, second, third = gathering.commitments.all()
    assert (first.participant, first.strategy.letter) == (rosa, "U")
    assert second.participant.stakeholder == gathering.host
    assert third.participant is None


def test_an_address_at_the_table_is_not_consent(told, organizer):
    log_gathering(told(), by=organizer)
    assert not Consent.objects.exists()


def test_a_guest_in_the_book_is_known_again(told, organizer):
    known = StakeholderFactory(first_name="Tom", last_name="Reed", email="tom@example.org")
    gathering = log_gathering(told(), by=organizer)
    assert gathering.participants.filter(stakeholder=known).exists()


def test_a_new_host_comes_into_the_book(told, organizer):
    gathering = log_gathering(told(host=NewHost("Deja Ann Williams", "deja@example.org")), by=organizer)
    assert (gathering.host.first_name, gathering.host.last_name) == ("Deja", "Ann Williams")
    assert gathering.host.source == "On the Table 2019"


def test_the_same_sheet_twice_is_one_record(told, organizer):
    key = uuid4()
    first = log_gathering(told(), submission_key=key, by=organizer)
    again = log_gathering(told(), submission_key=key, by=organizer)
    assert (again.pk, Gathering.objects.count()) == (first.pk, 1)
    assert (again.participants.guests().count(), again.commitments.count()) == (2, 3)


def test_what_was_added_before_sending_again_is_kept_too(told, prompts, organizer):
    key = uuid4()
    log_gathering(told(), submission_key=key, by=organizer)
    again = log_gathering(told(notes={prompts[1].pk: "A teacher."}), submission_key=key, by=organizer)
    assert [note.text for note in again.notes.all()] == ["A teacher."]


def test_nothing_is_kept_when_something_fails(told, organizer):
    with pytest.raises(Exception, match="zip"):
        log_gathering(told(host=NewHost("Deja"), guests=[Guest("X", "x@example.org", zip="1")]), by=organizer)
    assert not Gathering.objects.exists()
    assert not Stakeholder.objects.filter(first_name="Deja").exists()


def test_a_day_that_has_not_come_is_refused(told, organizer):
    with pytest.raises(GatheringIncomplete, match="not come yet"):
        log_gathering(told(held_on=timezone.localdate() + timedelta(days=1)), by=organizer)


def test_changing_it_keeps_the_rows_that_stayed(told, organizer):
    gathering = log_gathering(told(), by=organizer)
    rosa, tom = gathering.participants.guests()
    promise = gathering.commitments.first()
    edit_gathering(
        gathering,
        told(
            guests=[Guest(first_name="Tomás", participant_id=tom.pk), Guest(first_name="New")],
            notes={},
            promises=[Promise("Bring three neighbors", who=1, commitment_id=promise.pk)],
        ),
        by=organizer,
    )
    names = list(gathering.participants.guests().values_list("first_name", flat=True))
    assert names == ["Tomás", "New"]
    assert gathering.participants.get(pk=tom.pk).stakeholder == tom.stakeholder
    assert not Participant.objects.filter(pk=rosa.pk).exists()
    assert not Note.objects.exists()
    changed = gathering.commitments.get()
    assert (changed.pk, changed.text, changed.participant.first_name) == (promise.pk, "Bring three neighbors", "New")


def test_another_organizer_may_not_change_it(told, organizer, staff):
    gathering = log_gathering(told(), by=staff)
    with pytest.raises(NotYourGathering):
        edit_gathering(gathering, told(), by=organizer)
    assert edit_gathering(gathering, told(), by=staff)


def test_rows_of_another_table_are_out_of_reach(told, organizer):
    other = log_gathering(told(), by=organizer)
    foreign = other.participants.guests().first()
    gathering = log_gathering(told(guests=[Guest(first_name="Eve", participant_id=foreign.pk)]), by=organizer)
    foreign.refresh_from_db()
    assert foreign.first_name == "Rosa"
    assert gathering.participants.guests().get().first_name == "Eve"


def test_it_is_announced_on_commit(told, organizer, django_capture_on_commit_callbacks):
    heard = []
    gathering_logged.connect(lambda **news: heard.append(news["gathering_id"]), weak=False, dispatch_uid="test")
    try:
        with django_capture_on_commit_callbacks(execute=True):
            gathering = log_gathering(told(), by=organizer)
    finally:
        gathering_logged.disconnect(dispatch_uid="test")
    assert heard == [gathering.pk]


def test_an_edition_is_opened_once_with_its_prompts():
    facts = {
        "year": 2018,
        "theme_en": "The legacy of segregation",
        "starts_on": date(2018, 10, 24),
        "ends_on": date(2018, 10, 24),
        "prompts": [("What did you learn?", "¿Qué aprendió?"), ("What now?", "¿Y ahora?")],
    }
    edition = open_edition(**facts)
    assert open_edition(**facts) == edition
    assert list(edition.prompts.values_list("order", "text_en")) == [(1, "What did you learn?"), (2, "What now?")]
