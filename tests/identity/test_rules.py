"""The broad rule: who may be one with whom, how surely, and why."""

import pytest

from contacts.identity.rules import LIKELY, Book, traits_of, weigh
from contacts.identity.rules.names import Level, first_names, last_names
from contacts.identity.rules.traits import organisation_words, person_words, street

COUNTY = Book(
    people=250_000,
    firsts={"maria": 4_000, "john": 3_500, "robert": 3_000, "mary": 2_900, "gary": 1_500, "xiomara": 20},
    lasts={"garcia": 3_700, "smith": 2_500, "lopez": 3_000, "beltran": 60, "johnson": 2_300},
    zips={"28202": 6_500, "28205": 6_500},
)


def person(first, last, **more):
    return traits_of(first=first, last=last, **more)


def verdict(one, other, **more):
    return weigh(one, other, COUNTY, **more)


class TestNames:
    @pytest.mark.parametrize(
        ("first", "last", "read"),
        [
            ("María José", "García-López", (("maria", "jose"), ("garcia", "lopez"), "")),
            ("Dr. John", "Smith Jr.", (("john",), ("smith",), "jr")),
            ("John", "Smith II", (("john",), ("smith",), "jr")),
            ("Juan", "de la Cruz", (("juan",), ("cruz",), "")),
            ("Seán", "O’Connor", (("sean",), ("oconnor",), "")),
            ("J.", "St. Clair", (("j",), ("st", "clair"), "")),
            ("", "", ((), (), "")),
            ("Ana", "de", (("ana",), ("de",), "")),
        ],
    )
    def test_a_name_is_taken_apart(self, first, last, read):
        assert person_words(first, last) == read

    @pytest.mark.parametrize(
        ("one", "other", "level"),
        [
            ("Maria", "María", Level.SAME),
            ("Bob", "Robert", Level.NICKNAME),
            ("Paco", "Francisco", Level.NICKNAME),
            ("Alex", "Alejandra", Level.NICKNAME),
            ("Alex", "Alexander", Level.NICKNAME),
            ("Stveen", "Steven", Level.SPELLING),
            ("J.", "John", Level.INITIAL),
            ("María José", "José", Level.SECOND),
            ("Maryann", "Mary Ann", Level.SPELLING),
            ("", "John", Level.MISSING),
            ("Ann", "Bo", Level.OTHER),
            ("王", "王", Level.SAME),
            ("王", "李", Level.OTHER),
        ],
    )
    def test_first_names_go_together(self, one, other, level):
        assert first_names(person_words(one, "")[0], person_words(other, "")[0]) is level

    @pytest.mark.parametrize(
        ("one", "other", "level"),
        [
            ("García", "Garcia", Level.SAME),
            ("García López", "Garcia-Lopez", Level.SAME),
            ("García López", "García", Level.PART),
            ("García López", "López", Level.TAIL),
            ("García López", "García Ruiz", Level.TORN),
            ("García L.", "García López", Level.SAME),
            ("Hernandez", "Hernadez", Level.SPELLING),
            ("Smith", "Smyth", Level.SPELLING),
            ("Smith", "Garcia", Level.OTHER),
            ("S", "Smith", Level.INITIAL),
            ("", "Smith", Level.MISSING),
            ("Aguilar Aguilar", "Aguilar Agilar", Level.PART),
        ],
    )
    def test_last_names_go_together(self, one, other, level):
        assert last_names(person_words("", one)[1], person_words("", other)[1]) is level


class TestLikely:
    @pytest.mark.parametrize(
        ("one", "other", "reasons"),
        [
            (
                person("Maria", "Garcia", emails=["mg@example.org"]),
                person("María", "García Lopez", emails=["mg@example.org"]),
                {"email", "double_last_name"},
            ),
            (
                person("Bob", "Smith", phones=["+17045550100"], zip="28202"),
                person("Robert", "Smith", phones=["+17045550100"], zip="28202"),
                {"nickname", "phone", "zip"},
            ),
            (
                person("Xiomara", "Garcia", phones=["+17045550100"]),
                person("Xiomara", "Smith", phones=["+17045550100"]),
                {"other_last_name", "phone"},
            ),
            (
                person("Xiomara", "Beltran", zip="28202", phones=["+17045550100"]),
                person("Xiomara", "Beltrán", zip="28205", phones=["+17045550100"]),
                {"same_name", "phone", "moved"},
            ),
            (
                person("Xiomara", "Beltran", zip="28202"),
                person("Xiomara", "Beltran", zip="28202"),
                {"same_name", "zip", "rare_name"},
            ),
            (
                person("Smith", "John", emails=["js@example.org"]),
                person("John", "Smith", emails=["js@example.org"]),
                {"swapped", "email"},
            ),
            (
                person("John", "Smith", zip="28202", emails=["sunnytiger77@example.org"]),
                person("John", "Smith", zip="28202", emails=["sunnytiger77@example.net"]),
                {"same_name", "zip", "local_part"},
            ),
            (
                person("John", "Smith", streets=["12 Main Street, Apt 4, Charlotte 28202"]),
                person("John", "Smith", streets=["12 main st apt. 4 Charlotte 28202"]),
                {"same_name", "address"},
            ),
        ],
    )
    def test_two_entries_of_one_person_are_proposed_and_say_why(self, one, other, reasons):
        found = verdict(one, other)
        assert found.score >= LIKELY
        assert reasons <= set(found.reasons)
        assert verdict(other, one) == found

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (  # namesakes
                person("Maria", "Garcia", zip="28202"),
                person("Maria", "Garcia", zip="28202"),
            ),
            (  # a shared inbox
                person("Maria", "Garcia", emails=["home@example.org"], phones=["+17045550100"], zip="28202"),
                person("John", "Garcia", emails=["home@example.org"], phones=["+17045550100"], zip="28202"),
            ),
            (  # father and son
                person("John", "Smith Sr", streets=["12 Main St"], phones=["+17045550100"]),
                person("John", "Smith Jr.", streets=["12 Main St"], phones=["+17045550100"]),
            ),
            (  # siblings with the father's name first
                person("Ana", "García López", phones=["+17045550100"]),
                person("Luis", "García López", phones=["+17045550100"]),
            ),
            (  # an office shared by colleagues
                person("Mary", "Smith", emails=["info@example.org"], phones=["+17045550100"]),
                person("Mary", "Johnson", emails=["info@example.org"], phones=["+17045550100"]),
            ),
            (  # numbered addresses
                person("Maria", "Garcia", emails=["garcia1@example.org"]),
                person("Maria", "Garcia", emails=["garcia2@example.org"]),
            ),
            (  # no name at all
                traits_of(name="info@example.org", emails=["info@example.org"]),
                traits_of(name="Xiomara Beltran", zip="28202"),
            ),
            (  # a person and an organisation
                person("Maria", "Garcia", emails=["mg@example.org"]),
                traits_of(kind="organisation", name="Maria Garcia", emails=["mg@example.org"]),
            ),
        ],
    )
    def test_two_people_are_not_proposed(self, one, other):
        assert verdict(one, other, sharing=6).score < LIKELY

    def test_the_rarer_the_name_the_surer(self):
        pair = [person("Xiomara", "Beltran", zip="28202")] * 2
        common = [person("Maria", "Garcia", zip="28202")] * 2
        assert verdict(*pair).score > verdict(*common).score

    def test_a_number_that_crowds_have_says_little(self):
        pair = [person("John", "Smith", phones=["+17045550100"], zip=code) for code in ("28202", "28205")]
        crowded = Book(**{**vars(COUNTY), "crowded_phones": 0.01})
        assert weigh(*pair, crowded).score < LIKELY <= weigh(*pair, COUNTY).score

    def test_in_a_small_book_the_same_name_in_the_same_place_is_worth_a_look(self):
        book = Book(people=60, firsts={"maria": 3}, lasts={"garcia": 4}, zips={"28202": 20})
        assert weigh(*[person("Maria", "Garcia", zip="28202")] * 2, book).score >= LIKELY


class TestOrganisations:
    def organisation(self, name, **more):
        return traits_of(kind="organisation", name=name, **more)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("The Grier Heights Youth Works, Inc.", "Grier Heights Youth Works"),
            ("St. Paul's Church", "Saint Pauls Church"),
            ("Belmont Neighborhood Assn", "Belmont Neighborhood Association"),
            ("Belmont Neighborhod Association", "Belmont Neighborhood Association"),
        ],
    )
    def test_spellings_of_one_name_in_one_place_are_proposed(self, one, other):
        found = verdict(self.organisation(one, zip="28205"), self.organisation(other, zip="28205"))
        assert found.score >= LIKELY

    def test_letters_need_the_domain_as_well(self):
        long = self.organisation("Charlotte Community Housing Alliance", emails=["office@ccha.example.org"])
        short = self.organisation("CCHA", emails=["info@ccha.example.org"])
        assert verdict(long, short).reasons == ("letters", "domain")
        assert verdict(long, short).score >= LIKELY
        assert verdict(long, self.organisation("CCHA")).score < LIKELY

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (("Elementary School 12", "28202"), ("Elementary School 21", "28202")),
            (("First Baptist Church", "28202"), ("First Baptist Church", "28277")),
            (("Belmont Bakery", "28205"), ("Belmont Builders", "28205")),
        ],
    )
    def test_branches_and_neighbours_are_not(self, one, other):
        sides = [self.organisation(name, zip=code) for name, code in (one, other)]
        assert verdict(*sides).score < LIKELY

    def test_words_of_law_say_nothing(self):
        assert organisation_words("The Harvest Center of Charlotte, Inc.") == ("harvest", "center", "charlotte")


def test_two_spellings_of_an_address_are_equal():
    same = "12 N. Main Street, Apt. 4, Charlotte, NC 28205", "12 North Main St #4, Charlotte 28205"
    assert street(same[0]) == street(same[1]) == "12 n main st 4 28205"
    assert street("P.O. Box 7, 28205") == street("PO Box 7 28205")
    assert street("12 Main St Apt B") != street("12 Main St Apt C")
    assert street("9 The Plaza") == "9 the plaza"
