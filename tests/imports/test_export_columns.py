"""The file says what the book says: every cell as it is told by objects, one by one, without regard for speed."""

import csv
import io
import random

import pytest
from django.utils import timezone

from benchmarks.stock_exports import StockPeople
from contacts.actions.suppression import suppress
from contacts.models import ContactPoint, Stakeholder
from contacts.resources import StakeholderResource
from tests.factories import StakeholderFactory
from tests.imports.test_round_trip import exported, own_fields, somebody  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def as_objects_tell() -> list[list[str]]:
    """Headings and cells of everybody."""
    data = StockPeople().export(Stakeholder.objects.order_by("pk"))
    return [list(map(str, cells)) for cells in (data.headers, *data)]


def as_written() -> list[list[str]]:
    """The same by the resource of the product, before anything is guarded against formulas."""
    resource = StakeholderResource()
    people = resource.filter_export(Stakeholder.objects.all()).order_by("pk")
    return [resource.get_export_headers(), *(resource.export_resource(person) for person in people)]


@pytest.mark.parametrize("seed", range(20, 24))
def test_every_cell_of_a_book_of_awkward_people(seed):
    dice = random.Random(seed)
    for number in range(40):
        somebody(dice, number)
    emails = list(ContactPoint.objects.emails())
    for point in dice.sample(emails, 6):
        suppress(point.value, reason=dice.choice(["complaint", "hard_bounce", "manual"]), source="provider")
    for point in dice.sample(emails, 6):
        ContactPoint.objects.filter(pk=point.pk).update(status=dice.choice(["bouncing", "complained", "bad"]))
    assert as_written() == as_objects_tell()


@pytest.mark.parametrize("moment", ["2026-01-15 04:59:59", "2026-07-15 03:59:59", "2026-11-01 05:30:00"])
def test_times_are_those_of_the_clock_of_the_house_in_winter_and_summer(moment, staff):
    ann = StakeholderFactory()
    at = timezone.datetime.fromisoformat(f"{moment}+00:00")
    Stakeholder.objects.filter(pk=ann.pk).update(created_at=at)
    (row,) = csv.DictReader(io.StringIO(exported(staff, "csv").decode("utf-8-sig"), newline=""))
    assert row["In the book since"] == timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def test_everybody_is_read_as_of_one_moment_in_one_question(django_assert_num_queries):
    for name in ("ann", "bo", "cy"):
        StakeholderFactory(email=f"{name}@example.org")
    resource = StakeholderResource()
    with django_assert_num_queries(1):
        assert len(list(resource.filter_export(Stakeholder.objects.all()))) == 3
