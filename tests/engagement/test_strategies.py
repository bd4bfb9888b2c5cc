"""The 21 strategies are there, in both languages, and staff's wording stays."""

import pytest

from engagement.actions import ensure_strategies
from engagement.models import Strategy

pytestmark = pytest.mark.django_db


def test_all_of_them_are_seeded_with_both_languages():
    letters = "".join(Strategy.objects.values_list("letter", flat=True))
    assert letters == "ABCDEFGHIJKLMNOPQRSTU"
    assert not Strategy.objects.filter(name_es="").exists()


def test_wording_that_was_not_confirmed_says_so():
    assert set(Strategy.objects.filter(verified=False).values_list("letter", flat=True)) == {"B", "S", "T"}


def test_seeding_again_keeps_what_staff_wrote():
    Strategy.objects.filter(letter="B").update(name_en="In our words")
    Strategy.objects.filter(letter="C").delete()
    assert ensure_strategies() == 1
    assert Strategy.objects.get(letter="B").name_en == "In our words"
