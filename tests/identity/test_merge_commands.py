"""`manage.py merge` and `manage.py unmerge`: what they print, and what they refuse."""

import json

import pytest
from django.core.management import CommandError, call_command

from contacts.actions import add_email
from contacts.models import Stakeholder, StakeholderMerge
from tests.factories import OrganisationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    """One person twice."""
    return [StakeholderFactory(zip=zip_, email=f"{zip_}@example.org") for zip_ in ("28202", "28210")]


def said(capsys, *words):
    """What a command printed, as JSON."""
    call_command(*map(str, words), "--json")
    return json.loads(capsys.readouterr().out)


def test_two_become_one_and_two_again(two, capsys):
    told = said(capsys, "merge", two[0].pk, two[1].pk, "--by-field", f"zip={two[0].pk}")
    assert (told["survivor"], told["merged"]) == (two[0].pk, two[1].pk)
    assert told["moved"] == {"contacts.ContactPoint.stakeholder": 1}
    assert told["fields"] == ["first_name", "last_name", "name"]
    assert Stakeholder.objects.get().zip == "28202"
    later = add_email(two[0], "later@example.org")
    report = said(capsys, "unmerge", told["merge"])
    assert (report["merge"], report["merged"]) == (told["merge"], two[1].pk)
    assert report["stayed"] == {"contacts.ContactPoint.stakeholder": [later.pk]}
    assert Stakeholder.objects.count() == 2


def test_in_words_they_say_what_to_do_next(two, capsys):
    call_command("merge", str(two[0].pk), str(two[1].pk))
    merge = StakeholderMerge.objects.get()
    assert f"manage.py unmerge {merge.pk}" in capsys.readouterr().out
    add_email(two[0], "later@example.org")
    call_command("unmerge", str(merge.pk))
    assert "Came since and stays with the one who was kept: 1 address or number." in capsys.readouterr().out


def test_several_at_once_are_one_merge_each(two, capsys):
    third = StakeholderFactory()
    told = said(capsys, "merge", two[0].pk, two[1].pk, third.pk)
    assert [one["merged"] for one in told] == [two[1].pk, third.pk]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["{one}", "{one}"], "themselves"),
        (["{one}", "{house}"], "cannot be one"),
        (["{one}", "999999999"], "no longer in the book"),
        (["{one}", "{two}", "--by-field", "zip"], "says no number"),
        (["{one}", "{two}", "--by-field", "shoes={one}"], "no field"),
        (["{one}", "{two}", "--by-field", "zip={house}"], "not among those"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(words, sentence, two):
    numbers = {"one": two[0].pk, "two": two[1].pk, "house": OrganisationFactory().pk}
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("merge", *(word.format(**numbers) for word in words))
    assert refused.value.returncode == 2
    assert Stakeholder.objects.count() == 3


def test_a_merge_is_taken_back_once(two, capsys):
    merge = said(capsys, "merge", two[0].pk, two[1].pk)["merge"]
    call_command("unmerge", str(merge))
    for number, sentence in ((merge, "apart already"), (10**9, "no merge")):
        with pytest.raises(CommandError, match=sentence) as refused:
            call_command("unmerge", str(number))
        assert refused.value.returncode == 2
