"""The cards of people and of files, and the first steps of an empty book."""

import pytest

from contacts.cards import files, people
from contacts.models import ImportRun, Partner, Stakeholder
from crm.cards import steps_for

pytestmark = pytest.mark.django_db


def test_the_book_says_how_many_and_how_many_are_new(staff):
    Stakeholder.objects.create(name="Ana")
    Stakeholder.objects.create(name="Bo")
    Stakeholder.objects.create(name="First Church", kind="organisation")
    Stakeholder.objects.filter(name="Bo").update(created_at="2020-01-01T00:00Z")
    card = people(staff)
    assert (card.figure, card.meaning) == ("2", "people · 1 organisation · 2 new this week")


def test_an_empty_book_says_so_and_shows_how_to_begin(staff):
    assert people(staff).empty
    assert [step.title for step in steps_for(staff)][:2] == [
        "Bring in a partner’s file",
        "Choose who you want to reach",
    ]
    Stakeholder.objects.create(name="Ana")
    assert "Bring in a partner’s file" not in [step.title for step in steps_for(staff)]


@pytest.mark.parametrize("role", ["organizer", "partner", "analyst"])
def test_the_book_is_not_for_everybody(role, request):
    assert people(request.getfixturevalue(role)) is None


def test_partners_see_only_their_own_files(partner, staff, organizer):
    mine = Partner.objects.create(name="Mine")
    mine.members.add(partner)
    for owner, name in ((mine, "mine.csv"), (Partner.objects.create(name="Other"), "other.csv")):
        ImportRun.objects.create(partner=owner, original_name=name, sha256="", size=1)
    assert [line.text for line in files(partner).lines] == ["mine.csv"]
    assert {line.text for line in files(staff).lines} == {"mine.csv", "other.csv"}
    assert files(organizer) is None
