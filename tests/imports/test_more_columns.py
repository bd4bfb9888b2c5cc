"""Columns beside name and address: numbers in other systems, fields of our own, postal addresses, attendance."""

import json

import pytest

from contacts.imports.cleaning import Cleaner, Entry
from contacts.imports.cleaning.texts import SEPARATOR
from contacts.imports.house import House
from contacts.imports.mapping import OwnField, map_columns
from contacts.imports.reading import Row
from contacts.models import CustomField
from tests.imports.conftest import csv_of

OWN = {
    "ward": OwnField("ward", "number", (), ("ward", "Ward number", "Distrito")),
    "since": OwnField("since", "date", (), ("since", "Member since")),
    "shirt": OwnField("shirt", "choice", ("Small", "Large"), ("shirt", "Shirt size")),
    "vip": OwnField("vip", "yes_no", (), ("vip", "VIP")),
    "motto": OwnField("motto", "text", (), ("motto", "Motto")),
}


def entry(headings: str, *cells: str, **terms) -> Entry:
    """One row under `headings` (separated by bars), cleaned."""
    columns = map_columns(headings.split("|"), [list(cells)], OWN.values())
    return Cleaner(columns, House(own=OWN), **terms)(Row(2, list(cells)))


def externals(*cells: str, headings: str = "Name|Contact ID", system: str = "") -> list[str]:
    """The numbers a row gives."""
    return entry(headings, "Ann Lee", *cells, system=system).external.split(SEPARATOR)


class TestNumbers:
    """Numbers in other systems."""

    def test_a_bare_number_belongs_to_the_system_of_the_run(self):
        assert externals("0031x", system="salesforce") == ["salesforce:0031x"]

    def test_without_a_system_it_is_left_out(self):
        assert entry("E-mail|Contact ID", "a@example.org", "0031x").external == ""

    def test_a_number_can_say_whose_it_is(self):
        assert externals("nationbuilder:7; 0031x", system="salesforce") == ["nationbuilder:7", "salesforce:0031x"]

    def test_an_address_of_a_page_is_no_system(self):
        assert externals("https://example.org/7", system="site") == ["site:https://example.org/7"]

    def test_somebody_with_a_number_can_be_told_apart_by_it(self):
        assert entry("Name|Contact ID", "Ann Lee", "7", system="crm").problem == ""
        assert "only a name" in entry("Name|Contact ID", "Ann Lee", "", system="crm").problem


class TestOwnFields:
    """Fields of our own, by their names in both languages or as custom:name."""

    @pytest.mark.parametrize("heading", ["Ward number", "ward", "Distrito", "custom:ward", "WARD_NUMBER"])
    def test_a_heading_names_the_field(self, heading):
        assert json.loads(entry(f"E-mail|{heading}", "a@example.org", "7").custom) == {"ward": "7"}

    @pytest.mark.parametrize(
        ("heading", "cell", "kept"),
        [
            ("Ward number", "1,200.50", "1200.5"),
            ("Member since", "5/1/2026", "2026-05-01"),
            ("Member since", "2026-05-01 10:00:00", "2026-05-01"),
            ("Shirt size", "large", "Large"),
            ("VIP", "TRUE", "yes"),
            ("VIP", "no", "no"),
            ("Motto", "  to   the point ", "to the point"),
        ],
    )
    def test_values_are_kept_in_one_form(self, heading, cell, kept):
        assert list(json.loads(entry(f"E-mail|{heading}", "a@example.org", cell).custom).values()) == [kept]

    @pytest.mark.parametrize(
        ("heading", "cell"),
        [("Ward number", "seven"), ("Ward number", "NaN"), ("Member since", "soon"), ("Shirt size", "Huge")],
    )
    def test_what_does_not_fit_is_left_out(self, heading, cell):
        assert entry(f"E-mail|{heading}", "a@example.org", cell).custom == ""

    def test_the_sender_hears_of_it(self, check):
        CustomField.objects.create(slug="ward", name_en="Ward", kind="number")
        run = check(csv_of(("E-mail", "Ward"), ("a@example.org", "seven")))
        assert any("do not fit their field were left out: seven (1)" in str(text) for text in run.warnings)


class TestPlaces:
    """Postal addresses."""

    def place(self, headings: str, *cells: str) -> tuple[str, str, str, str]:
        """Street, city, state and zip of a row."""
        found = entry(f"E-mail|{headings}", "a@example.org", *cells)
        return found.street, found.city, found.region, found.zip

    def test_in_columns_of_their_own(self):
        headings = "Address line 1|Address line 2|City|State|Zip"
        cells = ("600 E 4th St", "Floor 2", "Charlotte", "NC", "28202-1234")
        assert self.place(headings, *cells) == ("600 E 4th St, Floor 2", "Charlotte", "NC", "28202")

    @pytest.mark.parametrize(
        "cell",
        [
            "600 E 4th St, Charlotte, NC 28202",
            "600 E 4th St  Charlotte  NC  28202  US",
            "600 E 4th St, Charlotte, North Carolina 28202, United States",
            "600 E 4th St\nCharlotte, NC 28202",
            "600 E 4th St, Charlotte NC 28202-0001",
        ],
    )
    def test_in_one_cell(self, cell):
        street, city, region, code = self.place("Address", cell)
        assert (street, city, code) == ("600 E 4th St", "Charlotte", "28202")
        assert region in {"NC", "North Carolina"}

    def test_what_cannot_be_taken_apart_is_the_street(self):
        assert self.place("Address", "behind the old mill") == ("behind the old mill", "", "", "")

    def test_home_and_work_are_never_mixed(self):
        headings = "Business Street|Business City|Home Street|Home City|Home Postal Code"
        assert self.place(headings, "", "Raleigh", "1 Oak St", "Charlotte", "28205") == (
            "1 Oak St", "Charlotte", "", "28205",
        )  # fmt: skip

    def test_a_zip_alone_is_no_address(self):
        assert self.place("Zip", "28205") == ("", "", "", "28205")


class TestAttendance:
    """What a row says about an event."""

    @pytest.mark.parametrize(
        ("headings", "cells", "state"),
        [
            ("Attendee Status", ["Attending"], "registered"),
            ("Attendee Status", ["Checked In"], "attended"),
            ("Attendee Status", ["Not Attending"], "cancelled"),
            ("Attendance status|Checked in", ["registered", "yes"], "attended"),
            ("Attended", ["No"], "no_show"),
            ("Attended", [""], ""),
            ("Check-in time", ["2026-05-01 10:00"], "attended"),
            ("Attendee Status|Checked in", ["Refunded", "yes"], "cancelled"),
        ],
    )
    def test_words_are_understood(self, headings, cells, state):
        assert entry(f"E-mail|{headings}", "a@example.org", *cells).attendance == state


def test_empty_cells_are_named_only_when_the_run_asks():
    headings, cells = "E-mail|Zip|Notes|Ward number", ("a@example.org", "", "x", "")
    assert entry(headings, *cells).blanked == ""
    assert entry(headings, *cells, blanks=True).blanked.split(SEPARATOR) == ["zip", "custom:ward"]


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Núñez Peña, María José", "María José Núñez Peña"),
        ("Lee,Ann", "Ann Lee"),
        ("Lee, Ann, Jr.", "Ann Lee Jr."),
        ("O’Neil, Patricia (Patty)", "O’Neil, Patricia (Patty)"),
        ("María José Núñez", "María José Núñez"),
    ],
)
def test_a_whole_name_stands_in_the_book_as_people_say_it(cell, name):
    assert entry("E-mail|Name", "ann@example.org", cell).name == name


def test_an_organisation_keeps_the_commas_of_its_name():
    found = entry("Name|E-mail|Person or organisation", "Smith, Jones", "office@example.org", "organisation")
    assert (found.kind, found.name) == ("organisation", "Smith, Jones")
