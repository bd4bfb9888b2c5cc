"""Look for duplicates in the whole book: found once, kept true, harmless when killed."""

import pytest
from django.db import connection

from contacts.identity import scan as scanning
from contacts.identity.rules import traits_of
from contacts.identity.scan import scan
from contacts.identity.scanning import keys, pairing, queries, settling
from contacts.identity.scanning.facts import pack, unpack
from contacts.models import Affiliation, DuplicateCandidate, Sketch, Stakeholder
from tests.factories import ContactPointFactory, OrganisationFactory

PHONE = "+17045550100"


def test_somebody_who_stands_in_the_book_twice_is_found_with_reasons(person, pairs):
    one = person("Xiomara Beltrán", "xio@example.org", PHONE)
    other = person("Xiomara Beltran", PHONE)
    person("Luis Vega", PHONE)
    assert pairs() == {(one.pk, other.pk): {"same_name", "phone"}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Bob Smith", PHONE), ("Robert Smith", PHONE)),
        (("Xiomara Beltran Soto", "x@example.org"), ("Xiomara Beltran", "x@example.org")),
        (("Beltran Xiomara", PHONE), ("Xiomara Beltran", PHONE)),
        (("Xiomara Beltran", "12 Main Street Apt. 4"), ("Xiomara Beltrn", "12 main st apt 4")),
        (("Xiomara Beltran", "sunnytiger77@example.org"), ("Xiomara Beltran", "sunnytiger77@example.net")),
    ],
)
def test_each_kind_of_key_brings_two_together(person, pairs, one, other):
    assert set(pairs()) == set()
    ids = person(*one).pk, person(*other).pk
    assert set(pairs()) == {ids}


@pytest.mark.parametrize(
    ("one", "other"), [("Maribel Ocampo", "Maribel Ocampos"), ("Jennifer Ocampo", "Jenifer Ocampo"),
                       ("Xiomara González", "Xiomara Gonsales"), ("Ocampo Maribel", "Maribel Ocampo")]
)  # fmt: skip
def test_names_that_are_misspelled_meet_in_one_zip_code(person, one, other):
    for name in (one, other):
        person(name, zip="28205")
    scanning.refresh_sketches(lambda done: None)
    with connection.cursor() as cursor:
        cursor.execute(queries.DROP)
    pairing.pair_up()
    assert pairing.count_pairs() == 1


def test_organisations_are_found_too(pairs):
    one = OrganisationFactory(name="Grier Heights Youth Works, Inc.", zip="28205")
    other = OrganisationFactory(name="The Grier Heights Youth Works", zip="28205")
    OrganisationFactory(name="Grier Heights Bakery", zip="28205")
    assert pairs() == {(one.pk, other.pk): {"same_name", "zip"}}


def test_colleagues_of_the_same_name_meet(person, pairs):
    works = OrganisationFactory()
    people = [person("Xiomara Beltran"), person("Xiomara Beltran")]
    for each in people:
        Affiliation.objects.create(person=each, organisation=works)
    assert "organisation" in pairs()[tuple(each.pk for each in people)]


def test_a_second_scan_looks_only_at_who_changed(person, pairs):
    one, other = person("Xiomara Beltran", PHONE), person("Xiomara Beltran")
    person("Luis Vega")
    assert scan().looked_at == 3
    assert scan().looked_at == 0
    ContactPointFactory(stakeholder=other, kind="phone", value=PHONE)
    report = scan()
    assert (report.looked_at, report.people, report.pairs) == (1, 3, 1)
    assert set(pairs()) == {(one.pk, other.pk)}


def test_a_full_scan_says_the_same_again(person, pairs):
    for number in range(3):
        person("Xiomara Beltran", PHONE, f"x{number}@example.org")
    first = pairs()
    kept = list(DuplicateCandidate.objects.values_list("pk", flat=True))
    assert len(first) == 3
    report = scan(full=True)
    assert (report.looked_at, report.new, report.pairs) == (3, 0, 3)
    assert list(DuplicateCandidate.objects.values_list("pk", flat=True)) == kept


def test_a_pair_that_no_longer_holds_vanishes(person, pairs):
    one, other = person("Xiomara Beltran", PHONE), person("Xiomara Beltran", PHONE)
    assert set(pairs()) == {(one.pk, other.pk)}
    Stakeholder.objects.filter(pk=one.pk).update(name="Luis Vega", first_name="Luis", last_name="Vega")
    assert pairs() == {}


def test_it_vanishes_whichever_of_the_two_changed(person, pairs):
    _one, other = person("Xiomara Beltran", PHONE), person("Xiomara Beltran", PHONE)
    assert len(pairs()) == 1
    other.contact_points.all().delete()
    other.first_name = "Luis"
    other.save()
    assert pairs() == {}


def test_a_dismissed_pair_stays_dismissed(person, pairs):
    person("Xiomara Beltran", PHONE), person("Xiomara Beltran", PHONE)
    assert len(pairs()) == 1
    DuplicateCandidate.objects.update(state="dismissed")
    assert pairs(full=True) == {}
    assert DuplicateCandidate.objects.get().state == "dismissed"


def test_who_leaves_the_book_leaves_no_pair_and_no_sketch(person, pairs):
    one, other = person("Xiomara Beltran", PHONE), person("Xiomara Beltran", PHONE)
    assert len(pairs()) == 1
    with connection.cursor() as cursor:  # as a bulk writer does it, past the models
        cursor.execute("DELETE FROM contacts_duplicatecandidate")
        cursor.execute("DELETE FROM contacts_contactpoint WHERE stakeholder_id = %s", [other.pk])
        cursor.execute("DELETE FROM contacts_stakeholderevent WHERE pgh_obj_id = %s", [other.pk])
        cursor.execute("DELETE FROM contacts_stakeholder WHERE id = %s", [other.pk])
    assert pairs() == {}
    assert list(Sketch.objects.values_list("pk", flat=True)) == [one.pk]


def test_a_number_that_too_many_share_is_passed_over_and_counted(person, monkeypatch):
    monkeypatch.setitem(keys.MOST, keys.Kind.PHONE, 3)
    monkeypatch.setattr(pairing, "_MOST", [keys.MOST.get(keys.Kind(kind), 0) if kind < 12 else 0 for kind in range(16)])
    for name in ("Ana Ruiz", "Luis Vega", "Bo Lee", "Mo Diaz"):
        person(name, PHONE)
    report = scan()
    assert (report.crowded, report.compared) == ({"phone": 1}, 0)


class Killed(Exception):
    """The worker is gone."""


def test_a_scan_that_is_killed_goes_on_where_it_stopped(person, pairs, monkeypatch):
    for letter in "abcd":
        for _twice in range(2):
            person(f"Xiomara{letter} Beltran{letter}", f"x{letter}@example.org")
    monkeypatch.setattr(pairing, "PAIRS_AT_ONCE", 1)
    done = []

    def settle(batch, book, **span):
        if len(done) == 2:
            raise Killed
        done.append(span)
        return settling.settle(batch, book, **span)

    with monkeypatch.context() as patch:
        patch.setattr(scanning, "settle", settle)
        with pytest.raises(Killed):
            scan()
    found = DuplicateCandidate.objects.count()
    due = Sketch.objects.filter(due=True).count()
    assert (found, due) == (2, 4)
    assert scan().looked_at == due
    assert len(pairs()) == 4


def test_two_scans_do_not_run_at_once(db):
    with scanning._alone():
        assert locks_of_scans() == 1
    assert locks_of_scans() == 0


def locks_of_scans():
    """Locks of scans of this database; the cluster's other databases have tests of their own beside us."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database "
            "WHERE locktype = 'advisory' AND classid = %s AND datname = current_database()",
            [scanning.LOCK],
        )
        return cursor.fetchone()[0]


def test_traits_survive_being_packed():
    one = traits_of(
        first="María José", last="García-López Jr.", zip="28205", language="es", emails=["a@example.org"],
        phones=[PHONE, "+17045550101"], streets=["12 Main St, 28205", "9 Oak Ave"], organisations=["7", "9"],
    )  # fmt: skip
    assert unpack(5, pack(one), 3) == one._replace(pk=5, namesakes=3)
    assert unpack(0, pack(traits_of())) == traits_of()
