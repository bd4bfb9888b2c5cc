"""Postal addresses: the parts that belong together, and an address in one cell taken apart."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from contacts.imports.cleaning.cells import remembered
from contacts.imports.cleaning.zips import read_zip, zip_of_address
from contacts.imports.mapping.columns import Column
from contacts.imports.mapping.headers import PLACES, plain

WHOLE = re.compile(
    r"(?P<street>.*\d.*?)(?:,\s*|\s{2,}|\n)(?P<city>[^\d,]{2,60}?)(?:,\s*|\s{2,}|\n|\s(?=[A-Z]{2}\s))"
    r"(?P<region>[A-Za-z]{2}|[A-Z][a-z]+(?: [A-Z][a-z]+)?)\.?,?\s+\d{5}(?:-\d{4})?"
    r"(?:[,\s]+(?:USA?|United States(?: of America)?))?\.?",
    re.DOTALL,
)
"""600 E 4th St, Charlotte, NC 28202; Mailchimp puts two blanks between the parts."""
LONGEST = {"street": 200, "city": 80, "region": 40}
_PART_WORDS = """
    street address addresses line city town state province region zip zipcode code codes postal postalcode
    postcode formatted full supplemental apt suite
"""
PART_WORDS = frozenset(_PART_WORDS.split())


class Place(NamedTuple):
    """Where somebody lives or works, as far as the row says."""

    street: str = ""
    city: str = ""
    region: str = ""
    zip: str = ""


class Places:
    """Reads the address columns of one file; home and work are never mixed into one address."""

    def __init__(self, columns: list[Column]) -> None:
        self.groups: dict[str, dict[str, list[int]]] = {}
        self.zip_of = remembered([column.at for column in columns if column.field == "zip"], _zip)
        self.wholes = [column.at for column in columns if column.field in ("address", "street")]
        self.any = any(column.field in PLACES and column.field != "zip" for column in columns)
        for column in columns:
            if column.field in PLACES:
                group = self.groups.setdefault(_whose(column.heading), {})
                group.setdefault(column.field, []).append(column.at)

    def of(self, cells: list[str], unknown_zip: Callable[[str], None]) -> Place:
        """The first address that has a street, else the first that has a city; `unknown_zip(cell)` hears oddities."""
        by_zip, strange = self.zip_of(cells)
        for cell in strange:
            unknown_zip(cell)
        if not self.any:
            return by_zip
        zip_code = by_zip.zip or self._zip_of_whole(cells)
        found = [place for group in self.groups.values() if any(place := _place(group, cells))]
        best = next((place for place in found if place.street), found[0] if found else Place())
        return best._replace(zip=best.zip if best.street and best.zip else zip_code)

    def _zip_of_whole(self, cells: list[str]) -> str:
        return next((code for at in self.wholes if cells[at] and (code := zip_of_address(cells[at]))), "")


def _zip(cells: Iterable[str]) -> tuple[Place, list[str]]:
    """The first zip code of some cells, and the cells before it that say something else."""
    strange: list[str] = []
    for cell in cells:
        if cell:
            if code := read_zip(cell):
                return Place(zip=code), strange
            if code is None:
                strange.append(cell)
    return Place(), strange


def _whose(heading: str) -> str:
    """“Home city” and “Home zip” are of one address, “Address 1 - City” and “Address 1 - Street” as well."""
    words = [word for word in plain(heading).split() if word not in PART_WORDS]
    return " ".join(word for word in words if not word.isdigit() or plain(heading).startswith(f"address {word} "))


def _place(group: dict[str, list[int]], cells: list[str]) -> Place:
    street = _first(group.get("street", ()), cells)
    more = _first(group.get("street_more", ()), cells)
    city, region = _first(group.get("city", ()), cells), _first(group.get("region", ()), cells)
    code = read_zip(_first(group.get("zip", ()), cells)) or ""
    whole = "" if street and city else _raw(group.get("address", ()), cells) or _raw(group.get("street", ()), cells)
    if whole and not city:
        taken = _taken_apart(whole)
        street, city, region = taken.street, taken.city, region or taken.region
        code = code or taken.zip
    if more and street:
        street = f"{street}, {more}"
    return Place(street[: LONGEST["street"]], city[: LONGEST["city"]], region[: LONGEST["region"]], code)


def _taken_apart(whole: str) -> Place:
    """Street, city and state of an address in one cell; what we cannot take apart stays whole as the street."""
    found = WHOLE.fullmatch(whole.strip())
    if not found:
        return Place(street=" ".join(whole.split()))
    street, city, region = (" ".join(found[part].split()).strip(", ") for part in ("street", "city", "region"))
    return Place(street, city, region, zip_of_address(whole))


def _first(places: list[int] | tuple[()], cells: list[str]) -> str:
    return " ".join(_raw(places, cells).split())


def _raw(places: list[int] | tuple[()], cells: list[str]) -> str:
    return next((cells[at] for at in places if cells[at].strip()), "")
