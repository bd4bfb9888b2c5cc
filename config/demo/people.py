"""Invented people and organisations, the same ones on every machine."""

import random
from dataclasses import dataclass, field

FIRST_NAMES = (
    "Aaliyah Amara Andre Angela Anh Beatriz Brandon Camila Carlos Carmen Charlotte Chidi Claire Darius Deja Denise "
    "Diego Dwayne Elena Elijah Emmanuel Esther Fatima Gabriela Grace Hannah Hector Imani Isabel Jamal James Jasmine "
    "Javier Jerome Joanna José Joyce Juan Kayla Keisha Kofi Lamar Latoya Leon Linh Lucía Luis Malik Marcus María "
    "Martha Maya Mei Michael Miguel Monique Naomi Nathaniel Nia Olivia Omar Patricia Paul Pilar Rachel Rafael Raúl "
    "Rebecca Reginald Rosa Ruth Sade Samuel Sandra Sean Sofía Stephanie Tamika Terrence Thomas Tiana Tomás Trinh "
    "Tyrone Valeria Vanessa Víctor Walter William Xiomara Yolanda Zora"
).split()
LAST_NAMES = (
    "Adams Alexander Alvarado Anderson Baker Banks Barber Beltrán Bennett Boateng Brooks Brown Bui Byrd Caldwell "
    "Carter Castillo Chavis Coleman Cruz Daniels Davis Delgado Diaz Dixon Edwards Ellis Espinoza Evans Fernández "
    "Flores Foster Franklin Garcia Gómez Grant Graves Greene Guzmán Hairston Hall Harris Hernández Holloway Hughes "
    "Ibarra Jackson Jefferson Jiménez Johnson Jones Kennedy King Lewis Lockhart López Martin Martínez McClure Mendoza "
    "Mensah Miller Mitchell Moore Morales Muñoz Nguyen Núñez O’Connor Okafor Ortiz Owens Parker Peña Perry Pham "
    "Phillips Price Ramirez Reid Reyes Rivera Roberts Robinson Rosario Ruiz Sanders Santiago Scott Simmons Smith "
    "Springs Stewart Tate Taylor Thompson Torres Tran Vargas Walker Washington Watkins Williams Wilson Wright Young"
).split()
ZIPS = (
    "28202 28203 28204 28205 28206 28207 28208 28209 28210 28211 28212 28213 28214 28215 28216 28217 28226 28227 "
    "28262 28269 28270 28273 28277 28278 28031 28036 28078 28105 28134"
).split()
SPANISH_NAMES = {"é", "í", "á", "ó", "ú", "ñ"}
PLACES = (
    "Beatties Ford,Belmont,Biddleville,Camp Greene,Druid Hills,Eastland,Enderly,Freedom Drive,Grier Heights,"
    "Hidden Valley,Huntersville,Lakewood,Lockwood,Matthews,Myers Park,NoDa,Oaklawn,Optimist Park,Pineville,Plaza,"
    "Reid Park,Sedgefield,Sharon,Smallwood,South End,Steele Creek,Sugar Creek,University City,Uptown,Villa Heights,"
    "Washington Heights,West End,Wesley Heights,Wilmore"
).split(",")
ORGANISATIONS = {
    "nonprofit": ["{} Neighborhood Association", "{} Youth Works", "Amigos de {}", "{} Family Center"],
    "business": ["{} Bakery", "{} Credit Union", "{} Builders", "Café {}"],
    "faith": ["{} Baptist Church", "{} AME Zion Church", "Iglesia de {}", "{} Interfaith Council"],
    "government": ["{} Branch Library", "{} Elementary School", "{} Health Clinic", "{} Recreation Center"],
}


@dataclass
class DemoPerson:
    """One invented person as a partner might know them."""

    first: str
    last: str
    email: str
    zip: str
    language: str
    phone: str
    type: str
    tags: list[str] = field(default_factory=list)


@dataclass
class DemoOrganisation:
    """One invented organisation with its own inbox."""

    name: str
    email: str
    zip: str
    type: str
    phone: str


def _plain(text: str) -> str:
    """Letters an address can carry."""
    folded = text.lower().translate(str.maketrans("áéíóúñü’", "aeiounu'"))
    return "".join(letter for letter in folded if letter.isalnum())


def invent_people(count: int, *, seed: int) -> list[DemoPerson]:
    """`count` people with different addresses; the same seed gives the same people."""
    dice = random.Random(seed)  # noqa: S311 - invented people, no secret
    people = []
    for number in range(count):
        first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
        spanish = any(letter in SPANISH_NAMES for letter in first + last) and dice.random() < 0.7
        people.append(
            DemoPerson(
                first=first,
                last=last,
                email=f"{_plain(first)}.{_plain(last)}{seed}{number}@{dice.choice(['', 'mail.', 'home.'])}example.org",
                zip=dice.choice(ZIPS),
                language="es" if spanish else "en",
                phone=f"704-555-{number % 100 + 100:04d}",
                type=dice.choices(["individual", "grassroots-leader", "activist", "politician"], [70, 18, 10, 2])[0],
                tags=dice.sample(["volunteer", "parent", "educator", "2018 table", "housing", "mentor"], k=2),
            )
        )
    return people


def invent_organisations(*, seed: int) -> list[DemoOrganisation]:
    """One organisation of every kind in every neighborhood."""
    dice = random.Random(seed)  # noqa: S311 - invented organisations, no secret
    found: list[DemoOrganisation] = []
    for place in PLACES:
        for kind, patterns in ORGANISATIONS.items():
            name = dice.choice(patterns).format(place)
            found.append(
                DemoOrganisation(
                    name=name,
                    email=f"office@{_plain(name)}.example.org",
                    zip=dice.choice(ZIPS),
                    type=kind,
                    phone=f"704-555-{len(found) % 100 + 100:04d}",
                )
            )
    return found
