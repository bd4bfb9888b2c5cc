"""Three partner files in the shapes real tools export, with the flaws real files have."""

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

from config.demo.people import DemoOrganisation, DemoPerson, invent_organisations, invent_people

TYPE_WORDS = {
    "individual": "Individual",
    "grassroots-leader": "Grassroots leader",
    "activist": "Activist",
    "politician": "Elected official",
    "nonprofit": "Nonprofit",
    "business": "Business",
    "faith": "Church",
    "government": "Government",
}


@dataclass(frozen=True)
class PartnerFile:
    """A file to write and import: whose it is, and what its people agreed to."""

    partner: str
    name: str
    topics: tuple[str, ...]
    write: Callable[[Path], None]


def mailchimp(path: Path) -> None:
    """An audience export as Mailchimp writes it: comma, quotes, a status column, capital letters, repeats."""
    people = invent_people(900, seed=1)
    dice = random.Random(11)  # noqa: S311 - invented people, no secret
    with path.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(
            ["Email Address", "First Name", "Last Name", "Zip Code", "Phone Number", "Language", "Tags", "Status"]
        )
        for number, person in enumerate(people):
            rows.writerow(_mailchimp_row(person, number, dice))
        for person in people[40:46]:
            rows.writerow(_mailchimp_row(person, 1, dice))
        rows.writerow(["not an address", "Nadie", "Nowhere", "28202", "", "", "", "subscribed"])
        rows.writerow(["double@@example.org", "Two", "Ats", "28205", "", "", "", "subscribed"])
        rows.writerow(["", "", "", "28208", "", "", "", "subscribed"])


def _mailchimp_row(person: DemoPerson, number: int, dice: random.Random) -> list[str]:
    status = dice.choices(["subscribed", "unsubscribed", "cleaned"], [90, 7, 3])[0]
    email = person.email.upper() if number % 50 == 0 else f" {person.email} " if number % 70 == 0 else person.email
    return [
        email,
        person.first,
        person.last,
        f"{person.zip}-1234" if number % 30 == 0 else person.zip,
        person.phone if number % 3 else "",
        person.language,
        ", ".join(person.tags),
        status,
    ]


def eventbrite(path: Path) -> None:
    """An attendee report as Eventbrite writes it; some people are in the Mailchimp file too, under a fuller name."""
    people = invent_people(900, seed=1)[100:250] + invent_people(500, seed=2)
    with path.open("w", newline="", encoding="utf-8-sig") as out:
        rows = csv.writer(out)
        rows.writerow(
            [
                "Order #",
                "Order Date",
                "First Name",
                "Last Name",
                "Email",
                "Quantity",
                "Ticket Type",
                "Attendee Status",
                "Home Zip",
                "Cell Phone",
            ]
        )
        for number, person in enumerate(people):
            rows.writerow(
                [
                    f"{1_020_000_000 + number}",
                    f"2019-09-{number % 28 + 1:02d}",
                    person.first,
                    person.last,
                    person.email,
                    "1",
                    "General Admission",
                    "Attending" if number % 17 else "Not Attending",
                    person.zip,
                    person.phone if number % 2 else "",
                ]
            )
        household = people[-1]
        rows.writerow(
            ["1020009999", "2019-09-20", "Ernestine", "Ashe", household.email, "1", "Guest", "Attending", "28036", ""]
        )


def spreadsheet(path: Path) -> None:
    """A spreadsheet somebody keeps by hand: a title above the header, numbers for zip codes, words for types."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Contacts"
    sheet.append(["Westside partners – working copy, please do not sort!"])
    sheet.append([])
    sheet.append(["Organization", "Contact name", "E-mail", "Phone", "ZIP", "Contact type", "Idioma", "Notes"])
    for number, organisation in enumerate(invent_organisations(seed=3)):
        sheet.append(_organisation_row(organisation, number))
    for person in invent_people(420, seed=4):
        sheet.append(
            [
                None,
                f"{person.last}, {person.first}",
                person.email,
                person.phone,
                int(person.zip),
                TYPE_WORDS[person.type],
                "Español" if person.language == "es" else "English",
                "met at a table" if "2018 table" in person.tags else None,
            ]
        )
    sheet.append([None, "Somebody Somewhere", "somebody(at)example.org", None, "2820", "Individual", None, "no zip?"])
    book.save(path)


def _organisation_row(organisation: DemoOrganisation, number: int) -> list[object]:
    return [
        organisation.name,
        None,
        organisation.email if number % 12 else None,
        organisation.phone,
        int(organisation.zip),
        TYPE_WORDS[organisation.type],
        "English",
        None,
    ]


PARTNER_FILES = (
    PartnerFile("Queen City Neighbors", "mailchimp-audience.csv", ("newsletter", "events"), mailchimp),
    PartnerFile("Uptown Forum Series", "eventbrite-attendees.csv", ("newsletter",), eventbrite),
    PartnerFile("Westside Partners", "westside-partners.xlsx", ("newsletter", "on-the-table"), spreadsheet),
)
